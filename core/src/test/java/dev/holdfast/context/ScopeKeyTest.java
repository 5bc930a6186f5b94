package dev.holdfast.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScopeKeyTest {
    private static final String[] ODD = {"a", "b", "/", "%", "%2F", "a/b", "%25", ":", "user:a", " ", "é", "2F", "//"};

    /** K28: one tenant's key must not be another's, whatever the ids hold. */
    @Test
    void twoCallersShareAKeyOnlyIfTheyAreTheSame() {
        Random random = new Random(1);
        Map<ScopeKey, String> owners = new HashMap<>();
        Map<String, ScopeKey> texts = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String tenant = odd(random);
            String user = odd(random);
            String session = odd(random);
            CallContext context = CallContext.builder(
                            Caller.of(tenant, user).session(session).team(odd(random)))
                    .agent(odd(random))
                    .build();
            String[][] owned = {
                {"tenant", tenant},
                {"user", tenant, user},
                {"session", tenant, user, session},
                {"agent", tenant, context.agent()},
                {"team", tenant, context.caller().team().orElseThrow()}
            };
            Scope[] scopes = {Scope.TENANT, Scope.USER, Scope.SESSION, Scope.AGENT, Scope.TEAM};
            for (int s = 0; s < scopes.length; s++) {
                ScopeKey key = context.key(scopes[s]).orElseThrow();
                String owner = String.join("\0", owned[s]);
                assertThat(owners.putIfAbsent(key, owner)).isIn(null, owner);
                assertThat(texts.putIfAbsent(key.toString(), key)).isIn(null, key);
            }
        }
        assertThat(owners).hasSameSizeAs(texts).hasSizeGreaterThan(5_000);
    }

    /** Ids that are not blank, of one to three odd pieces. */
    private static String odd(Random random) {
        StringBuilder id = new StringBuilder();
        do {
            id.append(ODD[random.nextInt(ODD.length)]);
        } while (id.toString().isBlank() || (id.length() < 12 && random.nextBoolean()));
        return id.toString();
    }

    /** A caller remembers its keys; that of one agent must not be taken for another's. */
    @Test
    void oneCallerAsksSeveralAgents() {
        Caller ann = Caller.of("acme", "ann");
        for (String agent : new String[] {"desk", "sales", "", "desk"}) {
            CallContext context = CallContext.builder(ann).agent(agent).build();
            assertThat(context.key(Scope.AGENT).map(ScopeKey::toString))
                    .isEqualTo(agent.isEmpty() ? Optional.empty() : Optional.of("agent:acme/" + agent));
            assertThat(context.key(Scope.SESSION)).isEmpty();
            assertThat(context.key(Scope.USER)).contains(ScopeKey.of(Scope.USER, "acme", "ann"));
        }
        assertThat(CallContext.of(ann.session("s-1")).key(Scope.SESSION)).isPresent();
    }

    @Test
    void isAValueWithAReadableText() {
        CallContext context =
                CallContext.of(Caller.of("acme", "ann").session("s/1").task("50%"));

        assertThat(context.key(Scope.USER)).contains(ScopeKey.of(Scope.USER, "acme", "ann"));
        assertThat(context.key(Scope.SESSION).orElseThrow()).hasToString("session:acme/ann/s%2F1");
        assertThat(context.key(Scope.TASK).orElseThrow()).hasToString("task:acme/ann/50%25");
        assertThat(context.key(Scope.GLOBAL).orElseThrow()).hasToString("global");
        assertThat(ScopeKey.of(Scope.USER, "a", "b")).isNotEqualTo(ScopeKey.of(Scope.AGENT, "a", "b"));
        assertThat(ScopeKey.of(Scope.USER, "a", "b")).isNotEqualTo(ScopeKey.of(Scope.USER, "ab"));
    }

    @Test
    void thereIsNoKeyOfWhatWasNotNamed() { // K28: a default id is shared by everybody
        CallContext context = CallContext.of(Caller.of("acme", "ann"));

        assertThat(context.key(Scope.SESSION)).isEmpty();
        assertThat(context.key(Scope.TASK)).isEmpty();
        assertThat(context.key(Scope.TEAM)).isEmpty();
        assertThat(context.key(Scope.AGENT)).isEmpty();
    }
}
