package dev.holdfast.examples;

import dev.holdfast.anthropic.AnthropicModel;
import dev.holdfast.budget.Price;
import dev.holdfast.budget.PriceTable;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.Usage;
import dev.holdfast.openai.OpenAiModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.ProviderSimulator;
import dev.holdfast.testkit.SimulatedRequest;
import dev.holdfast.testkit.WireFault;
import dev.holdfast.testkit.WireFormat;
import java.util.Map;

/** The models of the story: real ones where the environment names them, else simulated ones on loopback. */
interface Providers extends AutoCloseable {
    EndpointModel cheap();

    EndpointModel strong();

    EndpointModel backup();

    PriceTable prices();

    String description();

    /** The story wants an outage; only simulated providers can have one when it is wanted. */
    default void strongGoesDown() {}

    default void strongComesBack() {}

    default void cheapBreaksInTheMiddle() {}

    @Override
    default void close() {}

    static Providers fromEnvironment(Map<String, String> environment) {
        return environment.containsKey("OPENAI_API_KEY") || environment.containsKey("OPENAI_BASE_URL")
                ? new Real(environment)
                : new Simulated();
    }

    /** Whatever speaks Chat Completions at the address and with the key of the environment. */
    final class Real implements Providers {
        private final Map<String, String> environment;
        private final EndpointModel cheap;
        private final EndpointModel strong;

        Real(Map<String, String> environment) {
            this.environment = environment;
            this.cheap = model(environment.getOrDefault("HOLDFAST_CHEAP_MODEL", "gpt-4o-mini"), "");
            this.strong = model(environment.getOrDefault("HOLDFAST_STRONG_MODEL", "gpt-4o"), "");
        }

        private EndpointModel model(String name, String account) {
            OpenAiModel.Builder model = OpenAiModel.builder(name)
                    .apiKey(environment.get("OPENAI_API_KEY"))
                    .account(account)
                    .maxOutputTokens(1_000);
            String baseUrl = environment.get("OPENAI_BASE_URL");
            return (baseUrl == null ? model : model.baseUrl(baseUrl)).build();
        }

        @Override
        public EndpointModel cheap() {
            return cheap;
        }

        @Override
        public EndpointModel strong() {
            return strong;
        }

        @Override
        public EndpointModel backup() {
            return model(environment.getOrDefault("HOLDFAST_CHEAP_MODEL", "gpt-4o-mini"), "backup");
        }

        @Override
        public PriceTable prices() {
            return Simulated.pricesOf(cheap, strong, strong);
        }

        @Override
        public String description() {
            return "real providers: " + cheap.endpoint() + " and " + strong.endpoint()
                    + " (costs are computed with example prices)";
        }
    }

    /** Two providers on loopback, one for each wire format. */
    final class Simulated implements Providers {
        private static final String KEY = "simulated-key";

        private final ProviderSimulator simulator = ProviderSimulator.start();
        private final EndpointModel cheap = OpenAiModel.builder("mini")
                .baseUrl(simulator.baseUrl().toString())
                .apiKey(KEY)
                .contextWindow(16_000)
                .maxOutputTokens(500)
                .build();
        private final EndpointModel strong = OpenAiModel.builder("large")
                .baseUrl(simulator.baseUrl().toString())
                .apiKey(KEY)
                .contextWindow(128_000)
                .maxOutputTokens(500)
                .build();
        private final EndpointModel backup = AnthropicModel.builder("backup")
                .baseUrl(simulator.baseUrl(WireFormat.ANTHROPIC).toString())
                .apiKey(KEY)
                .contextWindow(200_000)
                .maxOutputTokens(500)
                .build();

        Simulated() {
            simulator.model("mini").otherwise(Simulated::answer);
            simulator.model("backup").otherwise(Simulated::answer);
            strongComesBack();
        }

        /** What a model might say, and what it might count for it. */
        private static FakeReply answer(SimulatedRequest request) {
            return said(request).usage(Usage.of(250 + 40L * request.messages().size(), 60));
        }

        private static FakeReply said(SimulatedRequest request) {
            String question = request.lastUserText();
            String result = request.toolResults().isEmpty()
                    ? null
                    : request.toolResults()
                            .get(request.toolResults().size() - 1)
                            .text();
            if (question.startsWith("Compare")) {
                return FakeReply.text(
                        "Keep it: (a) costs 75.00 EUR in filters over 3 years (12 at 6.25 EUR); (b) costs 126.50 EUR at"
                                + " once (119 for the model, 7.50 for the parcel), less what you get back for the"
                                + " grinder. Send it back only if that is more than 51.50 EUR.");
            }
            if (question.startsWith("And who")) {
                return FakeReply.text("DHL brings order 1234.");
            }
            if (question.contains("refund")) {
                return result == null || result.contains("shipped")
                        ? FakeReply.toolCall("refund", "{\"id\":1234}")
                        : FakeReply.text(
                                "I may not give refunds myself; I have passed your request on to a colleague.");
            }
            if (question.contains("order")) {
                int id = question.contains("1235") ? 1235 : 1234;
                return result == null
                                || request.messages()
                                        .get(request.messages().size() - 1)
                                        .toolResults()
                                        .isEmpty()
                        ? FakeReply.toolCall("lookup_order", "{\"id\":" + id + "}")
                        : FakeReply.text("Order " + id + ": " + result + ".");
            }
            return FakeReply.text("We are open from 9 to 17 o'clock, Monday to Friday.")
                    .pieces(8);
        }

        @Override
        public void strongGoesDown() {
            simulator
                    .model("large")
                    .otherwise(
                            FakeReply.text(""),
                            WireFault.answer(503, "text/plain", "upstream connect error or disconnect before headers"));
        }

        @Override
        public void strongComesBack() {
            simulator.model("large").otherwise(Simulated::answer);
        }

        @Override
        public void cheapBreaksInTheMiddle() {
            simulator
                    .model("mini")
                    .reply(
                            FakeReply.text("We are open from 9 to 17 o'clock, Monday to Friday.")
                                    .pieces(8),
                            WireFault.cutWithin(5));
        }

        @Override
        public EndpointModel cheap() {
            return cheap;
        }

        @Override
        public EndpointModel strong() {
            return strong;
        }

        @Override
        public EndpointModel backup() {
            return backup;
        }

        @Override
        public PriceTable prices() {
            return pricesOf(cheap, strong, backup);
        }

        static PriceTable pricesOf(EndpointModel cheap, EndpointModel strong, EndpointModel backup) {
            Price low = Price.perMillion().input("0.15").cachedInput("0.075").output("0.60");
            Price high = Price.perMillion().input("2.50").cachedInput("1.25").output("10.00");
            PriceTable.Builder prices = PriceTable.builder()
                    .price(cheap.endpoint().provider(), cheap.endpoint().model(), low)
                    .price(strong.endpoint().provider(), strong.endpoint().model(), high);
            return backup == strong
                    ? prices.build()
                    : prices.price(
                                    backup.endpoint().provider(),
                                    backup.endpoint().model(),
                                    high)
                            .build();
        }

        @Override
        public String description() {
            return "simulated providers at " + simulator.baseUrl()
                    + " (set OPENAI_API_KEY or OPENAI_BASE_URL for real ones)";
        }

        @Override
        public void close() {
            simulator.close();
        }
    }
}
