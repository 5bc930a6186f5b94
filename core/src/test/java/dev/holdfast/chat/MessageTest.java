package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {
    private static final Part.ToolCall CALL = new Part.ToolCall("a", "find", "{}");

    @Test
    void joinsItsTextsAndNothingElse() {
        Message message = Message.of(
                Role.ASSISTANT,
                List.of(new Part.Reasoning("test", "hm", null), new Part.Text("a"), CALL, new Part.Text("b")));

        assertThat(message.text()).isEqualTo("ab");
        assertThat(message.toolCalls()).containsExactly(CALL);
        assertThat(message.toolResults()).isEmpty();
        assertThat(Message.of(Role.ASSISTANT, List.of(CALL)).text()).isEmpty();
        assertThat(Message.nothing().text()).isEmpty();
    }

    @Test
    void keepsCallsAndResultsInOrder() { // K22: order and ids of parallel calls
        List<Part.ToolCall> calls = List.of(
                new Part.ToolCall("c", "x", "{}"),
                new Part.ToolCall("a", "y", "{}"),
                new Part.ToolCall("b", "x", "{}"));
        List<Part.ToolResult> results =
                List.of(new Part.ToolResult("c", "x", "1", false), new Part.ToolResult("a", "y", "2", true));

        assertThat(Message.of(Role.ASSISTANT, calls).toolCalls()).isEqualTo(calls);
        assertThat(Message.tools(results).toolResults()).isEqualTo(results);
        assertThat(Message.tools(results).role()).isEqualTo(Role.TOOL);
    }

    @Test
    void doesNotChange() {
        List<Part> parts = new ArrayList<>(List.of(CALL));
        Message message = Message.of(Role.ASSISTANT, parts);
        parts.clear();

        assertThat(message.parts()).containsExactly(CALL);
        assertThatThrownBy(() -> message.parts().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> message.toolCalls().clear()).isInstanceOf(UnsupportedOperationException.class);

        byte[] bytes = {1, 2};
        Part.ImageBytes image = new Part.ImageBytes("image/png", bytes);
        bytes[0] = 9;
        image.bytes()[1] = 9;
        assertThat(image.bytes()).containsExactly(1, 2);
    }

    @Test
    void isAValue() {
        assertThat(Message.user("a")).isEqualTo(Message.user("a")).hasSameHashCodeAs(Message.user("a"));
        assertThat(Message.user("a")).isNotEqualTo(Message.assistant("a")).isNotEqualTo(Message.user("b"));
        assertThat(new Part.ImageBytes("image/png", new byte[] {1}))
                .isEqualTo(new Part.ImageBytes("image/png", new byte[] {1}))
                .isNotEqualTo(new Part.ImageBytes("image/png", new byte[] {2}));
    }
}
