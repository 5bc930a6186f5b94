package dev.holdfast.chat;

import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TaskException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a reply ended. Every reply reaches exactly one. */
public sealed interface Outcome {

    /**
     * The answer is whole.
     *
     * @param response the answer
     */
    record Completed(ChatResponse response) implements Outcome {
        /** Checks the response. */
        public Completed {
            Objects.requireNonNull(response, "response");
        }

        @Override
        public Usage usage() {
            return response.usage();
        }

        @Override
        public Message message() {
            return response.message();
        }

        @Override
        public Billing billing() {
            return Billing.BILLED;
        }

        @Override
        public Optional<Money> cost() {
            return response.cost();
        }

        @Override
        public List<Attempt> attempts() {
            return response.attempts();
        }

        @Override
        public @Nullable HoldfastException error() {
            return null;
        }
    }

    /**
     * There is no answer, or only a part of one; the error's details hold what there is.
     *
     * @param error what went wrong
     */
    record Failed(HoldfastException error) implements Outcome {
        /** Checks the error. */
        public Failed {
            Objects.requireNonNull(error, "error");
        }
    }

    /**
     * The caller gave up; the error's details hold what had been received.
     *
     * @param error the same as an error
     */
    record Cancelled(CancelledException error) implements Outcome {
        /** Checks the error. */
        public Cancelled {
            Objects.requireNonNull(error, "error");
        }
    }

    /**
     * What it ended with, if not well.
     *
     * @return the error; null when it completed
     */
    @Nullable
    HoldfastException error();

    /**
     * What was used.
     *
     * @return the usage; {@link Usage#none()} only when it is certain that nothing was
     */
    default Usage usage() {
        return details().usage();
    }

    /**
     * What was received: the answer, or the part of it that came.
     *
     * @return a message, without parts when nothing came
     */
    default Message message() {
        return details().partial();
    }

    /**
     * Whether the provider charges for it.
     *
     * @return what is known
     */
    default Billing billing() {
        return details().billing();
    }

    /**
     * What it cost, as far as it was settled.
     *
     * @return the cost, where a price is known
     */
    default Optional<Money> cost() {
        return details().cost();
    }

    /**
     * What was tried for it.
     *
     * @return the attempts in their order; empty where the first one was the only one
     */
    default List<Attempt> attempts() {
        return details().attempts();
    }

    private ErrorDetails details() {
        return Objects.requireNonNull(error()).details();
    }

    /**
     * The outcome of something that threw.
     *
     * @param thrown what was thrown
     * @return cancelled for a {@link CancelledException}, failed for anything else
     */
    static Outcome of(Throwable thrown) {
        if (thrown instanceof CancelledException cancelled) {
            return new Cancelled(cancelled);
        }
        if (thrown instanceof HoldfastException failed) {
            return new Failed(failed);
        }
        // What somebody else's code did before it threw is not known, so nor is what it spent.
        return new Failed(new TaskException(
                thrown.getClass().getSimpleName() + " was thrown by the application's code below this call",
                ErrorDetails.builder()
                        .usage(Usage.unknown(), Billing.MAYBE_BILLED)
                        .build(),
                thrown));
    }
}
