package dev.holdfast.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells a page for people from the answer of an API: a proxy's, a login's, or that of a web site at a wrong address. */
final class HtmlPage {
    private static final int HEAD = 2_048;
    private static final int LONGEST_TITLE = 120;

    private HtmlPage() {}

    /**
     * Describes a page.
     *
     * @param body the beginning of a body
     * @return what it is and how it calls itself; null when it is no page
     */
    static @Nullable String describe(String body) {
        String head = body.substring(0, Math.min(HEAD, body.length())).strip();
        String lower = head.toLowerCase(Locale.ROOT);
        if (!lower.startsWith("<") || (!lower.contains("<html") && !lower.startsWith("<!doctype html"))) {
            return null;
        }
        int open = lower.indexOf("<title");
        int from = open < 0 ? -1 : lower.indexOf('>', open) + 1;
        int to = from <= 0 ? -1 : lower.indexOf('<', from);
        // Lower case may be longer than what it was made of; a title that is cut wrongly is no harm, an index is.
        if (to < 0 || to > head.length()) {
            return "an HTML page";
        }
        String title = head.substring(from, to).strip().replaceAll("\\s+", " ");
        return title.isEmpty()
                ? "an HTML page"
                : "an HTML page, \"" + title.substring(0, Math.min(LONGEST_TITLE, title.length())) + "\"";
    }
}
