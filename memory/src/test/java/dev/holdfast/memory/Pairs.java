package dev.holdfast.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import java.util.ArrayList;
import java.util.List;

/** What no provider accepts, looked for independently of how the window works. */
final class Pairs {
    private Pairs() {}

    static Message calls(String... ids) {
        List<Part> parts = new ArrayList<>();
        for (String id : ids) {
            parts.add(new Part.ToolCall(id, "lookup", "{}"));
        }
        return Message.of(Role.ASSISTANT, parts);
    }

    static Message results(String... ids) {
        List<Part.ToolResult> results = new ArrayList<>();
        for (String id : ids) {
            results.add(new Part.ToolResult(id, "lookup", "found " + id, false));
        }
        return Message.tools(results);
    }

    /** Every result follows its call, and every call but the newest of all is answered before anybody else speaks. */
    static void assertWhole(List<Message> messages) {
        List<String> open = new ArrayList<>();
        for (Message message : messages) {
            if (message.role() == Role.TOOL) {
                for (Part.ToolResult result : message.toolResults()) {
                    assertThat(open.remove(result.callId()))
                            .as("a call before result %s in %s", result.callId(), messages)
                            .isTrue();
                }
            } else {
                assertThat(open).as("calls without results in %s", messages).isEmpty();
                message.toolCalls().forEach(call -> open.add(call.id()));
            }
        }
    }
}
