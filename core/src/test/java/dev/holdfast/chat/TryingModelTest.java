package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TaskException;
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that try share a reply where they stand together; nobody can tell, but by the time it takes. */
@Timeout(20)
class TryingModelTest {
    private static final ChatCall CALL =
            new ChatCall(ChatRequest.of("hello"), CallContext.of(Caller.of("acme", "ann")));
    private static final ChatResponse ANSWER = ChatResponse.of(Endpoint.of("test", "model"), "It has shipped.");
    private static final ChatModel ANSWERS = call -> ChatReply.completed(ANSWER);
    private static final ChatModel BROKEN =
            call -> ChatReply.failed(new TransportException("broken", ErrorDetails.nothingSent(), null));

    private final List<String> log = new ArrayList<>();

    /** Asks one after the other, and writes its name into every answer. */
    private final class OneAfterTheOther extends TryingModel {
        private final String name;
        private final ChatModel[] models;

        OneAfterTheOther(String name, ChatModel... models) {
            this.name = name;
            this.models = models;
        }

        @Override
        protected ChatReply begin(ChatCall call, Opening opening) {
            HoldfastException last = null;
            for (ChatModel model : models) {
                try {
                    ChatReply begun = opening.begin(model, call);
                    opening.onOutcome(signed(name));
                    return begun;
                } catch (HoldfastException e) {
                    log.add(name + ": " + e.getMessage());
                    last = e;
                }
            }
            throw new TransportException(name + " has nobody left", ErrorDetails.nothingSent(), last);
        }
    }

    private static UnaryOperator<Outcome> signed(String name) {
        return outcome -> outcome instanceof Outcome.Completed completed
                ? new Outcome.Completed(completed.response().toBuilder()
                        .finishReason(new FinishReason(
                                completed.response().finishReason().name() + " " + name))
                        .build())
                : outcome;
    }

    /** A model that no other can look into, so that it gets a reply of its own. */
    private static ChatModel apart(ChatModel model, boolean apart) {
        return apart ? model::send : model;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theInnerOnesSeeTheEndBeforeTheOuterOnes(boolean apart) {
        ChatModel inner = apart(new OneAfterTheOther("inner", BROKEN, ANSWERS), apart);
        ChatModel outer = new OneAfterTheOther("outer", new OneAfterTheOther("in vain", BROKEN), inner);

        ChatResponse response = outer.send(CALL).await();

        assertThat(response.message()).isEqualTo(ANSWER.message());
        assertThat(response.finishReason().name())
                .isEqualTo(ANSWER.finishReason().name() + " inner outer");
        assertThat(log).containsExactly("in vain: broken", "outer: in vain has nobody left", "inner: broken");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyChunkIsHandedUpOnceAndSeenByGuardsInFront(boolean apart) {
        List<String> seen = new ArrayList<>();
        GuardLayer looks = new GuardLayer() {
            @Override
            protected boolean seesChunks() {
                return true;
            }

            @Override
            protected Permit admit(GuardedCall call) {
                return new Permit() {
                    @Override
                    public void onChunk(Chunk chunk) {
                        seen.add(chunk.text());
                    }

                    @Override
                    public void end(Outcome outcome, GuardedCall ended) {
                        seen.add(outcome.message().text());
                    }
                };
            }
        };
        ChatModel model =
                looks.around(apart(new OneAfterTheOther("only", BROKEN, streaming("It ", "has ", "gone.")), apart));

        List<String> read = new ArrayList<>();
        try (ChatReply reply = model.send(CALL)) {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                read.add(chunk.text());
            }
            assertThat(((Outcome.Completed) reply.outcome())
                            .response()
                            .finishReason()
                            .name())
                    .endsWith(" only");
        }

        assertThat(read).containsExactly("It ", "has ", "gone.");
        assertThat(seen).containsExactly("It ", "has ", "gone.", "It has shipped.");
    }

    private static ChatModel streaming(String... texts) {
        return call -> new LayerReply() {
            private int at;

            @Override
            protected ChatReply open() {
                return ChatReply.completed(ANSWER);
            }

            @Override
            @Nullable
            Chunk pull(ChatReply below) {
                if (at < texts.length) {
                    return new Chunk.Text(texts[at++]);
                }
                while (below.next() != null) {
                    // its one chunk has been told in pieces
                }
                return null;
            }
        };
    }

    @Test
    void aReplyGivenInPlaceOfTheOneThatBeganHasItsOwnChunks() {
        ChatModel judged = new TryingModel() {
            @Override
            protected ChatReply begin(ChatCall call, Opening opening) {
                opening.begin(streaming("no"), call).close();
                return ChatReply.completed(ANSWER);
            }
        };
        try (ChatReply reply = judged.send(CALL)) {
            Chunk chunk = reply.next();
            assertThat(chunk).isNotNull();
            assertThat(chunk.text()).isEqualTo("It has shipped.");
            assertThat(reply.next()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCloseEndsAWaitBetweenTwoTries(boolean apart) throws InterruptedException {
        CountDownLatch waits = new CountDownLatch(1);
        ChatModel patient = apart(
                new TryingModel() {
                    @Override
                    protected ChatReply begin(ChatCall call, Opening opening) {
                        Signal closed = HoldfastRuntime.system().newSignal();
                        opening.onClose(closed);
                        waits.countDown();
                        try {
                            assertThat(closed.await(Duration.ofSeconds(15))).isTrue();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        assertThat(opening.isGivenUp()).isTrue();
                        return opening.begin(ANSWERS, call);
                    }
                },
                apart);
        ChatReply reply = new OneAfterTheOther("outer", patient).send(CALL);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                reply.await();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        reader.start();
        waits.await();
        reply.close();
        reader.join();

        assertThat(thrown.get()).isInstanceOf(HoldfastException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void aSignalGivenAfterTheCloseFiresAtOnce() {
        ChatReply[] self = new ChatReply[1];
        self[0] = new TryingModel() {
            @Override
            protected ChatReply begin(ChatCall call, Opening opening) {
                self[0].close();
                Signal closed = HoldfastRuntime.system().newSignal();
                opening.onClose(closed);
                assertThat(closed.hasFired()).isTrue();
                return opening.begin(ANSWERS, call);
            }
        }.send(CALL);

        assertThatThrownBy(self[0]::await).isInstanceOf(CancelledException.class);
    }

    @Test
    void whatBreaksTheLawsIsClosedAndToldAsAnErrorOfOurs() {
        List<String> closed = new ArrayList<>();
        ChatModel lawless = call -> new ChatReply() {
            @Override
            public @Nullable Chunk next() {
                throw new IllegalStateException("somebody else's code");
            }

            @Override
            public Outcome outcome() {
                throw new IllegalStateException("has none");
            }

            @Override
            public void close() {
                closed.add("closed");
                throw new IllegalStateException("nor can it be closed");
            }
        };

        assertThat(new OneAfterTheOther("only", lawless, ANSWERS)
                        .send(CALL)
                        .await()
                        .message())
                .isEqualTo(ANSWER.message());
        assertThat(closed).containsExactly("closed");
        assertThat(log)
                .containsExactly("only: IllegalStateException was thrown by the application's code below this call");
    }

    @Test
    @SuppressWarnings("NullAway") // what code without null checks may do
    void aModelWithoutAReplyIsAFailure() {
        ChatModel nothing = call -> null;

        HoldfastException error = catchThrowableOfType(
                HoldfastException.class,
                () -> new OneAfterTheOther("only", nothing).send(CALL).await());

        assertThat(error).hasCauseInstanceOf(TaskException.class);
    }
}
