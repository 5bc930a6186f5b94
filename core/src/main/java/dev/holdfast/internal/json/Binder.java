package dev.holdfast.internal.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Binds JSON text to a record, or to the parameters of a method, strictly: what is missing, unknown, of the wrong type or
 * follows the text is a mistake, told in words that let a model mend it. Immutable.
 *
 * @param <T> what a text is read as
 */
public final class Binder<T> {
    /** Where Jackson names a setting of its own, which is of no use to a model. */
    private static final Pattern FROM_SETTING =
            Pattern.compile(", from `[^`]*`| for `ObjectNode`: not allowed when `.*");

    private final Form form;
    private final Class<T> type;
    private final String schema;

    private Binder(Form form, Class<T> type) {
        this.form = form;
        this.type = type;
        ObjectNode node = Json.MAPPER.createObjectNode();
        form.describe(node);
        this.schema = node.toString();
    }

    /**
     * Binds to a record.
     *
     * @param type the record
     * @param <T> the record
     * @return the binder
     * @throws IllegalArgumentException when the type, or one within it, has no form in JSON; the message names every
     *     such place by its path
     */
    public static <T> Binder<T> of(Class<T> type) {
        List<String> flaws = new ArrayList<>();
        Binder<T> binder = of(type, (path, message) -> flaws.add(path + ": " + message));
        if (!flaws.isEmpty()) {
            throw new IllegalArgumentException(
                    type.getName() + " cannot be written as JSON:\n  - " + String.join("\n  - ", flaws));
        }
        return binder;
    }

    /**
     * Binds to a record; use the result only if there were no flaws.
     *
     * @param type the record
     * @param flaws is told what has no form in JSON
     * @param <T> the record
     * @return the binder
     */
    public static <T> Binder<T> of(Class<T> type, Flaws flaws) {
        return new Binder<>(new FormFinder(flaws).record(type, type.getSimpleName()), type);
    }

    /**
     * Binds to parameters of a method; use the result only if there were no flaws.
     *
     * @param parameters those that the model gives
     * @param path what to call the method in flaws
     * @param flaws is told what has no form in JSON
     * @return the binder; it reads the values in the order of the parameters
     */
    public static Binder<Object[]> of(List<Parameter> parameters, String path, Flaws flaws) {
        return new Binder<>(new FormFinder(flaws).parameters(parameters, path), Object[].class);
    }

    /**
     * The schema of what is read.
     *
     * @return JSON
     */
    public String schema() {
        return schema;
    }

    /**
     * Reads a text.
     *
     * @param json the text
     * @return what it says
     * @throws MisfitException when it does not have the form; all mistakes are told at once
     */
    public T read(String json) throws MisfitException {
        Reading reading = new Reading();
        JsonNode node = null;
        try {
            node = Json.tree(json);
        } catch (JsonProcessingException e) {
            reading.mistake(Place.ROOT, "is not valid JSON: " + words(e), "is not valid JSON");
        }
        Object read = null;
        if (node != null && node.isMissingNode()) {
            reading.mistake(Place.ROOT, "is empty; give a JSON object");
        } else if (node != null) {
            read = form.read(node, Place.ROOT, reading);
        }
        reading.throwIfAny();
        return type.cast(Objects.requireNonNull(read, "a form read nothing and said nothing"));
    }

    /** Jackson's own words, without the class names and advice for developers in them. */
    private static String words(JsonProcessingException e) {
        String words = e.getOriginalMessage();
        if (words.startsWith("Trailing token")) {
            words = "there is more text after its end; give one JSON value and nothing else";
        }
        words = FROM_SETTING.matcher(words).replaceAll("");
        return e.getLocation() == null
                ? words
                : words + " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
