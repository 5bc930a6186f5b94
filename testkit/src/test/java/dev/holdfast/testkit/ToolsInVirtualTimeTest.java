package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolLoop;
import dev.holdfast.tool.Tools;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tool answers later comes in virtual time as well. */
@Timeout(30)
class ToolsInVirtualTimeTest {
    private static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final VirtualRuntime time =
            VirtualRuntime.builder().stallLimit(Duration.ofSeconds(2)).build();
    private final CompletableFuture<String> later = new CompletableFuture<>();
    private final Tool lookUp = Tools.of("look_up", "Looks up.", use -> later);

    @Test
    void anAnswerThatComesLaterTakesItsTime() {
        time.schedule(Duration.ofSeconds(5), () -> later.complete("shipped"));

        assertThat(told(send(lookUp, CONTEXT).await())).isEqualTo("shipped");
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whatFailsLaterIsToldAsAFailure() {
        time.schedule(Duration.ofSeconds(5), () -> later.completeExceptionally(new IllegalStateException("no stock")));

        assertThat(told(send(lookUp, CONTEXT).await())).isEqualTo("The tool failed: no stock");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8}) // whether the tool or who waits for it goes on first
    void anAnswerThatNeverComesIsLeftAtTheToolTimeout(long seed) {
        VirtualRuntime drawn = VirtualRuntime.seeded(seed);

        assertThat(told(send(lookUp, CONTEXT, drawn).await()))
                .isEqualTo(
                        "The tool did not answer within 1 min and was stopped. Whether it took effect is not known.");
        assertThat(drawn.elapsed()).isEqualTo(TIMEOUT);
        drawn.finish();
        assertThat(later).isCancelled();
    }

    @Test
    void anAnswerThatNeverComesIsLeftAtTheDeadline() {
        CallContext hurried = CONTEXT.toBuilder()
                .deadline(Deadline.in(Duration.ofSeconds(20), time))
                .build();
        ChatReply reply = send(lookUp, hurried);

        assertThat(catchThrowable(reply::await)).isInstanceOf(DeadlineException.class);
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(20));
        time.finish();
        assertThat(later).isCancelled();
    }

    @Test
    void aCloseLeavesTheAnswer() {
        ChatReply reply = send(lookUp, CONTEXT);
        time.schedule(Duration.ofSeconds(3), reply::close);

        assertThat(catchThrowable(reply::await)).isInstanceOf(CancelledException.class);
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(3));
        time.finish();
        assertThat(later).isCancelled();
    }

    @Test
    void aToolThatSwallowsItsInterruptDoesNotWaitForEver() {
        Tool deaf = Tools.of("look_up", "Looks up.", use -> {
            try {
                time.sleep(Duration.ofHours(1));
            } catch (InterruptedException e) {
                // and goes on
            }
            return later;
        });

        assertThat(told(send(deaf, CONTEXT).await())).startsWith("The tool did not answer within 1 min");
        time.finish();
        assertThat(later).isCancelled();
    }

    @Test
    void whatAFutureWithoutCallbacksHoldsIsWaitedForInRealTime() {
        FutureTask<String> elsewhere = new FutureTask<>(() -> "shipped");
        Future<String> plain = elsewhere;
        Thread other = new Thread(elsewhere);
        Tool tool = Tools.of("look_up", "Looks up.", use -> {
            other.start();
            return plain;
        });

        assertThat(told(send(tool, CONTEXT).await())).isEqualTo("shipped");
        assertThat(time.elapsed()).isZero();
    }

    private ChatReply send(Tool tool, CallContext context) {
        return send(tool, context, time);
    }

    private static ChatReply send(Tool tool, CallContext context, VirtualRuntime time) {
        FakeModel model = FakeModel.named("mini", time)
                .reply(FakeReply.toolCall("look_up", "{}"))
                .otherwise("done");
        return ToolLoop.builder()
                .tools(tool)
                .runtime(time)
                .toolTimeout(TIMEOUT)
                .build()
                .around(model)
                .send(new ChatCall(ChatRequest.of("Where is it?"), context));
    }

    private static String told(ChatResponse response) {
        Message answered = response.transcript().stream()
                .filter(message -> message.role() == Role.TOOL)
                .findFirst()
                .orElseThrow();
        return ((Part.ToolResult) answered.parts().get(0)).text();
    }
}
