package dev.holdfast.chat;

/** Who speaks in a message. */
public enum Role {
    /** The application: instructions that stand above the conversation. */
    SYSTEM,
    /** The person, or the program, that asks. */
    USER,
    /** The model. */
    ASSISTANT,
    /** The tools, answering the calls of the assistant message before. */
    TOOL
}
