package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeTool;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is given that cannot be is named at once, by the name that the user knows it by. */
class BadInputTest {
    private static final Caller ANN = Caller.of("acme", "ann");

    private final FakeModel mini = FakeModel.named("mini").otherwise("ok");

    /** Every parameter of every public method that takes an object. */
    static Stream<Arguments> parameters() {
        return Stream.of(Agent.class, AgentBuilder.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .flatMap(method -> Stream.iterate(0, i -> i < method.getParameterCount(), i -> i + 1)
                        .filter(i -> !method.getParameterTypes()[i].isPrimitive())
                        .map(i -> Arguments.of(method, i)));
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void nullIsNamed(Method method, int index) throws Exception {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i == index ? null : some(method.getParameters()[i]);
        }
        Object subject = method.getDeclaringClass() == Agent.class
                ? Holdfast.agent("desk").model(mini).build()
                : Holdfast.agent("desk");

        Throwable thrown = catchThrowable(() -> {
            try {
                method.invoke(subject, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });

        assertThat(thrown).isInstanceOf(NullPointerException.class).hasMessage(method.getParameters()[index].getName());
        assertThat(mini.calls()).isEmpty();
    }

    private static Object some(Parameter parameter) {
        Class<?> type = parameter.getType();
        if (type == String.class) {
            return "any";
        }
        if (type == int.class) {
            return 1;
        }
        if (type == double.class) {
            return 0.5;
        }
        if (type == Caller.class) {
            return ANN;
        }
        if (type == ChatRequest.class) {
            return ChatRequest.of("any");
        }
        if (type == CallContext.class) {
            return CallContext.of(ANN);
        }
        if (type == Duration.class) {
            return Duration.ofSeconds(1);
        }
        if (type == Class.class) {
            return Word.class;
        }
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null);
    }

    record Word(String word) {}

    @Test
    void aBlankQuestionIsNamed() {
        Agent agent = Holdfast.agent("desk").model(mini).build();
        String named = "question is blank; give what the caller says";

        assertThatThrownBy(() -> agent.ask(" ", ANN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(named);
        assertThatThrownBy(() -> agent.ask("", ANN, Word.class)).hasMessage(named);
        assertThatThrownBy(() -> agent.stream("\n", ANN)).hasMessage(named);
        assertThatThrownBy(() -> agent.askAsync("", ANN)).hasMessage(named);
        assertThatThrownBy(() -> agent.askAsync("", ANN, Word.class)).hasMessage(named);
        assertThat(mini.calls()).isEmpty();
    }

    @Test
    void nullAmongNamesAndToolsIsNamed() {
        AgentBuilder desk = Holdfast.agent("desk");
        String none = null;

        assertThatThrownBy(() -> desk.permit("lookup", none)).hasMessage("names");
        assertThatThrownBy(() -> desk.deny("lookup", none)).hasMessage("names");
        assertThatThrownBy(() -> desk.tools(FakeTool.named("lookup"), none)).hasMessage("holders");
        assertThatThrownBy(() -> desk.tools(Arrays.asList(FakeTool.named("lookup"), null)))
                .hasMessage("holders");
    }

    @Test
    void anAgentWithoutANameIsNotBuilt() {
        assertThatThrownBy(() -> Holdfast.agent(null).model(mini).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("name: is missing or blank");
    }

    @Test
    void aThresholdThatIsNoNumberIsNamed() {
        FakeModel large = FakeModel.named("large");

        assertThatThrownBy(() -> Holdfast.agent("desk")
                        .cheap(mini)
                        .strong(large)
                        .route(request -> null, Double.NaN)
                        .build())
                .hasMessageContaining("route.threshold: is NaN");
    }

    @Test
    void aTimeThatTheRunDoesNotHaveIsNamedWithTheDeadline() {
        InvalidConfigurationException wrong = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> Holdfast.agent("desk")
                        .model(mini)
                        .deadline(Duration.ofSeconds(30))
                        .attemptDeadline(Duration.ofSeconds(31))
                        .firstChunkTimeout(Duration.ofSeconds(60))
                        .build());

        assertThat(wrong.problems())
                .extracting(InvalidConfigurationException.Problem::toString)
                .containsExactly(
                        "attemptDeadline: is 31 s, but the deadline of the whole run is 30 s; give less than that,"
                                + " or a longer deadline(..)",
                        "firstChunkTimeout: is 1 min, but the deadline of the whole run is 30 s; give less than that,"
                                + " or a longer deadline(..)");
    }

    @Test
    void aDeadlineThatIsNoneIsToldAlone() {
        assertThat(catchThrowableOfType(
                                InvalidConfigurationException.class,
                                () -> Holdfast.agent("desk")
                                        .model(mini)
                                        .deadline(Duration.ZERO)
                                        .attemptDeadline(Duration.ofSeconds(31))
                                        .build())
                        .problems())
                .hasSize(1);
        assertThat(Holdfast.agent("desk")
                        .model(mini)
                        .deadline(Duration.ofSeconds(30))
                        .attemptDeadline(Duration.ofSeconds(30))
                        .build())
                .as("as long as the run: nothing that cannot work")
                .isNotNull();
    }

    @Test
    void twoToolsOfOneNameAreNamedOnceAndByTheBuildersWord() {
        InvalidConfigurationException wrong = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> Holdfast.agent("desk")
                        .model(mini)
                        .tools(FakeTool.named("lookup"), FakeTool.named("lookup"))
                        .permit("lookup", "refund")
                        .deny(" ")
                        .loop(loop -> loop.maxRounds(0).tools(FakeTool.named("lookup")))
                        .build());

        assertThat(wrong.problems())
                .extracting(InvalidConfigurationException.Problem::toString)
                .containsExactlyInAnyOrderElementsOf(List.of(
                        "permit: names 'refund', which is none of the agent's tools [lookup]",
                        "deny: names a blank tool; give the names of tools",
                        "loop.maxRounds: is 0; give a number of at least 1",
                        "tools.lookup: is the name of two tools; give each its own"));
    }
}
