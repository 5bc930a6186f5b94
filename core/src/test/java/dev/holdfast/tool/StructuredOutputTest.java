package dev.holdfast.tool;

import static dev.holdfast.tool.ScriptedModel.fails;
import static dev.holdfast.tool.ScriptedModel.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.TransportException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredOutputTest {
    private static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));

    record Order(String article, int quantity) {}

    private final StructuredOutput<Order> orders = StructuredOutput.of(Order.class);

    private StructuredOutput.Result<Order> ask(StructuredOutput<Order> output, ScriptedModel model) {
        return output.ask(model, ChatRequest.of("two pizzas"), CONTEXT);
    }

    @Test
    void asksForTheFormOfTheRecord() {
        ScriptedModel model = ScriptedModel.of(says("{\"article\":\"pizza\",\"quantity\":2}"));

        StructuredOutput.Result<Order> result = ask(orders, model);

        assertThat(result.value()).isEqualTo(new Order("pizza", 2));
        assertThat(result.response().usage()).isEqualTo(Usage.of(10, 1));
        assertThat(model.asked.get(0).request().outputFormat())
                .isEqualTo(new OutputFormat.Json("Order", JsonSchema.of(Order.class)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "```json\n{\"article\":\"pizza\",\"quantity\":2}\n```",
                "```\n{\"article\":\"pizza\",\"quantity\":2}```",
                "```{\"article\":\"pizza\",\"quantity\":2}```",
                "\n\n  {\"article\":\"pizza\",\"quantity\":2}\n "
            })
    void toleratesAFenceAndSpaces(String text) {
        assertThat(ask(orders, ScriptedModel.of(says(text))).value()).isEqualTo(new Order("pizza", 2));
    }

    @Test
    void sendsTheMistakesBackAndCountsEveryCall() {
        ScriptedModel model = ScriptedModel.of(
                says("Two pizzas!"),
                says("{\"article\":\"pizza\",\"quantity\":\"2\"}"),
                says("{\"article\":\"pizza\",\"quantity\":2}"));

        StructuredOutput.Result<Order> result = ask(orders, model);

        assertThat(result.value()).isEqualTo(new Order("pizza", 2));
        assertThat(result.response().usage()).isEqualTo(Usage.of(30, 3));
        assertThat(model.asked)
                .extracting(call -> call.context().attemptKind())
                .containsExactly(AttemptKind.FIRST, AttemptKind.REPAIR, AttemptKind.REPAIR);
        List<Message> last = model.asked.get(2).request().messages();
        assertThat(last).hasSize(5);
        assertThat(last.get(1)).isEqualTo(Message.assistant("Two pizzas!"));
        assertThat(last.get(2).text()).contains("$: is not valid JSON");
        assertThat(last.get(4).text()).contains("$.quantity: expected an integer, got the string \"2\"");
        assertThat(result.response().transcript()).hasSize(5);
    }

    @Test
    void givesUpAfterTheRepairsWithEveryMistakeAndTheLastAnswer() {
        ScriptedModel model = ScriptedModel.of(says("secret words"), says("{\"quantity\":\"secret\"}"));

        InvalidOutputException error =
                catchThrowableOfType(InvalidOutputException.class, () -> ask(orders.repairs(1), model));

        assertThat(model.asked).hasSize(2);
        assertThat(error)
                .hasMessageContaining("answer 1: $: is not valid JSON")
                .hasMessageContaining("$.article: is missing")
                .hasMessageContaining("$.quantity: expected an integer")
                .hasMessageNotContaining("secret");
        assertThat(error.partial()).isEqualTo(Message.assistant("{\"quantity\":\"secret\"}"));
        assertThat(error.usage()).isEqualTo(Usage.of(20, 2));
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
    }

    @Test
    void doesNotArgueWithARefusal() {
        ScriptedModel model = ScriptedModel.of(says("I will not.", FinishReason.REFUSAL));

        assertThatThrownBy(() -> ask(orders, model))
                .isInstanceOf(InvalidOutputException.class)
                .hasMessageContaining("refusal");
        assertThat(model.asked).hasSize(1);
    }

    @Test
    void whatIsNotTheAnswerThatBrokeIsNoPartOfTheFailure() {
        ScriptedModel paused = ScriptedModel.of(
                says("half", FinishReason.PAUSE),
                fails(new TransportException("no answer", ErrorDetails.nothingSent(), null)));

        assertThat(catchThrowableOfType(TransportException.class, () -> ask(orders, paused))
                        .partial())
                .isEqualTo(Message.nothing());
        assertThat(catchThrowableOfType(
                                InvalidOutputException.class,
                                () -> ask(orders.repairs(0), ScriptedModel.of(says("half", FinishReason.PAUSE))))
                        .partial())
                .isEqualTo(Message.assistant("half"));
    }

    @Test
    void aFirstCallThatFailsIsToldAsItWas() {
        TransportException unreachable = new TransportException("unreachable", ErrorDetails.nothingSent(), null);

        TransportException error =
                catchThrowableOfType(TransportException.class, () -> ask(orders, ScriptedModel.of(fails(unreachable))));

        assertThat(error).isSameAs(unreachable);
        assertThat(error.billing()).isEqualTo(Billing.NOT_SENT);
    }

    @Test
    void aRepairThatFailsStillOwesTheAnswerBefore() {
        TransportException unreachable = new TransportException("unreachable", ErrorDetails.nothingSent(), null);

        TransportException error = catchThrowableOfType(
                TransportException.class, () -> ask(orders, ScriptedModel.of(says("no"), fails(unreachable))));

        assertThat(error.usage()).isEqualTo(Usage.of(10, 1));
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
    }

    record Unfit(Object anything, Thread thread) {}

    @Test
    void namesEverythingThatHasNoForm() {
        InvalidConfigurationException error =
                catchThrowableOfType(InvalidConfigurationException.class, () -> StructuredOutput.of(Unfit.class));

        assertThat(error.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactly("Unfit.anything", "Unfit.thread");
        assertThatThrownBy(() -> orders.repairs(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
