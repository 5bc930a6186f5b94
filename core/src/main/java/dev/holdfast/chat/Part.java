package dev.holdfast.chat;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A piece of a message. */
public sealed interface Part {

    /**
     * Plain text.
     *
     * @param text the text; may be empty
     */
    record Text(String text) implements Part {
        /** Checks the text. */
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * An image that the provider fetches.
     *
     * @param url where it is
     */
    record ImageUrl(String url) implements Part {
        /** Checks the address. */
        public ImageUrl {
            Objects.requireNonNull(url, "url");
        }
    }

    /** An image sent along. */
    final class ImageBytes implements Part {
        private final String mediaType;
        private final byte[] bytes;

        /**
         * Creates an image.
         *
         * @param mediaType for example {@code image/png}
         * @param bytes the file's content; copied
         */
        public ImageBytes(String mediaType, byte[] bytes) {
            this.mediaType = Objects.requireNonNull(mediaType, "mediaType");
            this.bytes = bytes.clone();
        }

        /**
         * The kind of image.
         *
         * @return the media type
         */
        public String mediaType() {
            return mediaType;
        }

        /**
         * The file's content.
         *
         * @return a copy
         */
        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ImageBytes that
                    && mediaType.equals(that.mediaType)
                    && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return 31 * mediaType.hashCode() + Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "ImageBytes[" + mediaType + ", " + bytes.length + " bytes]";
        }
    }

    /**
     * The model asks for a tool to be called.
     *
     * @param id pairs the call with its result; unique within the conversation
     * @param name the tool's name
     * @param arguments the arguments as the model wrote them: meant to be a JSON object, but nothing guarantees that it
     *     is one
     */
    record ToolCall(String id, String name, String arguments) implements Part {
        /** Checks the fields. */
        public ToolCall {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(arguments, "arguments");
        }
    }

    /**
     * What a tool answered.
     *
     * @param callId the id of the call that it answers
     * @param name the tool's name
     * @param text the answer, or what went wrong, in words for the model
     * @param error true when the call failed or was refused
     */
    record ToolResult(String callId, String name, String text, boolean error) implements Part {
        /** Checks the fields. */
        public ToolResult {
            Objects.requireNonNull(callId, "callId");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * What the model thought before it answered. Opaque: it is kept and sent back as it came, because providers sign or
     * encrypt it, and it means something to the provider alone that made it.
     *
     * @param provider who made it; sent back to this provider only
     * @param text what may be shown of it; empty when it is redacted or encrypted
     * @param json the provider's own form, for the way back; null when the text is all there is
     */
    record Reasoning(String provider, String text, @Nullable String json) implements Part {
        /** Checks the fields. */
        public Reasoning {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * Something that only its provider understands, such as the call and result of a tool that the provider runs
     * itself. Kept in its place and sent back as it came, to this provider only.
     *
     * @param provider who made it
     * @param json the provider's own form
     */
    record Opaque(String provider, String json) implements Part {
        /** Checks the fields. */
        public Opaque {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(json, "json");
        }
    }
}
