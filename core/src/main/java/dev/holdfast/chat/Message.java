package dev.holdfast.chat;

import dev.holdfast.internal.memo.Memo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One message of a conversation: who speaks, and what. Immutable. */
public final class Message {
    static {
        Memo.ofMessages(new Memo.Slot<>() {
            @Override
            public @Nullable Object get(Message message) {
                return message.memo;
            }

            @Override
            public void set(Message message, Object memo) {
                message.memo = memo;
            }
        });
    }

    private static final Message NOTHING = new Message(Role.ASSISTANT, List.of());

    private final Role role;
    private final List<Part> parts;
    private final List<Part.ToolCall> toolCalls;
    private final int images;
    private final long characters;
    private @Nullable Object memo; // of Memo; a race that loses one is harmless

    private Message(Role role, List<Part> parts) {
        this.role = role;
        this.parts = parts;
        this.toolCalls = only(Part.ToolCall.class, parts);
        int seen = 0;
        long counted = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            seen += part instanceof Part.ImageUrl || part instanceof Part.ImageBytes ? 1 : 0;
            counted += charactersOf(part);
        }
        this.images = seen;
        this.characters = counted;
    }

    private static long charactersOf(Part part) {
        if (part instanceof Part.Text text) {
            return text.text().length();
        }
        if (part instanceof Part.ToolCall call) {
            return (long) call.id().length()
                    + call.name().length()
                    + call.arguments().length();
        }
        if (part instanceof Part.ToolResult result) {
            return (long) result.callId().length()
                    + result.name().length()
                    + result.text().length();
        }
        if (part instanceof Part.Reasoning reasoning) {
            String json = reasoning.json();
            return json == null ? reasoning.text().length() : json.length();
        }
        return part instanceof Part.Opaque opaque ? opaque.json().length() : 0;
    }

    /**
     * A message of several parts.
     *
     * @param role who speaks
     * @param parts what is said, in order; copied
     * @return the message
     */
    public static Message of(Role role, List<? extends Part> parts) {
        return new Message(Objects.requireNonNull(role, "role"), List.copyOf(parts));
    }

    /**
     * Instructions that stand above the conversation.
     *
     * @param text the instructions
     * @return the message
     */
    public static Message system(String text) {
        return new Message(Role.SYSTEM, List.of(new Part.Text(text)));
    }

    /**
     * What the user says.
     *
     * @param text the words
     * @return the message
     */
    public static Message user(String text) {
        return new Message(Role.USER, List.of(new Part.Text(text)));
    }

    /**
     * What the model says.
     *
     * @param text the words
     * @return the message
     */
    public static Message assistant(String text) {
        return new Message(Role.ASSISTANT, List.of(new Part.Text(text)));
    }

    /**
     * What the tools answer to the calls of one assistant message.
     *
     * @param results one for each call, in the order of the calls; copied
     * @return the message
     */
    public static Message tools(List<Part.ToolResult> results) {
        return new Message(Role.TOOL, List.copyOf(results));
    }

    /**
     * An assistant message without parts: what was received when nothing was.
     *
     * @return the shared empty message
     */
    public static Message nothing() {
        return NOTHING;
    }

    /**
     * Who speaks.
     *
     * @return the role
     */
    public Role role() {
        return role;
    }

    /**
     * What is said.
     *
     * @return the parts in order; immutable
     */
    public List<Part> parts() {
        return parts;
    }

    /**
     * The words: all text parts, joined as they stand. What a tool answered is in {@link #toolResults}.
     *
     * @return the text, empty when there is none
     */
    public String text() {
        if (parts.size() == 1) {
            return parts.get(0) instanceof Part.Text only ? only.text() : "";
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text words) {
                text.append(words.text());
            }
        }
        return text.toString();
    }

    /**
     * What the model asks to be called.
     *
     * @return the calls in order; immutable, empty in most messages
     */
    public List<Part.ToolCall> toolCalls() {
        return toolCalls;
    }

    /**
     * What the tools answered.
     *
     * @return the results in order; immutable, empty unless the role is {@link Role#TOOL}
     */
    public List<Part.ToolResult> toolResults() {
        return only(Part.ToolResult.class, parts);
    }

    /**
     * How long it is: counted when it is made, so that whoever sums up a conversation need not look into every message.
     *
     * @return the characters (UTF-16 units) of the texts of all parts, with ids, names and arguments of calls; images
     *     count nothing
     */
    public long characters() {
        return characters;
    }

    /**
     * How many images it holds.
     *
     * @return the number of parts that are images
     */
    public int images() {
        return images;
    }

    private static <P extends Part> List<P> only(Class<P> kind, List<Part> parts) {
        List<P> found = null;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (kind.isInstance(part)) {
                if (found == null) {
                    found = new ArrayList<>(parts.size());
                }
                found.add(kind.cast(part));
            }
        }
        return found == null ? List.of() : List.copyOf(found);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message that && role == that.role && parts.equals(that.parts);
    }

    @Override
    public int hashCode() {
        return 31 * role.hashCode() + parts.hashCode();
    }

    @Override
    public String toString() {
        return role + " " + parts;
    }
}
