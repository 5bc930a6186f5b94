package dev.holdfast.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.http.ReportedError;
import dev.holdfast.http.UnreadableReplyException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Finds errors, in all the shapes and places in which the providers of this wire format put them. */
final class ErrorReader {
    private ErrorReader() {}

    /** The error within an answer, a chunk or a choice; null when there is none. */
    static @Nullable ReportedError within(JsonNode root) {
        JsonNode error = Json.present(root, "error");
        if (error != null && !isEmpty(error)) {
            return of(root, error);
        }
        if (Json.text(root, "object").equals("error")) { // vLLM before 0.10
            return of(root, root);
        }
        for (JsonNode choice : root.path("choices")) {
            JsonNode ofChoice = Json.present(choice, "error");
            if (ofChoice != null && !isEmpty(ofChoice)) {
                return of(choice, ofChoice);
            }
        }
        return null;
    }

    /** The error that a body of an error status holds, whatever it is. */
    static ReportedError ofBody(String body) {
        JsonNode root;
        try {
            root = Json.read(body);
        } catch (UnreadableReplyException notJson) {
            return new ReportedError("", "", body.strip(), null); // a proxy's text, or nothing
        }
        ReportedError found = within(root);
        return found != null ? found : of(root, root);
    }

    private static boolean isEmpty(JsonNode error) {
        return error.isObject()
                ? error.isEmpty()
                : error.isValueNode() && error.asText().isEmpty();
    }

    private static ReportedError of(JsonNode around, JsonNode error) {
        if (!error.isObject()) { // xAI: {"code": ..., "error": "text"}
            return new ReportedError(Json.text(around, "code"), Json.text(around, "type"), error.asText(), null);
        }
        String message = Json.text(error, "message");
        if (message.isEmpty()) {
            message = detail(error.path("detail"));
        }
        String raw = Json.text(Json.object(error, "metadata"), "raw"); // OpenRouter: what the one behind it said
        if (!raw.isEmpty()) {
            message = message.isEmpty() ? raw : message + ": " + raw;
        }
        return new ReportedError(Json.text(error, "code"), Json.text(error, "type"), message, retryDelay(error));
    }

    /** When to come back, as Google says it in the details of an error: {@code "retryDelay": "48s"}. */
    private static @Nullable Duration retryDelay(JsonNode error) {
        for (JsonNode detail : error.path("details")) {
            String delay = Json.text(detail, "retryDelay");
            if (!delay.isEmpty()) {
                try {
                    Duration wait = Duration.parse("PT" + delay);
                    return wait.isNegative() || wait.isZero() ? null : wait;
                } catch (DateTimeParseException unreadable) {
                    return null;
                }
            }
        }
        return null;
    }

    /**
     * What Mistral, and whatever else is built with FastAPI, finds wrong: a text, or a list of complaints. Of a complaint
     * only its place and its words: the rest repeats what was asked.
     */
    private static String detail(JsonNode detail) {
        if (!detail.isArray()) {
            return detail.asText("");
        }
        StringJoiner complaints = new StringJoiner("; ");
        for (JsonNode complaint : detail) {
            StringJoiner place = new StringJoiner(".", "", ": ").setEmptyValue("");
            for (JsonNode step : complaint.path("loc")) {
                place.add(step.asText());
            }
            complaints.add(place + Json.text(complaint, "msg"));
        }
        return complaints.toString();
    }
}
