package dev.holdfast.chat;

import java.util.Objects;

/**
 * A piece of a reply on its way. Chunks are for showing and for watching; the whole message, put together by the one
 * who received it, is in the {@link Outcome}.
 */
public sealed interface Chunk {

    /**
     * The words in this chunk that the user may see. Joined, those of all chunks are what an agent said in all its rounds;
     * its answer is what it said in the last.
     *
     * @return the text, empty when the chunk holds something else
     */
    default String text() {
        return "";
    }

    /**
     * More words.
     *
     * @param text what comes next
     */
    record Text(String text) implements Chunk {
        /** Checks the fields. */
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * More of what the model thinks.
     *
     * @param thought what comes next
     */
    record Thought(String thought) implements Chunk {
        /** Checks the fields. */
        public Thought {
            Objects.requireNonNull(thought, "thought");
        }
    }

    /**
     * More of a tool call. It is not complete, and never runs, before the reply has completed.
     *
     * @param index which call of the message, from 0
     * @param name the tool's name
     * @param arguments more of the arguments' text
     */
    record ToolCallPart(int index, String name, String arguments) implements Chunk {
        /** Checks the fields. */
        public ToolCallPart {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(arguments, "arguments");
        }
    }

    /**
     * A whole message at once: the one chunk of a reply that does not stream.
     *
     * @param message the message
     */
    record Whole(Message message) implements Chunk {
        /** Checks the fields. */
        public Whole {
            Objects.requireNonNull(message, "message");
        }

        @Override
        public String text() {
            return message.text();
        }
    }

    /**
     * The model has called tools of the agent, and goes on in another message when they have answered: a
     * {@link ToolAnswer} for each of them comes next. Who shows the last answer alone forgets here what it has shown.
     *
     * @param spoke whether the model said something before its calls
     */
    record RoundEnded(boolean spoke) implements Chunk {
        /** A blank line, for texts that are joined to be shown; empty where there is nothing to part. */
        @Override
        public String text() {
            return spoke ? "\n\n" : "";
        }
    }

    /**
     * A tool of the agent has answered; the model goes on from here.
     *
     * @param result the answer
     */
    record ToolAnswer(Part.ToolResult result) implements Chunk {
        /** Checks the fields. */
        public ToolAnswer {
            Objects.requireNonNull(result, "result");
        }
    }
}
