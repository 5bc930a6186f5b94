package dev.holdfast.tool;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What several calls of a model, made to give one answer, said, used and cost together. */
final class Tally {
    /** Of no call yet. Nothing is ever added to this one. */
    static final Tally NOTHING = new Tally();

    private final List<Message> transcript = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private Usage usage = Usage.none();
    private @Nullable Money cost = Money.ZERO;
    private int answers; // a tally that is made before the first of them is as good as nothing
    private boolean paused; // the last message of the transcript is the beginning of a turn that goes on

    /** An answer as the whole of its turn: with what was said before the provider paused it. */
    ChatResponse whole(ChatResponse response) {
        List<Message> own = response.transcript();
        if (!paused || own.size() > 1) {
            return response;
        }
        Message whole = joined(transcript.remove(transcript.size() - 1), response.message());
        return response.toBuilder().message(whole).transcript(List.of(whole)).build();
    }

    private static Message joined(Message before, Message after) {
        List<Part> parts = new ArrayList<>(before.parts());
        parts.addAll(after.parts());
        return Message.of(Role.ASSISTANT, parts);
    }

    void add(ChatResponse response) {
        answers++;
        transcript.addAll(response.transcript());
        paused = response.finishReason().equals(FinishReason.PAUSE)
                && response.message().toolCalls().isEmpty();
        attempts.addAll(response.attempts());
        usage = usage.plus(response.usage());
        Money own = response.cost().orElse(null);
        cost = cost == null || own == null ? null : cost.plus(own);
    }

    /** What somebody else said in between. */
    void add(Message message) {
        transcript.add(message);
        paused = false;
    }

    /** Everything that was said so far. */
    List<Message> transcript() {
        return transcript;
    }

    /** The last answer, which is not added yet, as the answer of all. */
    ChatResponse total(ChatResponse last) {
        if (answers == 0) {
            return last;
        }
        add(last);
        return end(last);
    }

    /** The last answer, which is added already, as the answer of all: what was said after it belongs to it. */
    ChatResponse end(ChatResponse last) {
        return last.toBuilder()
                .transcript(transcript)
                .usage(usage)
                .cost(cost)
                .attempts(attempts)
                .build();
    }

    /** A failure of the last call, with what the calls before it used, and what came of its turn before a pause. */
    HoldfastException total(HoldfastException error) {
        if (answers == 0) {
            return error;
        }
        ErrorDetails all = total(error.details());
        return error.with(
                paused
                        ? all.toBuilder()
                                .partial(joined(transcript.get(transcript.size() - 1), all.partial()))
                                .build()
                        : all);
    }

    /** Details of a failure, with what the calls before it used. */
    ErrorDetails total(ErrorDetails last) {
        if (answers == 0) {
            return last;
        }
        boolean free = last.billing() == Billing.NOT_SENT || last.billing() == Billing.NOT_BILLED;
        Money lastCost = free ? Money.ZERO : last.cost().orElse(null);
        List<Attempt> all = new ArrayList<>(attempts);
        all.addAll(last.attempts());
        return last.toBuilder()
                .usage(usage.plus(last.usage()), free ? Billing.BILLED : last.billing())
                .cost(cost == null || lastCost == null ? null : cost.plus(lastCost))
                .attempts(all)
                .build();
    }
}
