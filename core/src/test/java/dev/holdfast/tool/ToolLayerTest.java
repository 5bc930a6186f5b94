package dev.holdfast.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToolLayerTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final ToolUse USE = new ToolUse(new Part.ToolCall("call-1", "look", "{}"), ANN, "run:1");

    private interface Body {
        Part.ToolResult call(ToolUse use) throws Exception;
    }

    private static Tool tool(Body body) {
        return new Tool() {
            @Override
            public ToolSpec spec() {
                return new ToolSpec("look", "Looks", JsonSchema.emptyObject());
            }

            @Override
            public Part.ToolResult call(ToolUse use) throws Exception {
                return body.call(use);
            }
        };
    }

    @Test
    void theToolAnswersThroughTheLayerInTheContextThatItHandsOn() throws Exception {
        List<ToolUse> uses = new ArrayList<>();
        ModelLayer second = next -> call -> next.send(call.with(
                call.context().toBuilder().attempt(2, AttemptKind.RETRY).build()));
        Tool layered = ToolLayer.of(second).around(tool(use -> {
            uses.add(use);
            return use.answer("seen");
        }));

        assertThat(layered.spec().name()).isEqualTo("look");
        assertThat(layered.call(USE)).isEqualTo(USE.answer("seen"));
        assertThat(uses).singleElement().satisfies(use -> {
            assertThat(use.context().attempt()).isEqualTo(2);
            assertThat(use.context().caller()).isEqualTo(ANN.caller());
            assertThat(use.idempotencyKey()).isEqualTo("run:1");
        });
    }

    @Test
    void whatTheToolThrowsIsThrownAsItIs() {
        IOException trouble = new IOException("down");
        Tool layered = ToolLayer.of(next -> next).around(tool(use -> {
            throw trouble;
        }));
        assertThatThrownBy(() -> layered.call(USE)).isSameAs(trouble);
    }

    @Test
    void aLayerThatRefusesKeepsTheToolFromRunning() {
        List<ToolUse> uses = new ArrayList<>();
        RejectedException refusal =
                new RejectedException(Refusal.of(Refusal.Kind.OVERLOAD, "one", "busy"), ErrorDetails.nothingSent(ANN));
        Tool layered = ToolLayer.of(next -> call -> ChatReply.failed(refusal)).around(tool(use -> {
            uses.add(use);
            return use.answer("seen");
        }));
        assertThatThrownBy(() -> layered.call(USE)).isSameAs(refusal);
        assertThat(uses).isEmpty();
    }
}
