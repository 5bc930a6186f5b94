package dev.holdfast.memory;

import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a long conversation a model gets to see: its newest whole turns. A pure function.
 *
 * <p>A turn begins with a message of the user and goes on to the next one. The window
 *
 * <ul>
 *   <li>keeps the system messages that the conversation begins with, and does not count them;
 *   <li>begins with a user message, and holds as many whole turns as the number of messages allows;
 *   <li>holds the current turn whole, also when it alone is longer than that;
 *   <li>holds an assistant message with tool calls and the results that answer them, together or not at all. Results
 *       without their calls are left out, and so are calls that were never fully answered, unless they are the newest
 *       of all and the answers may yet come.
 * </ul>
 *
 * <p>A conversation in which no user ever speaks keeps its newest messages by the same rules on tools.
 *
 * <p><b>Cost.</b> Proportional to the window, not to the conversation, whose end alone is read.
 *
 * <p><b>Threading.</b> Immutable.
 */
public final class MessageWindow {
    private final int max;

    private MessageWindow(int max) {
        this.max = max;
    }

    /**
     * A window by number of messages.
     *
     * @param max how many, without system messages; at least 1
     * @return the window
     */
    public static MessageWindow messages(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("window.messages is " + max + "; give at least 1");
        }
        return new MessageWindow(max);
    }

    /**
     * Selects what of a whole conversation is seen.
     *
     * @param conversation all messages, oldest first; quick access by index
     * @return the messages in the window; immutable, and empty only if the conversation holds nothing that may be sent
     */
    public List<Message> select(List<Message> conversation) {
        int head = systemMessages(conversation);
        List<Message> past = conversation.subList(head, conversation.size());
        return join(conversation.subList(0, head), head, List.of(), past);
    }

    /** How many messages of the past to ask for at the most, beside the new ones. */
    int room(List<Message> request, int head) {
        return Math.max(1, max - (request.size() - head));
    }

    /** Whether the new messages go on with the turn that the past ends with, so that all of that turn is needed. */
    static boolean continuesTurn(List<Message> request, int head) {
        return head == request.size() || request.get(head).role() != Role.USER;
    }

    static int systemMessages(List<Message> messages) {
        int count = 0;
        while (count < messages.size() && messages.get(count).role() == Role.SYSTEM) {
            count++;
        }
        return count;
    }

    static boolean hasUser(List<Message> messages) {
        return lastUser(messages) >= 0;
    }

    /**
     * Puts the window's part of the past between the system messages of a request and what it newly says. What the
     * request says is never changed.
     *
     * @param request what is asked now
     * @param head how many system messages the request begins with
     * @param pinned what always stands before the past
     * @param past the end of the log, at least as much as {@link #room} says and as {@link #continuesTurn} needs
     */
    List<Message> join(List<Message> request, int head, List<Message> pinned, List<Message> past) {
        int start = start(past, request, head);
        int fresh = request.size() - head;
        int from = head + pinned.size();
        @Nullable Message[] joined = new Message[from + (past.size() - start) + fresh];
        for (int i = 0; i < head; i++) {
            joined[i] = request.get(i);
        }
        for (int i = 0; i < pinned.size(); i++) {
            joined[head + i] = pinned.get(i);
        }
        boolean tools = copy(past, start, joined, from);
        int freshFrom = joined.length - fresh;
        for (int i = 0; i < fresh; i++) {
            joined[freshFrom + i] = request.get(head + i);
        }
        int kept = tools ? keepWholePairs(joined, from, freshFrom) : joined.length;
        return listOf(kept == joined.length ? joined : Arrays.copyOf(joined, kept));
    }

    /** Tells whether some of the messages may call tools or answer them. */
    private static boolean copy(List<Message> past, int start, @Nullable Message[] target, int at) {
        if (past instanceof SessionLog.Slice slice && !slice.isOfTools()) {
            slice.copy(start, target, at);
            return false;
        }
        boolean tools = false;
        for (int i = start; i < past.size(); i++) {
            Message message = past.get(i);
            tools |= isOfTools(message);
            target[at + i - start] = message;
        }
        return tools;
    }

    static boolean isOfTools(Message message) {
        return message.role() == Role.TOOL || !message.toolCalls().isEmpty();
    }

    @SuppressWarnings("NullAway") // every slot was filled
    private static List<Message> listOf(@Nullable Message[] messages) {
        return List.of(messages);
    }

    /** The index in the past at which the window begins. */
    private int start(List<Message> past, List<Message> request, int head) {
        int earliest = past.size() - (max - (request.size() - head));
        for (int i = Math.max(0, earliest); i < past.size(); i++) {
            if (past.get(i).role() == Role.USER) {
                return i;
            }
        }
        if (!continuesTurn(request, head)) {
            return past.size();
        }
        int turn = lastUser(past);
        if (turn >= 0) {
            return turn;
        }
        // Nobody ever asked. Cut by number, but not between calls and their results.
        int cut = Math.max(0, Math.min(earliest, past.size() - 1));
        while (cut > 0 && past.get(cut).role() == Role.TOOL) {
            cut--;
        }
        return cut;
    }

    private static int lastUser(List<Message> messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).role() == Role.USER) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Closes the gaps that broken tool pairs leave, in place. Logs hold some when a writer was cut off, or when two
     * callers who run their own tool loops write to one session.
     *
     * @param from where the past begins
     * @param fresh where the request's own messages begin, which stay as they are
     * @return how many messages are left
     */
    private static int keepWholePairs(@Nullable Message[] messages, int from, int fresh) {
        int write = from;
        int i = from;
        while (i < fresh) {
            Message message = at(messages, i);
            int end = i + 1;
            boolean keep;
            if (message.toolCalls().isEmpty()) {
                keep = message.role() != Role.TOOL;
            } else {
                while (end < messages.length && at(messages, end).role() == Role.TOOL) {
                    end++;
                }
                keep = isWhole(messages, i, end, end == messages.length);
                end = Math.min(end, fresh);
            }
            if (!keep) {
                i = end;
            }
            while (i < end) {
                messages[write++] = messages[i++];
            }
        }
        if (write == fresh) {
            return messages.length;
        }
        System.arraycopy(messages, fresh, messages, write, messages.length - fresh);
        return write + messages.length - fresh;
    }

    /** Whether the tool messages up to {@code end} answer the calls at {@code i}: each one, and nothing else. */
    private static boolean isWhole(@Nullable Message[] messages, int i, int end, boolean mayBeOpen) {
        List<Part.ToolCall> calls = at(messages, i).toolCalls();
        int results = 0;
        for (int tool = i + 1; tool < end; tool++) {
            List<Part> parts = at(messages, tool).parts();
            for (int p = 0; p < parts.size(); p++) {
                if (parts.get(p) instanceof Part.ToolResult result) {
                    results++;
                    if (!isCalled(calls, result.callId())) {
                        return false;
                    }
                }
            }
        }
        if (results > calls.size()) {
            return false;
        }
        return mayBeOpen || (results == calls.size() && allAnswered(messages, calls, i + 1, end));
    }

    private static boolean isCalled(List<Part.ToolCall> calls, String id) {
        for (int c = 0; c < calls.size(); c++) {
            if (calls.get(c).id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    private static boolean allAnswered(@Nullable Message[] messages, List<Part.ToolCall> calls, int from, int end) {
        for (int c = 0; c < calls.size(); c++) {
            boolean answered = false;
            for (int tool = from; tool < end && !answered; tool++) {
                answered = answers(at(messages, tool).parts(), calls.get(c).id());
            }
            if (!answered) {
                return false;
            }
        }
        return true;
    }

    private static boolean answers(List<Part> parts, String id) {
        for (int p = 0; p < parts.size(); p++) {
            if (parts.get(p) instanceof Part.ToolResult result
                    && result.callId().equals(id)) {
                return true;
            }
        }
        return false;
    }

    @SuppressWarnings("NullAway") // every slot is filled before it is read
    private static Message at(@Nullable Message[] messages, int index) {
        return messages[index];
    }

    @Override
    public String toString() {
        return "the last " + max + " messages";
    }
}
