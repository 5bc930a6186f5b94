package dev.holdfast.http;

import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Usage;
import java.util.function.Consumer;

/** A wire format whose reader falls over whatever comes, and over what it is asked about it. */
final class StumblingExchange implements ProviderExchange {
    private final LineExchange lines;
    private boolean ended;

    StumblingExchange(String url) {
        this.lines = new LineExchange(url);
    }

    private static RuntimeException stumble() {
        return new ArithmeticException("quoted from the answer");
    }

    @Override
    public Endpoint endpoint() {
        return LineExchange.ENDPOINT;
    }

    @Override
    public String wireFormat() {
        return "openai";
    }

    @Override
    public WireRequest request() {
        return lines.request();
    }

    @Override
    public ChatResponse whole(String body) {
        throw stumble();
    }

    @Override
    public void event(SseEvent event, Consumer<Chunk> chunks) {
        ended = event.data().equals("END");
        if (!ended) {
            throw stumble();
        }
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public ChatResponse complete() {
        throw stumble();
    }

    @Override
    public Message partial() {
        throw stumble();
    }

    @Override
    public Usage usage() {
        throw stumble();
    }

    @Override
    public ReportedError error(int status, String body) {
        throw stumble();
    }
}
