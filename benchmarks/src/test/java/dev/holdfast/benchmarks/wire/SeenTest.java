package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TransportException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SeenTest {
    private static final HoldfastException LOST =
            new TransportException("lost", ErrorDetails.builder().build(), null);

    private record Reply(@Nullable RuntimeException thrown, Outcome outcome) implements ChatReply {
        @Override
        public @Nullable Chunk next() {
            if (thrown != null) {
                throw thrown;
            }
            return null;
        }

        @Override
        public void close() {}
    }

    private static Seen seen(@Nullable RuntimeException thrown, Outcome outcome) {
        return Seen.of(call -> new Reply(thrown, outcome), ChatRequest.of("hi"));
    }

    private static Outcome completed() {
        return new Outcome.Completed(ChatResponse.builder(Endpoint.of("p", "m"), Message.assistant("hi"))
                .build());
    }

    @Test
    void whatTheLibraryPromisesIsNotBroken() {
        assertThat(seen(null, completed()).broken()).isNull();
        assertThat(seen(LOST, new Outcome.Failed(LOST)).broken()).isNull();
    }

    @Test
    void anythingElseIs() {
        assertThat(seen(new IllegalStateException("oops"), completed()).broken())
                .contains("IllegalStateException");
        assertThat(seen(LOST, completed()).broken()).contains("different ends");
        Outcome hidden = Outcome.of(new NullPointerException());
        assertThat(seen(hidden.error(), hidden).broken()).contains("NullPointerException");
    }
}
