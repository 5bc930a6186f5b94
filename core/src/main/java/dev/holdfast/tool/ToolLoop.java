package dev.holdfast.tool;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.event.Events;
import dev.holdfast.internal.words.Durations;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that makes a model with tools an agent, as a layer: asks the model, runs the tools that it calls, tells it the
 * answers, and goes on until it answers without a call.
 *
 * <p><b>What streams.</b> The chunks of every round, as they come, a {@link dev.holdfast.chat.Chunk.RoundEnded} after each
 * but the last, and a {@link dev.holdfast.chat.Chunk.ToolAnswer} for each tool, in the order of the calls. The response at
 * the end is the last answer; it has everything that was said since the request in its transcript, and usage, cost and
 * attempts of all rounds together.
 *
 * <p><b>What is told to the model.</b> Whatever it can mend: arguments that do not fit, a tool that is not there, was
 * refused by a layer, failed (the exception's message), took too long, or was called in circles. An {@link Error} ends the
 * run, and so does an {@link InterruptedException}.
 *
 * <p><b>Tools of the caller.</b> A request may bring tools along that only the caller can run, such as one that asks the
 * user. When the model calls one, the loop still runs its own tools that were called beside it, and then ends with that
 * answer: its {@link dev.holdfast.chat.FinishReason} is {@code TOOL_CALLS}, the results of the loop's own tools are the
 * end of the transcript. The caller goes on by a request that holds the messages so far and a result for each open call.
 *
 * <p><b>Where it ends.</b> After {@link Builder#maxRounds} rounds, or with the last of {@link Builder#maxToolCalls}, the
 * model is told that no more tool calls are possible and is asked once more, with
 * {@link dev.holdfast.chat.ToolChoice#NONE}: most runs still have something to say. If it calls a tool all the same, the
 * run fails with an {@link dev.holdfast.error.InvalidOutputException}. A run thus makes {@code maxRounds + 1} calls of the
 * model at the most. A call that was cut off never runs, neither with its stream nor at the limit on output tokens.
 *
 * <p><b>Threading.</b> Safe for use by many threads. Tools run on threads of the runtime, never in the consumer's, so that
 * one that neither ends nor listens to an interrupt can be left behind: what they need of the caller is in their
 * {@link ToolUse}, not in thread-locals.
 */
public final class ToolLoop implements ModelLayer {
    private static final Logger log = LoggerFactory.getLogger(ToolLoop.class);

    private final Map<String, Tool> tools;
    private final List<ToolSpec> specs;
    private final int maxRounds;
    private final int maxToolCalls;
    private final int maxIdenticalCalls;
    private final int maxResultChars;
    private final int parallelism;
    private final Function<? super Exception, String> failureWords;
    private final Duration toolTimeout;
    private final Duration grace;
    private final HoldfastRuntime runtime;
    private final Events events;
    private final AtomicInteger abandoned = new AtomicInteger();

    private ToolLoop(Builder builder, Map<String, Tool> tools) {
        this.tools = tools;
        this.specs =
                List.copyOf(tools.values().stream().map(Tool::spec).toList()); // which a request need not copy again
        this.maxRounds = builder.maxRounds;
        this.maxToolCalls = builder.maxToolCalls;
        this.maxIdenticalCalls = builder.maxIdenticalCalls;
        this.maxResultChars = builder.maxResultChars;
        this.parallelism = builder.parallelism;
        this.failureWords = builder.failureWords;
        this.toolTimeout = builder.toolTimeout;
        this.grace = builder.grace;
        this.runtime = builder.runtime;
        this.events = builder.events;
    }

    /**
     * Starts a loop.
     *
     * @return a builder without tools
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Stands in front of a model. Without tools it only goes on with turns that the provider has paused; calls of tools that
     * a request brought along are the caller's.
     */
    @Override
    public ChatModel around(ChatModel next) {
        Objects.requireNonNull(next, "next");
        return call -> new LoopReply(this, next, call);
    }

    /**
     * How many tools run though nobody waits for them any more: they took too long, or their run ended, and they did not
     * listen to the interrupt.
     *
     * @return the number at this moment
     */
    public int abandonedTools() {
        return Math.max(0, abandoned.get());
    }

    void abandon(ToolSlot slot) {
        if (slot.leaveBehind()) {
            abandoned.incrementAndGet();
            log.warn(
                    "tool '{}' did not end within {} after it was interrupted; it is left behind and keeps its thread",
                    slot.name(),
                    Durations.exactly(grace));
        }
    }

    void cameBack(String name) {
        abandoned.decrementAndGet();
        log.info("tool '{}', which had been left behind, has ended", name);
    }

    boolean hasNoTools() {
        return tools.isEmpty();
    }

    /** The request with the tools of the loop beside those that it brought along. */
    ChatRequest withTools(ChatRequest request) {
        if (specs.isEmpty()) {
            return request;
        }
        List<ToolSpec> all = specs;
        if (!request.tools().isEmpty()) {
            all = new ArrayList<>(specs);
            for (ToolSpec spec : request.tools()) {
                if (!tools.containsKey(spec.name())) {
                    all.add(spec);
                }
            }
        }
        return request.withTools(all);
    }

    @Nullable
    Tool tool(String name) {
        return tools.get(name);
    }

    String names() {
        return String.join(", ", tools.keySet());
    }

    /** A text that is too long for the model, cut, which it is told. */
    String shortened(String text) {
        if (text.length() <= maxResultChars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxResultChars - 1)) ? maxResultChars - 1 : maxResultChars;
        return text.substring(0, end) + "\n[Cut: these are the first " + end + " of at least " + text.length()
                + " characters. Ask for less at once.]";
    }

    /** What the model is told of a tool that failed. Whoever runs the service finds the exception in the log. */
    String told(String tool, Exception failure) {
        log.debug("tool '{}' failed", tool, failure);
        try {
            return "The tool failed: " + shortened(failureWords.apply(failure));
        } catch (RuntimeException e) {
            log.error("the words for a failure of the tool '{}' could not be found", tool, e);
            return "The tool failed.";
        }
    }

    /** What the model is told of a tool that nobody waits for any more. */
    String tookTooLong() {
        return "The tool did not answer within " + Durations.exactly(toolTimeout)
                + " and was stopped. Whether it took effect is not known.";
    }

    /** An exception in words for the model: never its stack trace. */
    static String words(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }

    int maxRounds() {
        return maxRounds;
    }

    int maxToolCalls() {
        return maxToolCalls;
    }

    int maxIdenticalCalls() {
        return maxIdenticalCalls;
    }

    int parallelism() {
        return parallelism;
    }

    Duration toolTimeout() {
        return toolTimeout;
    }

    Duration grace() {
        return grace;
    }

    HoldfastRuntime runtime() {
        return runtime;
    }

    Events events() {
        return events;
    }

    /** Builds a {@link ToolLoop}. Not safe for use by several threads. */
    public static final class Builder {
        private final List<Tool> tools = new ArrayList<>();
        private final List<ToolLayer> layers = new ArrayList<>();
        private int maxRounds = 10;
        private int maxToolCalls = 100;
        private int maxIdenticalCalls = 3;
        private int maxResultChars = 50_000;
        private int parallelism = 8;
        private Function<? super Exception, String> failureWords = ToolLoop::words;
        private Duration toolTimeout = Duration.ofSeconds(60);
        private Duration grace = Duration.ofSeconds(1);
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();

        private Builder() {}

        /**
         * Adds tools.
         *
         * @param tools what the model may call
         * @return this builder
         */
        public Builder tools(List<? extends Tool> tools) {
            this.tools.addAll(tools);
            return this;
        }

        /**
         * Adds tools.
         *
         * @param tools what the model may call
         * @return this builder
         */
        public Builder tools(Tool... tools) {
            return tools(List.of(tools));
        }

        /**
         * Adds the tools of an object, as {@link Tools#of(Object)} finds them.
         *
         * @param holder an object with methods that are tools
         * @return this builder
         * @throws InvalidConfigurationException when there is none, or one cannot be a tool
         */
        public Builder toolsOf(Object holder) {
            return tools(Tools.of(holder));
        }

        /**
         * Adds layers that go around every tool; the first one added is the outermost.
         *
         * @param layers one or several, for example a permission
         * @return this builder
         */
        public Builder layer(ToolLayer... layers) {
            for (ToolLayer layer : layers) {
                this.layers.add(Objects.requireNonNull(layer, "layers"));
            }
            return this;
        }

        /**
         * Sets after how many rounds of tool calls the model must answer.
         *
         * @param rounds at least 1; 10 by default
         * @return this builder
         */
        public Builder maxRounds(int rounds) {
            this.maxRounds = rounds;
            return this;
        }

        /**
         * Sets after how many tool calls, over all rounds, the model must answer.
         *
         * @param calls at least 1; 100 by default
         * @return this builder
         */
        public Builder maxToolCalls(int calls) {
            this.maxToolCalls = calls;
            return this;
        }

        /**
         * Sets how often one tool runs with the same arguments in a run. The model is told of each call beyond, and at the
         * first call beyond twice the number the run fails.
         *
         * @param calls at least 1; 3 by default
         * @return this builder
         */
        public Builder maxIdenticalCalls(int calls) {
            this.maxIdenticalCalls = calls;
            return this;
        }

        /**
         * Sets how long the answer of a tool may be; what is longer is cut, and the model is told.
         *
         * @param chars at least 1; 50,000 by default
         * @return this builder
         */
        public Builder maxResultChars(int chars) {
            this.maxResultChars = chars;
            return this;
        }

        /**
         * Sets what the model is told when a tool throws. By default that is the exception's message, which often helps
         * it to call the tool better, but goes to the provider as it is: set this where messages may hold an address, a
         * password or a name that must not.
         *
         * @param words makes a sentence for the model; called on the tool's thread, so it may log the exception as well
         * @return this builder
         */
        public Builder failureWords(Function<? super Exception, String> words) {
            this.failureWords = Objects.requireNonNull(words, "words");
            return this;
        }

        /**
         * Sets how many calls of one message run at the same time.
         *
         * @param calls at least 1; 8 by default
         * @return this builder
         */
        public Builder parallelism(int calls) {
            this.parallelism = calls;
            return this;
        }

        /**
         * Sets how long a tool may take. Then it is interrupted, the model is told, and the run goes on. The deadline of
         * the call bounds it, too.
         *
         * @param timeout longer than zero; 60 seconds by default
         * @return this builder
         */
        public Builder toolTimeout(Duration timeout) {
            this.toolTimeout = timeout;
            return this;
        }

        /**
         * Sets how long the run waits for a tool that it has interrupted. One that is not out by then is left behind, logged
         * and counted in {@link ToolLoop#abandonedTools}.
         *
         * @param grace longer than zero; 1 second by default
         * @return this builder
         */
        public Builder grace(Duration grace) {
            this.grace = grace;
            return this;
        }

        /**
         * Sets where time and threads come from.
         *
         * @param runtime the runtime; the machine's by default
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of every tool that starts and ends.
         *
         * @param events nobody by default
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * Builds the loop.
         *
         * @return an immutable loop
         * @throws InvalidConfigurationException when something cannot work; it names everything that is wrong
         */
        public ToolLoop build() {
            Problems problems = new Problems()
                    .requirePositive(maxRounds, "maxRounds")
                    .requirePositive(maxToolCalls, "maxToolCalls")
                    .requirePositive(maxIdenticalCalls, "maxIdenticalCalls")
                    .requirePositive(maxResultChars, "maxResultChars")
                    .requirePositive(parallelism, "parallelism")
                    .requirePositive(toolTimeout, "toolTimeout")
                    .requirePositive(grace, "grace");
            Map<String, Tool> byName = new LinkedHashMap<>();
            for (Tool tool : tools) {
                Tool layered = layered(tool);
                if (byName.put(layered.spec().name(), layered) != null) {
                    problems.add("tools." + layered.spec().name(), "is the name of two tools; give each its own");
                }
            }
            problems.throwIfAny("the tool loop");
            return new ToolLoop(this, byName);
        }

        private Tool layered(Tool tool) {
            // Twice what is told, so that it is seen to be too much; a bound tool would write all of it before the cut.
            Tool layered = tool instanceof BoundTool<?> bound
                    ? bound.within((int) Math.min(Integer.MAX_VALUE, 2L * maxResultChars), runtime)
                    : tool;
            for (int i = layers.size() - 1; i >= 0; i--) {
                layered = layers.get(i).around(layered);
            }
            return layered;
        }
    }
}
