package dev.holdfast.budget;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;

/**
 * Counts tokens before a provider does.
 *
 * <p><b>Threading.</b> A counter is safe for use by many threads.
 *
 * <p><b>Errors.</b> A counter does not fail: what it does not know it estimates.
 */
public interface TokenCounter {

    /**
     * Counts what a request sends: messages, tools, images, the form of the answer, and what the provider's format adds
     * around them.
     *
     * @param endpoint who would read it
     * @param request what would be sent
     * @return its input tokens; zero for {@link ChatRequest#empty()}
     */
    TokenCount input(Endpoint endpoint, ChatRequest request);

    /**
     * Counts what a model has said, where the provider did not tell.
     *
     * @param endpoint who said it
     * @param message what was received
     * @return its output tokens, without what the model thought and did not show
     */
    TokenCount output(Endpoint endpoint, Message message);

    /**
     * The counter of the library.
     *
     * <ul>
     *   <li>OpenAI's families ({@code gpt-3.5}, {@code gpt-4}, {@code gpt-4o}, {@code gpt-4.1}, {@code gpt-4.5},
     *       {@code gpt-5}, {@code gpt-oss}, {@code o1}, {@code o3}, {@code o4}, also with a gateway's prefix such as
     *       {@code openai/}) are counted with their own vocabulary; what their format adds is bounded.
     *   <li>All others are estimated from their characters. Latin words, digits, punctuation, CJK and other scripts
     *       weigh differently; the bound is half as much again, and never more than one token a byte, which no byte-level
     *       vocabulary exceeds.
     *   <li>An image counts as the largest one that the provider's documentation allows.
     * </ul>
     *
     * <p>What an immutable message or tool counts is remembered while the object lives and newer ones leave it its
     * place, so a turn of a long conversation pays for its own messages only. What tools that the provider runs itself add to the input (a web
     * search, for example) cannot be known before.
     *
     * @return the counter, one for the whole process
     */
    static TokenCounter standard() {
        return StandardTokenCounter.SHARED;
    }
}
