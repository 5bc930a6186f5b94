package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
    private static Endpoint endpoint(String provider, String model, String region, String account) {
        return Endpoint.builder(provider, model).region(region).account(account).build();
    }

    @ParameterizedTest
    @CsvSource({
        "openai, gpt-4o, '', '', openai/gpt-4o",
        "azure, gpt-4o, eastus, prod, azure/gpt-4o@eastus#prod",
        "openrouter, openai/gpt-4o, '', '', openrouter/openai/gpt-4o",
        "openrouter, meta-llama/llama-3:free, '', team, openrouter/meta-llama/llama-3:free#team",
        "ollama, llama3:8b, '', '', ollama/llama3:8b",
        "vertex, claude-sonnet-4@20250514, us-east5, '', vertex/claude-sonnet-4@20250514@us-east5",
        "vertex, claude-sonnet-4@20250514, '', '', vertex/claude-sonnet-4@20250514@",
        "openai, mini, '', ops@acme/eu, openai/mini#ops%40acme%2Feu"
    })
    void hasAnIdThatPeopleCanRead(String provider, String model, String region, String account, String id) {
        assertThat(endpoint(provider, model, region, account).id()).isEqualTo(id);
    }

    @Test
    void isAnotherWhereAnyOfItsNamesIs() {
        List<String> names =
                List.of("a", "b", "a/b", "b/a", "a@b", "b#a", "a@", "a#", "@", "#", "a%40b", "a@b#a", "a#b@a", "b@a@b");
        Map<String, List<String>> byId = new HashMap<>();
        for (String provider : List.of("a", "a/b", "b", "a@b")) {
            for (String model : names) {
                for (String region : with(names, "")) {
                    for (String account : with(names, "")) {
                        Endpoint endpoint = endpoint(provider, model, region, account);
                        List<String> parts = List.of(provider, model, region, account);
                        assertThat(byId.put(endpoint.id(), parts))
                                .as("who else is %s", endpoint)
                                .isNull();
                        assertThat(endpoint).isEqualTo(endpoint(provider, model, region, account));
                    }
                }
            }
        }
        assertThat(Endpoint.of("a/b", "c")).isNotEqualTo(Endpoint.of("a", "b/c"));
        assertThat(endpoint("vertex", "claude", "2024", "")).isNotEqualTo(Endpoint.of("vertex", "claude@2024"));
    }

    private static List<String> with(List<String> names, String more) {
        List<String> all = new java.util.ArrayList<>(names);
        all.add(more);
        return all;
    }
}
