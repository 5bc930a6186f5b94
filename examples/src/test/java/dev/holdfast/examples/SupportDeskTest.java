package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a newcomer sees first is there to be seen. */
class SupportDeskTest {

    @Test
    void theStoryShowsWhatTheReadmePromises() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (Providers providers = Providers.fromEnvironment(Map.of())) {
            new SupportDesk(providers, new PrintStream(printed, true, StandardCharsets.UTF_8)).tell();
        }

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .as("which model answered, and what it cost")
                .containsPattern("by openai/mini, used .* cost \\$0\\.")
                .as("memory over turns")
                .contains("desk: DHL brings order 1234.")
                .as("a tool without permission")
                .contains("tool refund was refused or failed: Not permitted")
                .as("a failover")
                .contains("openai/large failed: ProviderException: openai/large answered with an error (status 503)")
                .containsPattern("by anthropic/backup, .* after failures of \\[openai/large")
                .as("a stream that breaks")
                .contains("what had come is kept: \"We are open")
                .as("a budget that is used up")
                .contains("desk has no answer: RejectedException: the budget is used up")
                .containsPattern("All answers together cost \\$0\\.\\d+");
    }
}
