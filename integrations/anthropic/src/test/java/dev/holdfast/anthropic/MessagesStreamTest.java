package dev.holdfast.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class MessagesStreamTest {
    private static final String START =
            "{'type':'message_start','message':{'id':'msg_1','model':'claude-test-1','content':[],"
                    + "'usage':{'input_tokens':10,'cache_read_input_tokens':0,'output_tokens':1}}}";
    private static final String TEXT =
            "{'type':'content_block_start','index':0,'content_block':" + "{'type':'text','text':''}}";
    private static final String ENDED = "{'type':'content_block_stop','index':0}";
    private static final String DELTA = "{'type':'message_delta','delta':{'stop_reason':'end_turn',"
            + "'stop_sequence':null},'usage':{'output_tokens':5}}";
    private static final String STOP = "{'type':'message_stop'}";

    private final FakeAnthropic server = new FakeAnthropic();
    private final AnthropicModel model = AnthropicModel.builder("claude-test")
            .baseUrl(server.url())
            .apiKey("key")
            .build();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void tellsWordsThoughtsAndCallsAsTheyCome() {
        server.stream(events(
                START,
                "{'type':'ping'}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':'',"
                        + "'signature':''}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'Let me '}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'see.'}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'signature_delta','signature':'s1'}}",
                "{'type':'content_block_stop','index':0}",
                "{'type':'content_block_start','index':1,'content_block':{'type':'text','text':''}}",
                text(1, "I "),
                "{'type':'ping'}",
                text(1, "look."),
                "{'type':'content_block_stop','index':1}",
                call(2, "toolu_1", "lookup"),
                input(2, ""),
                input(2, "{'order'".replace('\'', '"')),
                input(2, ":1}"),
                "{'type':'content_block_stop','index':2}",
                call(3, "toolu_2", "clock"),
                "{'type':'content_block_stop','index':3}",
                "{'type':'message_delta','delta':{'stop_reason':'tool_use'},'usage':{'output_tokens':30}}",
                STOP));

        List<Chunk> chunks = new ArrayList<>();
        ChatResponse response = read(chunks);

        assertThat(chunks)
                .containsExactly(
                        new Chunk.Thought("Let me "),
                        new Chunk.Thought("see."),
                        new Chunk.Text("I "),
                        new Chunk.Text("look."),
                        new Chunk.ToolCallPart(0, "lookup", ""),
                        new Chunk.ToolCallPart(0, "lookup", "{\"order\""),
                        new Chunk.ToolCallPart(0, "lookup", ":1}"),
                        new Chunk.ToolCallPart(1, "clock", ""));
        assertThat(response.message())
                .isEqualTo(Message.of(
                        Role.ASSISTANT,
                        List.of(
                                new Part.Reasoning(
                                        "anthropic",
                                        "Let me see.",
                                        "{\"type\":\"thinking\",\"thinking\":\"Let me see.\",\"signature\":\"s1\"}"),
                                new Part.Text("I look."),
                                new Part.ToolCall("toolu_1", "lookup", "{\"order\":1}"),
                                new Part.ToolCall("toolu_2", "clock", "{}"))));
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.usage()).isEqualTo(Usage.of(10, 30));
        assertThat(response.model()).isEqualTo("claude-test-1");
        assertThat(response.responseId()).isEqualTo("msg_1");
        FakeAnthropic.Received sent = server.received();
        assertThat(sent.body().path("stream").asBoolean()).isTrue();
        assertThat(sent.headers()).containsEntry("accept", "text/event-stream");
    }

    /** The first event counts a token or two of an answer that has yet to be written. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'message_delta','delta':{'stop_reason':'end_turn'}}",
                "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':10}}",
                "{'type':'ping'}"
            })
    void aCountFromTheBeginningIsNotTakenForTheEnd(String delta) {
        server.stream(events(START, TEXT, text(0, "a long answer"), ENDED, delta, STOP));

        assertThat(read(new ArrayList<>()).usage()).isEqualTo(Usage.unknown());
    }

    @Test
    void takesLaterCountsInPlaceOfEarlierOnes() {
        server.stream(events(
                "{'type':'message_start','message':{'usage':{'input_tokens':10,'cache_creation_input_tokens':0,"
                        + "'cache_read_input_tokens':0,'output_tokens':1,"
                        + "'cache_creation':{'ephemeral_5m_input_tokens':0,'ephemeral_1h_input_tokens':4}}}}",
                "{'type':'message_delta','delta':{},'usage':{'output_tokens':3}}",
                "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':20,"
                        + "'cache_creation_input_tokens':100,'cache_read_input_tokens':null,'output_tokens':7,"
                        + "'output_tokens_details':{'thinking_tokens':2}}}",
                STOP));

        assertThat(read(new ArrayList<>()).usage())
                .isEqualTo(Usage.builder()
                        .add(TokenClass.INPUT, 20)
                        .add(TokenClass.CACHE_WRITE, 96)
                        .add(TokenClass.CACHE_WRITE_1H, 4)
                        .add(TokenClass.OUTPUT, 5)
                        .add(TokenClass.REASONING, 2)
                        .build());
    }

    @Test
    void readsEveryCutOfTheBytesAlike() {
        String body =
                events(START, TEXT, text(0, "Grüße, 世界 🌍"), ENDED, DELTA, STOP).replace("\n", "\r\n");
        for (int size : new int[] {1, 2, 3, 7, 64}) {
            server.streamInPieces(body, size);

            assertThat(read(new ArrayList<>()).text()).isEqualTo("Grüße, 世界 🌍");
        }
    }

    @Test
    void passesOverWhatIsNewToIt() {
        server.stream(events(
                START,
                "{'type':'weather_report','sun':true}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'hologram','size':1.50}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'hologram_delta','light':1}}",
                ENDED,
                "{'type':'content_block_start','index':1,'content_block':{'type':'text','text':'Hi'}}",
                "{'type':'content_block_delta','index':1,'delta':{'type':'mood_delta','mood':'good'}}",
                DELTA,
                STOP));

        List<Chunk> chunks = new ArrayList<>();
        ChatResponse response = read(chunks);

        assertThat(chunks).containsExactly(new Chunk.Text("Hi"));
        assertThat(response.message().parts())
                .containsExactly(
                        new Part.Opaque("anthropic", "{\"type\":\"hologram\",\"size\":1.50}"), new Part.Text("Hi"));
    }

    @Test
    void failsWithTheProvidersErrorBeforeAnythingWasDelivered() {
        server.stream(
                events(START, TEXT, "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}"));

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> read(new ArrayList<>()));

        assertThat(error.type()).isEqualTo("overloaded_error");
        assertThat(error.status()).isEqualTo(200);
        assertThat(error.classification().remedies()).containsExactlyInAnyOrder(Remedy.RETRY, Remedy.FALLBACK);
    }

    @Test
    void breaksOffWithWhatCameWhenTheProviderFailsInTheMidst() {
        server.stream(events(
                START,
                TEXT,
                text(0, "It is "),
                "{'type':'error','error':{'type':'api_error','message':'Internal server error'}}",
                text(0, "never read"),
                STOP));

        List<Chunk> chunks = new ArrayList<>();
        StreamInterruptedException error = catchThrowableOfType(StreamInterruptedException.class, () -> read(chunks));

        assertThat(chunks).containsExactly(new Chunk.Text("It is "));
        assertThat(error.partial()).isEqualTo(Message.assistant("It is "));
        assertThat(error).hasMessageContaining("Internal server error");
        assertThat(error.classification().remedies()).containsExactly(Remedy.RETRY);
        assertThat(error.usage().isKnown())
                .as("what is not known is not nothing")
                .isFalse();
    }

    @Test
    void neverTakesACutStreamForAnAnswer() {
        String[] whole = {START, TEXT, text(0, "All of it."), ENDED, DELTA};
        for (int length = 1; length <= whole.length; length++) {
            server.stream(events(List.of(whole).subList(0, length).toArray(new String[0])));

            List<Chunk> chunks = new ArrayList<>();
            HoldfastException error = catchThrowableOfType(HoldfastException.class, () -> read(chunks));

            assertThat(error)
                    .as("after %d events", length)
                    .isInstanceOf(length < 3 ? TransportException.class : StreamInterruptedException.class);
            assertThat(error.partial().text()).isEqualTo(length < 3 ? "" : "All of it.");
            assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
        }
    }

    @Test
    void keepsACallThatWasCutToItself() {
        server.stream(events(
                START,
                call(0, "toolu_1", "refund"),
                input(0, "{\\\"amount\\\":1"),
                input(0, "0}"))); // a whole number, or the beginning of one: nobody knows

        StreamInterruptedException error =
                catchThrowableOfType(StreamInterruptedException.class, () -> read(new ArrayList<>()));

        assertThat(error.partial().toolCalls()).isEmpty();
    }

    @Test
    void keepsAThoughtThatWasCutOffTheWayBack() {
        server.stream(events(
                START,
                "{'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':''}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'Hm'}}"));

        StreamInterruptedException error =
                catchThrowableOfType(StreamInterruptedException.class, () -> read(new ArrayList<>()));

        assertThat(error.partial().parts()).containsExactly(new Part.Reasoning("anthropic", "Hm", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'content_block_delta','index':7,'delta':{'type':'text_delta','text':'lost'}}",
                "{'type':'content_block_start','index':0,'content_block':7}",
                "{'type':'content_block_st",
                "[]",
                "{'type':'content_block_start','index':0,'content_block':{'type':'tool_use','input':{}}}",
            })
    void saysThatAStreamIsMalformed(String event) {
        server.stream(events(START, event, STOP));

        assertThatThrownBy(() -> read(new ArrayList<>()))
                .isInstanceOfAny(TransportException.class, StreamInterruptedException.class)
                .hasMessageContaining("malformed");
    }

    @Test
    void takesAnAnswerThatComesWholeAlthoughAStreamWasAskedFor() {
        server.json(
                200,
                "{\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"stop_reason\":\"end_turn\","
                        + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");

        List<Chunk> chunks = new ArrayList<>();

        assertThat(read(chunks).text()).isEqualTo("Hi");
        assertThat(chunks).containsExactly(new Chunk.Whole(Message.assistant("Hi")));
    }

    @Test
    void asksNobodyWhenItIsClosedBeforeItBegan() {
        ChatReply reply = send();
        reply.close();

        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        assertThat(reply.outcome().billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(reply.outcome().usage()).isEqualTo(Usage.none());
        assertThat(server.wasAsked()).isFalse();
    }

    @Test
    void stopsTheProviderWhenAnotherThreadCloses() throws InterruptedException {
        server.streamThatHangs(events(START, TEXT, text(0, "It is ")));
        ChatReply reply = send();
        assertThat(reply.next()).isEqualTo(new Chunk.Text("It is "));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch waiting = new CountDownLatch(1);
        Thread consumer = new Thread(() -> {
            waiting.countDown();
            try {
                reply.next();
            } catch (HoldfastException e) {
                thrown.set(e);
            }
        });
        consumer.start();
        assertThat(waiting.await(5, TimeUnit.SECONDS)).isTrue();

        reply.close();
        consumer.join(5_000);

        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().message()).isEqualTo(Message.assistant("It is "));
        assertThat(reply.outcome().billing()).isEqualTo(Billing.MAYBE_BILLED);
        assertThat(reply.outcome().usage().isKnown()).isFalse();
        assertThat(server.clientLeft()).isTrue();
    }

    @Test
    void surfacesAnInterruptAsCancelledAndKeepsTheFlag() {
        server.streamThatHangs(events(START, TEXT, text(0, "It is ")));
        try (ChatReply reply = send()) {
            reply.next();
            Thread.currentThread().interrupt();

            assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThatThrownBy(reply::next)
                    .as("the same end again")
                    .isSameAs(reply.outcome().error());
        } finally {
            Thread.interrupted();
        }
    }

    private ChatReply send() {
        ChatRequest request = ChatRequest.of("Hi").toBuilder().streaming(true).build();
        return model.send(new ChatCall(request, CallContext.of(Caller.of("test"))));
    }

    private ChatResponse read(List<Chunk> chunks) {
        try (ChatReply reply = send()) {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                chunks.add(chunk);
            }
            return ((Outcome.Completed) reply.outcome()).response();
        }
    }

    private static String text(int index, String text) {
        return "{'type':'content_block_delta','index':" + index + ",'delta':{'type':'text_delta','text':'" + text
                + "'}}";
    }

    private static String call(int index, String id, String name) {
        return "{'type':'content_block_start','index':" + index + ",'content_block':{'type':'tool_use','id':'" + id
                + "','name':'" + name + "','input':{}}}";
    }

    private static String input(int index, String part) {
        return "{'type':'content_block_delta','index':" + index
                + ",'delta':{'type':'input_json_delta','partial_json':'"
                + part.replace("\\\"", "\"").replace("\"", "\\\"") + "'}}";
    }

    /** Server-sent events as the provider frames them; quotes are single for reading. */
    private static String events(String... events) {
        StringBuilder stream = new StringBuilder();
        for (String event : events) {
            String json = event.replace('\'', '"');
            String type = json.contains("\"type\":\"")
                    ? json.split("\"type\":\"", 2)[1].split("\"", 2)[0]
                    : "";
            stream.append("event: ")
                    .append(type)
                    .append("\ndata: ")
                    .append(json)
                    .append("\n\n");
        }
        return stream.toString();
    }
}
