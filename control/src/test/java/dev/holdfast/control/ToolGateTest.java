package dev.holdfast.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.control.ToolPolicy.Rule;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Refusal;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolUse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ToolGateTest {
    private static final CallContext ANN = context("support-desk", "acme", "ann");

    private static final ToolSpec SPEC = new ToolSpec("refund", "Refunds an order", JsonSchema.emptyObject());

    private final AtomicInteger refunds = new AtomicInteger();
    private final List<Event> heard = new ArrayList<>();

    private static CallContext context(String agent, String tenant, String user) {
        return CallContext.builder(Caller.of(tenant, user)).agent(agent).build();
    }

    private Tool refund() {
        return new Tool() {
            @Override
            public ToolSpec spec() {
                return SPEC;
            }

            @Override
            public Part.ToolResult call(ToolUse use) {
                refunds.incrementAndGet();
                return use.answer("refunded");
            }
        };
    }

    private ToolGate gate(ToolPolicy policy) {
        return ToolGate.builder(policy).events(Events.to(heard::add)).build();
    }

    private static ToolUse use(CallContext context) {
        return new ToolUse(new Part.ToolCall("call-1", "refund", "{}"), context, "run:1");
    }

    private static boolean refused(Tool tool, CallContext context) throws Exception {
        return tool.call(use(context)).error();
    }

    @Test
    void whatIsPermittedRuns() throws Exception {
        Tool tool = gate(ToolPolicy.of(Rule.permit("lookup_order", "refund"))).around(refund());
        assertThat(tool.call(use(ANN)).text()).isEqualTo("refunded");
        assertThat(heard).isEmpty();
    }

    @Test
    void whatNoRuleSpeaksOfDoesNotRun() throws Exception {
        Tool tool = gate(ToolPolicy.of(Rule.permit("lookup_order"))).around(refund());
        assertThat(refused(tool, ANN)).isTrue();
        assertThat(refused(gate(ToolPolicy.nothing()).around(refund()), ANN)).isTrue();
        assertThat(refunds).hasValue(0);
    }

    @Test
    void k24_aRefusalIsAnsweredToTheModelAndToldToListeners() throws Exception {
        ToolPolicy policy = ToolPolicy.builder()
                .permit("refund")
                .rule(Rule.deny("refund").tenant("acme").because("refunds are frozen"))
                .build();
        Part.ToolResult result = gate(policy).around(refund()).call(use(ANN));

        assertThat(result.error()).isTrue();
        assertThat(result.callId()).isEqualTo("call-1");
        assertThat(result.text()).contains("'refund'", "refunds are frozen", "Nothing was done", "go on without it");
        assertThat(heard).singleElement().isInstanceOfSatisfying(CoreEvent.Refused.class, event -> {
            assertThat(event.context()).isSameAs(ANN);
            assertThat(event.refusal().kind()).isEqualTo(Refusal.Kind.PERMISSION);
            assertThat(event.refusal().rule()).isEqualTo("deny refund of tenant acme");
        });
        assertThat(refunds).hasValue(0);
    }

    @Test
    void aRefusalThatNoRuleAskedForSaysSo() throws Exception {
        gate(ToolPolicy.nothing()).around(refund()).call(use(ANN));
        assertThat(heard)
                .singleElement()
                .isInstanceOfSatisfying(
                        CoreEvent.Refused.class,
                        event -> assertThat(event.refusal().rule()).isEqualTo("no rule permits refund"));
    }

    @Test
    void denyWinsWhereverItStands() throws Exception {
        Rule mayAnn = Rule.permit("refund").tenant("acme").user("ann").agent("support-desk");
        assertThat(refused(
                        gate(ToolPolicy.builder().rule(mayAnn).deny("refund").build())
                                .around(refund()),
                        ANN))
                .isTrue();
        assertThat(refused(
                        gate(ToolPolicy.builder().deny("refund").rule(mayAnn).build())
                                .around(refund()),
                        ANN))
                .isTrue();
    }

    @Test
    void aRuleSpeaksOfWhomItNamesOnly() throws Exception {
        Tool tool = gate(ToolPolicy.builder()
                        .rule(Rule.permit("refund").tenant("acme").user("ann").agent("support-desk"))
                        .build())
                .around(refund());
        assertThat(refused(tool, ANN)).isFalse();
        assertThat(refused(tool, context("support-desk", "globex", "ann"))).isTrue();
        assertThat(refused(tool, context("support-desk", "acme", "bob"))).isTrue();
        assertThat(refused(tool, context("sales", "acme", "ann"))).isTrue();
        assertThat(refunds).hasValue(1);
    }

    @Test
    void theToolsOwnNameCountsNotTheOneThatTheModelGave() throws Exception {
        Tool tool = gate(ToolPolicy.of(Rule.permit("lookup_order"))).around(refund());
        ToolUse disguised = new ToolUse(new Part.ToolCall("1", "lookup_order", "{}"), ANN, "run:1");
        assertThat(tool.call(disguised).error()).isTrue();
        assertThat(refunds).hasValue(0);
    }

    @Test
    void k24_aPermissionThatWasTakenAwayIsGoneForTheNextCall() throws Exception {
        ToolGate gate = gate(ToolPolicy.of(Rule.permit("refund")));
        Tool tool = gate.around(refund());
        assertThat(refused(tool, ANN)).isFalse();
        gate.swap(gate.policy().toBuilder().deny("refund").build());
        assertThat(refused(tool, ANN)).isTrue();
        gate.swap(ToolPolicy.of(Rule.permit("refund")));
        assertThat(refused(tool, ANN)).isFalse();
        assertThat(refunds).hasValue(2);
    }

    @Test
    void k24_noCallThatBeginsAfterTheSwapRunsWhileOthersDo() throws Exception {
        ToolGate gate = ToolGate.of(ToolPolicy.of(Rule.permit("refund")));
        Tool tool = gate.around(refund());
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            all.add(CompletableFuture.supplyAsync(() -> {
                try {
                    for (int i = 0; i < 10_000_000; i++) {
                        boolean takenAway = gate.policy().rules().isEmpty();
                        boolean refused = refused(tool, ANN);
                        if (takenAway) {
                            return refused;
                        }
                    }
                    return false;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        gate.swap(ToolPolicy.nothing());
        for (CompletableFuture<Boolean> one : all) {
            assertThat(one.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theBuilderNamesEveryRuleThatIsWrong() {
        assertThatThrownBy(() -> ToolPolicy.builder()
                        .permit()
                        .deny(" ")
                        .rule(Rule.permit("refund").user("ann"))
                        .build())
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        error -> assertThat(error.problems())
                                .extracting("path")
                                .containsExactly("rules[0]", "rules[1]", "rules[2]"));
    }
}
