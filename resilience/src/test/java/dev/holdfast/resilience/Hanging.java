package dev.holdfast.resilience;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A reply that says one word, and then nothing until it is closed. */
final class Hanging implements ChatReply {
    final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
    private final boolean saysAWord;
    private boolean said;

    Hanging(boolean saysAWord) {
        this.saysAWord = saysAWord;
    }

    @Override
    public @Nullable Chunk next() {
        if (saysAWord && !said) {
            said = true;
            return new Chunk.Text("Well");
        }
        reading.countDown();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
        throw Objects.requireNonNull(outcome().error());
    }

    @Override
    public Outcome outcome() {
        Outcome end = outcome.get();
        if (end == null) {
            throw new IllegalStateException("not ended");
        }
        return end;
    }

    @Override
    public void close() {
        ErrorDetails details = ErrorDetails.builder()
                .partial(said ? Message.assistant("Well") : Message.nothing())
                .usage(Usage.of(10, 1), Billing.MAYBE_BILLED)
                .build();
        outcome.compareAndSet(null, new Outcome.Cancelled(new CancelledException("closed", details, null)));
        closed.countDown();
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }
}
