package dev.holdfast.tool;

import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Sees to it that every tool call has an id of its own in the whole conversation, because its answer is found by it.
 * Some servers give none, or count from zero in each answer, and a provider that the conversation falls back to refuses
 * an id that comes twice.
 */
final class CallIds {
    private CallIds() {}

    /**
     * The response itself where all is well: a provider's ids are kept as they came.
     *
     * @param asked what the run was asked
     * @param said what was said since
     */
    static ChatResponse unique(ChatResponse response, int round, List<Message> asked, List<Message> said) {
        Message message = response.message();
        List<Part.ToolCall> calls = message.toolCalls();
        if (calls.isEmpty() || (areUnique(calls) && areNew(calls, asked) && areNew(calls, said))) {
            return response;
        }
        List<Message> transcript = new ArrayList<>(response.transcript());
        Set<String> used = new HashSet<>();
        addIds(asked, used);
        addIds(said, used);
        Message mended = mended(message, round, used);
        transcript.set(transcript.size() - 1, mended);
        return response.toBuilder().message(mended).transcript(transcript).build();
    }

    private static boolean areUnique(List<Part.ToolCall> calls) {
        if (calls.size() < 2) {
            return !calls.get(0).id().isBlank();
        }
        Set<String> ids = new HashSet<>();
        for (Part.ToolCall call : calls) {
            if (call.id().isBlank() || !ids.add(call.id())) {
                return false;
            }
        }
        return true;
    }

    private static boolean areNew(List<Part.ToolCall> calls, List<Message> messages) {
        for (int m = 0; m < messages.size(); m++) {
            List<Part.ToolCall> earlier = messages.get(m).toolCalls();
            for (int e = 0; e < earlier.size(); e++) {
                for (int c = 0; c < calls.size(); c++) {
                    if (calls.get(c).id().equals(earlier.get(e).id())) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static void addIds(List<Message> messages, Set<String> ids) {
        for (Message message : messages) {
            message.toolCalls().forEach(call -> ids.add(call.id()));
        }
    }

    private static Message mended(Message message, int round, Set<String> used) {
        Set<String> taken = new HashSet<>(used);
        message.toolCalls().forEach(call -> taken.add(call.id()));
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
