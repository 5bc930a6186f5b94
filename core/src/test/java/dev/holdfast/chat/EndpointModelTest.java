package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.TaskException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EndpointModelTest {
    private static final Endpoint HOUSE = Endpoint.of("in-house", "small");
    private static final ChatCall HELLO = new ChatCall(ChatRequest.of("Hello"), CallContext.of(Caller.of("ann")));

    @Test
    void blockingCodeIsAModelThatAsksWhenItIsRead() {
        AtomicInteger asked = new AtomicInteger();
        EndpointModel model = EndpointModel.blocking(
                HOUSE,
                call -> ChatResponse.of(
                        HOUSE, call.request().messages().get(0).text() + " " + asked.incrementAndGet()));

        ChatReply reply = model.send(HELLO);

        assertThat(asked).hasValue(0);
        assertThat(reply.await().text()).isEqualTo("Hello 1");
        assertThat(model.endpoint()).isEqualTo(HOUSE);
        assertThat(model.chat(ChatRequest.of("Hello")).usage()).isEqualTo(Usage.unknown());
    }

    @Test
    void whatBlockingCodeThrowsIsTheCauseAndItsWordsAreNotTold() {
        IOException thrown = new IOException("key sk-secret is not known");
        EndpointModel model = EndpointModel.blocking(HOUSE, call -> {
            throw thrown;
        });

        assertThatThrownBy(() -> model.chat("Hello"))
                .isInstanceOf(TaskException.class)
                .hasCause(thrown)
                .hasMessage("IOException was thrown by in-house/small")
                .hasMessageNotContaining("sk-secret")
                .satisfies(error -> assertThat(((TaskException) error).usage()).isEqualTo(Usage.unknown()));
    }

    @Test
    void blockingCodeThatReturnsNullIsToldSo() {
        EndpointModel model = EndpointModel.blocking(HOUSE, call -> null);

        assertThatThrownBy(() -> model.chat("Hello"))
                .isInstanceOf(TaskException.class)
                .hasMessage("in-house/small returned null; return an answer, or throw")
                .satisfies(error -> assertThat(
                                ((TaskException) error).classification().allows(Remedy.FALLBACK))
                        .isTrue());
    }

    @Test
    @Timeout(10)
    void aCloseInterruptsBlockingCode() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        EndpointModel model = EndpointModel.blocking(HOUSE, call -> {
            asked.countDown();
            new CountDownLatch(1).await();
            return ChatResponse.of(HOUSE, "never");
        });
        ChatReply reply = model.send(HELLO);
        Thread closer = new Thread(() -> {
            try {
                assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            reply.close();
        });
        closer.start();

        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        closer.join();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void aGuardLeavesItsNameToWhatTheCompilerTakesForAnyModel() {
        ChatModel model = EndpointModel.blocking(HOUSE, call -> ChatResponse.of(HOUSE, "hello"));
        GuardLayer guard = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                return Permit.none();
            }
        };
        ModelLayer lambda = next -> call -> next.send(call);

        for (ChatModel layered : new ChatModel[] {
            guard.around(model),
            guard.over(lambda).around(model),
            lambda.over(guard).around(model)
        }) {
            assertThat(layered)
                    .isInstanceOfSatisfying(
                            EndpointModel.class,
                            named -> assertThat(named.endpoint()).isEqualTo(HOUSE));
            assertThat(layered.chat("hi")).isEqualTo("hello");
        }
    }

    @Test
    void anEndpointGoesOnToBeThatOneWhateverTheCompilerTakesItFor() {
        EndpointModel model = EndpointModel.blocking(HOUSE, call -> ChatResponse.of(HOUSE, "hello"));
        Endpoint other = Endpoint.of("in-house", "other");
        ModelLayer renames = next -> EndpointModel.of(other, next);
        ModelLayer several = renames.over(next -> call -> next.send(call));

        assertThat(renames.around(model).endpoint()).isEqualTo(HOUSE);
        assertThat(several.around((ChatModel) model))
                .isInstanceOfSatisfying(
                        EndpointModel.class,
                        named -> assertThat(named.endpoint()).isEqualTo(HOUSE));
    }

    @Test
    void aLayerLeavesAnEndpointItsName() {
        ModelLayer shouting = next -> call -> ChatReply.completed(
                ChatResponse.of(HOUSE, next.send(call).await().text().toUpperCase(java.util.Locale.ROOT)));

        EndpointModel loud = shouting.around(EndpointModel.blocking(HOUSE, call -> ChatResponse.of(HOUSE, "hello")));

        assertThat(loud.endpoint()).isEqualTo(HOUSE);
        assertThat(loud.chat("Hello")).isEqualTo("HELLO");
    }
}
