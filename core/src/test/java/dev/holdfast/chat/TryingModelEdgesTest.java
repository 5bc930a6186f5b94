package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TransportException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TryingModelEdgesTest {
    private static final ChatCall CALL =
            new ChatCall(ChatRequest.of("hello"), CallContext.of(Caller.of("acme", "ann")));
    private static final ChatResponse ANSWER = ChatResponse.of(Endpoint.of("test", "model"), "ab");
    private static final ChatModel BROKEN =
            call -> ChatReply.failed(new TransportException("broken", ErrorDetails.nothingSent(), null));

    /** Keeps the laws: two chunks, tells its close. */
    private static final class Streamed implements ChatReply {
        private final Runnable onFirst;
        private int read;
        volatile @Nullable Outcome ended;

        Streamed(Runnable onFirst) {
            this.onFirst = onFirst;
        }

        @Override
        public @Nullable Chunk next() {
            if (ended != null && read > 0) {
                if (ended.error() != null) throw ended.error();
                return null;
            }
            if (read == 2) {
                ended = new Outcome.Completed(ANSWER);
                return null;
            }
            if (read == 0) onFirst.run();
            return new Chunk.Text(read++ == 0 ? "a" : "b");
        }

        @Override
        public Outcome outcome() {
            if (ended == null) throw new IllegalStateException();
            return ended;
        }

        @Override
        public void close() {
            if (ended == null)
                ended = new Outcome.Cancelled(new CancelledException("closed", ErrorDetails.nothingSent(), null));
        }
    }

    interface Begins {
        ChatReply begin(ChatCall call, Opening opening);
    }

    private static ChatModel trying(Begins begins) {
        return new TryingModel() {
            @Override
            protected ChatReply begin(ChatCall call, Opening opening) {
                return begins.begin(call, opening);
            }
        };
    }

    @Test
    void aCloseWhileTheFirstChunkIsReadAheadEndsTheReply() {
        List<Outcome> ends = new ArrayList<>();
        GuardLayer counted = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                return (outcome, ended) -> ends.add(outcome);
            }
        };
        ChatReply[] self = new ChatReply[1];
        Streamed below = new Streamed(() -> self[0].close());
        self[0] = counted.around(trying((call, opening) -> opening.begin(c -> below, call)))
                .send(CALL);
        try {
            self[0].next();
        } catch (CancelledException e) {
            // either is right
        }
        assertThat(ends).hasSize(1);
        assertThat(self[0].outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void theSameWithoutTries() {
        List<Outcome> ends = new ArrayList<>();
        GuardLayer counted = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                return (outcome, ended) -> ends.add(outcome);
            }
        };
        ChatReply[] self = new ChatReply[1];
        Streamed below = new Streamed(() -> self[0].close());
        self[0] = counted.around(c -> below).send(CALL);
        try {
            self[0].next();
        } catch (CancelledException e) {
            // either is right
        }
        assertThat(ends).hasSize(1);
        assertThat(self[0].outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void aTryThatThrowsAfterItBeganClosesWhatItBegan() {
        Streamed below = new Streamed(() -> {});
        ChatReply reply = trying((call, opening) -> {
                    opening.begin(c -> below, call);
                    throw new IllegalStateException("a bug of the application");
                })
                .send(CALL);
        assertThatThrownBy(reply::next).isInstanceOf(HoldfastException.class);
        assertThat(below.ended).isNotNull();
    }

    @Test
    void aTryThatAnswersByAnotherClosesWhatItBegan() {
        Streamed below = new Streamed(() -> {});
        ChatReply reply = trying((call, opening) -> {
                    opening.begin(c -> below, call);
                    return ChatReply.completed(ANSWER);
                })
                .send(CALL);
        assertThat(reply.await()).isNotNull();
        assertThat(below.ended).isNotNull();
    }

    @Test
    void whatBeganLastIsWholeThoughAnotherFailedAfterIt() {
        Streamed below = new Streamed(() -> {});
        ChatReply reply = trying((call, opening) -> {
                    ChatReply begun = opening.begin(c -> below, call);
                    try {
                        opening.begin(BROKEN, call);
                    } catch (HoldfastException e) {
                        // the first will do
                    }
                    return begun;
                })
                .send(CALL);
        StringBuilder said = new StringBuilder();
        for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) said.append(chunk.text());
        assertThat(said.toString()).isEqualTo("ab");
    }

    @Test
    @SuppressWarnings("NullAway")
    void aChangeThatIsNullGivesBack() {
        List<Outcome> ends = new ArrayList<>();
        GuardLayer counted = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                return (outcome, ended) -> ends.add(outcome);
            }
        };
        ChatReply reply = counted.around(trying((call, opening) -> {
                    ChatReply begun = opening.begin(c -> new Streamed(() -> {}), call);
                    opening.onOutcome(outcome -> null);
                    return begun;
                }))
                .send(CALL);
        assertThat(reply.await()).isNotNull();
        assertThat(ends).hasSize(1).doesNotContainNull();
    }

    @Test
    void theChangeOfATryThatWasLeftIsLeft() {
        ChatModel inner = trying((call, opening) -> {
            ChatReply begun = opening.begin(c -> new Streamed(() -> {}), call);
            opening.onOutcome(outcome ->
                    new Outcome.Completed(ChatResponse.of(Endpoint.of("test", "changed"), "by the one that was left")));
            return begun;
        });
        ChatReply reply = trying((call, opening) -> {
                    opening.begin(inner, call).close();
                    return opening.begin(c -> ChatReply.completed(ANSWER), call);
                })
                .send(CALL);
        assertThat(reply.await().endpoint().model()).isEqualTo("model");
    }
}
