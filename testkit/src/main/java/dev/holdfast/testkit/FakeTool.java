package dev.holdfast.testkit;

import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolUse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A tool that answers what the test told it to, and remembers how it was used.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class FakeTool implements Tool {
    /** What it does at one use. */
    @FunctionalInterface
    public interface Answer {
        /**
         * Answers.
         *
         * @param use the use
         * @return the answer's text
         * @throws Exception when the tool is meant to fail
         */
        String to(ToolUse use) throws Exception;
    }

    private final ToolSpec spec;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Answer> script = new ArrayDeque<>();
    private final List<ToolUse> uses = new ArrayList<>();
    private Answer otherwise = use -> "ok";

    private FakeTool(ToolSpec spec) {
        this.spec = spec;
    }

    /**
     * A tool that takes any object and answers {@code ok}.
     *
     * @param name the tool's name
     * @return the tool
     */
    public static FakeTool named(String name) {
        return new FakeTool(new ToolSpec(name, "A fake for tests.", JsonSchema.emptyObject()));
    }

    /**
     * Adds what it answers next.
     *
     * @param answer the answer
     * @return this tool
     */
    public FakeTool answer(Answer answer) {
        lock.lock();
        try {
            script.add(answer);
        } finally {
            lock.unlock();
        }
        return this;
    }

    /**
     * Adds what it answers next.
     *
     * @param text the answer
     * @return this tool
     */
    public FakeTool answer(String text) {
        return answer(use -> text);
    }

    /**
     * Sets what it answers when the script is used up.
     *
     * @param answer the answer, every time
     * @return this tool
     */
    public FakeTool otherwise(Answer answer) {
        lock.lock();
        try {
            otherwise = answer;
        } finally {
            lock.unlock();
        }
        return this;
    }

    /**
     * How it was used.
     *
     * @return the uses so far
     */
    public List<ToolUse> uses() {
        lock.lock();
        try {
            return List.copyOf(uses);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ToolSpec spec() {
        return spec;
    }

    @Override
    public Part.ToolResult call(ToolUse use) throws Exception {
        Answer answer;
        lock.lock();
        try {
            uses.add(use);
            Answer next = script.poll();
            answer = next == null ? otherwise : next;
        } finally {
            lock.unlock();
        }
        return use.answer(answer.to(use));
    }
}
