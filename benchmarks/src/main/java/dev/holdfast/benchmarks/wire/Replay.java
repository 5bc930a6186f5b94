package dev.holdfast.benchmarks.wire;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A replay server that many conversations share: each has a base URL of its own, and answers that come in order. */
final class Replay implements AutoCloseable {
    private static final String PREFIX = "/x/";

    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();
    private final ReplayServer server;

    private Replay() throws IOException {
        this.server = ReplayServer.start(this::answer);
    }

    static Replay start() throws IOException {
        return new Replay();
    }

    /** Opens a conversation in which the first request gets the first answer, and so on. */
    Lane lane(List<ReplayServer.Script> answers) {
        Lane lane = new Lane(Long.toString(numbers.incrementAndGet()), answers);
        lanes.put(lane.name, lane);
        return lane;
    }

    private Answer answer(ReplayServer.Request request) {
        Lane lane = lanes.get(request.segmentAfter(PREFIX));
        ReplayServer.Script script = lane == null ? null : lane.answers.poll();
        if (lane == null || script == null) {
            return Answer.text(418, "the recording has no further answer");
        }
        asked.incrementAndGet();
        lane.requests.add(request);
        return script.answer(request);
    }

    /** How many requests have been answered. */
    long requests() {
        return asked.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** One conversation. */
    final class Lane implements AutoCloseable {
        private final String name;
        private final Queue<ReplayServer.Script> answers;
        private final Queue<ReplayServer.Request> requests = new ConcurrentLinkedQueue<>();

        private Lane(String name, List<ReplayServer.Script> answers) {
            this.name = name;
            this.answers = new ConcurrentLinkedQueue<>(answers);
        }

        String baseUrl() {
            return server.address() + PREFIX + name;
        }

        /** What has been asked so far, in order. */
        List<ReplayServer.Request> requests() {
            return List.copyOf(requests);
        }

        @Override
        public void close() {
            lanes.remove(name);
        }
    }
}
