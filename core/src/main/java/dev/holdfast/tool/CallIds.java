package dev.holdfast.tool;

import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sees to it that every tool call of a message has an id of its own, because its answer is found by it. */
final class CallIds {
    private CallIds() {}

    /** The response itself where all is well: a provider's ids are kept as they came. */
    static ChatResponse unique(ChatResponse response, int round) {
        Message message = response.message();
        if (areUnique(message.toolCalls())) {
            return response;
        }
        List<Message> transcript = new ArrayList<>(response.transcript());
        Message mended = mended(message, round);
        transcript.set(transcript.size() - 1, mended);
        return response.toBuilder().message(mended).transcript(transcript).build();
    }

    private static boolean areUnique(List<Part.ToolCall> calls) {
        if (calls.size() < 2) {
            return calls.isEmpty() || !calls.get(0).id().isBlank();
        }
        Set<String> ids = new HashSet<>();
        for (Part.ToolCall call : calls) {
            if (call.id().isBlank() || !ids.add(call.id())) {
                return false;
            }
        }
        return true;
    }

    private static Message mended(Message message, int round) {
        Set<String> taken = new HashSet<>();
        message.toolCalls().forEach(call -> taken.add(call.id()));
        Set<String> used = new HashSet<>();
        List<Part> parts = new ArrayList<>(message.parts().size());
        int index = 0;
        for (Part part : message.parts()) {
            if (part instanceof Part.ToolCall call) {
                boolean keeps = !call.id().isBlank() && used.add(call.id());
                parts.add(keeps ? call : new Part.ToolCall(fresh(round, index, taken), call.name(), call.arguments()));
                index++;
            } else {
                parts.add(part);
            }
        }
        return Message.of(message.role(), parts);
    }

    private static String fresh(int round, int index, Set<String> taken) {
        String id = "call_" + round + "_" + index;
        while (!taken.add(id)) {
            id += "_";
        }
        return id;
    }
}
