package dev.holdfast.budget;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What a request to one endpoint can take at the most, and how it is kept to that. */
final class Demands {
    /** A call that takes no tokens: any work of the application. */
    static final Demand CALL = new Demand(1, 0, 0, 0, 0, 0);

    private static final int MAX_OUTPUT = 4_096;

    private final Endpoint endpoint;
    private final TokenCounter counter;
    private final @Nullable Price price;
    private final @Nullable Integer maxOutputTokens;
    private final int minOutputTokens;

    Demands(
            Endpoint endpoint,
            TokenCounter counter,
            @Nullable Price price,
            @Nullable Integer maxOutputTokens,
            int minOutputTokens) {
        this.endpoint = endpoint;
        this.counter = counter;
        this.price = price;
        this.maxOutputTokens = maxOutputTokens;
        this.minOutputTokens = minOutputTokens;
        counter.input(endpoint, ChatRequest.of("loads the vocabulary before the first call needs it"));
    }

    Demand of(ChatRequest request) {
        if (request == ChatRequest.empty()) {
            return CALL;
        }
        long input = counter.input(endpoint, request).upperBound();
        int most = mostOutput(request);
        int least = Math.min(minOutputTokens, most);
        if (price == null) {
            return new Demand(1, input, 0, 0, least, most);
        }
        long inputPicos = Demand.plus(Demand.times(input, price.dearestInputPicos()), price.oneOfEachPicos());
        return new Demand(1, input, inputPicos, price.dearestOutputPicos(), least, most);
    }

    private int mostOutput(ChatRequest request) {
        OptionalInt ofEndpoint = endpoint.maxOutputTokens();
        int canSay = ofEndpoint.orElse(Integer.MAX_VALUE);
        if (request.maxOutputTokens().isPresent()) {
            return Math.min(request.maxOutputTokens().getAsInt(), canSay);
        }
        return maxOutputTokens != null ? Math.min(maxOutputTokens, canSay) : ofEndpoint.orElse(MAX_OUTPUT);
    }

    /** The call with a bound on its output that keeps it within what was granted, where it has none of itself. */
    ChatCall bounded(ChatCall call, long granted) {
        ChatRequest request = call.request();
        int own = request.maxOutputTokens().orElse(Integer.MAX_VALUE);
        int canSay = endpoint.maxOutputTokens().orElse(Integer.MAX_VALUE);
        if (granted == 0 || Math.min(own, canSay) <= granted) {
            return call;
        }
        return call.with(request.withMaxOutputTokens(Math.toIntExact(granted)));
    }
}
