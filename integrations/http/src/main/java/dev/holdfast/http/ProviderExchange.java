package dev.holdfast.http;

import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Usage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call in a provider's wire format: writes the request and reads the answer. The transport does the rest: the
 * connection, the laws of a reply, the limits, the failures.
 *
 * <p><b>Threading.</b> One instance a call, used by one thread at a time.
 */
public interface ProviderExchange {

    /**
     * Who is asked.
     *
     * @return the endpoint
     */
    Endpoint endpoint();

    /**
     * Whose wire format it is, and so in whose words failures come, whoever the endpoint's provider is.
     *
     * @return the name of the provider whose it is, as in failure tables
     */
    String wireFormat();

    /**
     * Writes the request. Called once, by the first {@code next} of the reply.
     *
     * @return what to send
     */
    WireRequest request();

    /**
     * Reads an answer that came as one JSON document.
     *
     * @param body the document
     * @return the answer
     * @throws UnreadableReplyException when it is none
     */
    ChatResponse whole(String body) throws UnreadableReplyException;

    /**
     * Reads an event of an answer that comes piece by piece.
     *
     * @param event the event
     * @param chunks takes what of it is for the caller
     * @throws UnreadableReplyException when it is malformed, or reports an error
     */
    void event(SseEvent event, Consumer<Chunk> chunks) throws UnreadableReplyException;

    /**
     * Tells whether the event that ends the answer was there, so that nothing more need be read.
     *
     * @return true once it was
     */
    boolean hasEnded();

    /**
     * Puts the events together. Called at the end of the stream.
     *
     * @return the answer; null when the events so far do not make a whole one: the stream was cut
     * @throws UnreadableReplyException when the whole is malformed
     */
    @Nullable
    ChatResponse complete() throws UnreadableReplyException;

    /**
     * What has been received so far.
     *
     * @return a message, without parts when nothing came; what may be half is in it as far as it came, but no tool call
     *     whose end was not seen
     */
    Message partial();

    /**
     * What the provider has said so far of what the call used. Counts that may still grow are not given as if they were
     * the end.
     *
     * @return the usage, {@link Usage#unknown()} unless it is final
     */
    default Usage usage() {
        return Usage.unknown();
    }

    /**
     * Reads the body of an answer with an error status.
     *
     * @param status the HTTP status
     * @param body the body, whatever it is; possibly empty
     * @return the error
     */
    ReportedError error(int status, String body);
}
