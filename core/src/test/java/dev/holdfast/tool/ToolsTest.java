package dev.holdfast.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Part;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.InvalidConfigurationException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolsTest {
    private static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));

    record Order(String id, int items) {}

    interface Greets {
        @ToolMethod("Greets somebody")
        default String greet(String name) {
            return "hello " + name;
        }
    }

    static class Base {
        @ToolMethod("Counts letters")
        public int count(String text) {
            return text.length();
        }
    }

    static final class Desk extends Base implements Greets {
        @Nullable
        String cancelled;

        @ToolMethod(name = "lookup_order", value = "Finds an order")
        public Order lookUp(@Describe("the order's number") String id, Optional<Integer> items) {
            return new Order(id, items.orElse(1));
        }

        @ToolMethod("Cancels an order")
        public void cancel(ToolUse use, @Describe(name = "order_id") String id, CallContext context) {
            cancelled = id + " for " + context.caller().user() + " as " + use.idempotencyKey();
        }

        @ToolMethod("Says which day it is")
        public static String day() {
            return "Monday";
        }

        @ToolMethod("Fails")
        public String fail() throws IOException {
            throw new IOException("the disk is full");
        }

        @Override
        public int count(String text) { // as a proxy overrides: without the annotation
            return super.count(text) + 100;
        }
    }

    @Test
    void findsInheritedAndStaticMethodsInAFixedOrder() {
        assertThat(Tools.of(new Desk()))
                .extracting(tool -> tool.spec().name())
                .containsExactly("cancel", "count", "day", "fail", "greet", "lookup_order");
    }

    @Test
    void describesParametersAndHidesWhatIsInjected() {
        assertThat(find("lookup_order").spec().parameters().json()).isEqualTo("""
                {"type":"object","properties":{"id":{"type":"string","description":"the order's number"},\
                "items":{"type":"integer"}},"required":["id"],"additionalProperties":false}""");
        assertThat(find("cancel").spec().parameters().json())
                .contains("order_id")
                .doesNotContain("use", "context");
        assertThat(find("lookup_order").spec().description()).isEqualTo("Finds an order");
    }

    @Test
    void callsMethodsOfAPackagePrivateClass() throws Exception {
        Desk desk = new Desk();

        assertThat(call(Tools.of(desk), "lookup_order", "{\"id\":\"7\"}").text())
                .isEqualTo("{\"id\":\"7\",\"items\":1}");
        assertThat(call(Tools.of(desk), "greet", "{\"name\":\"ann\"}").text()).isEqualTo("hello ann");
        assertThat(call(Tools.of(desk), "count", "{\"text\":\"abc\"}").text()).isEqualTo("103");
        assertThat(call(Tools.of(desk), "day", "").text()).isEqualTo("Monday");
        assertThat(call(Tools.of(desk), "cancel", "{\"order_id\":\"7\"}").text())
                .isEqualTo("done");
        assertThat(desk.cancelled).isEqualTo("7 for ann as key");
    }

    @Test
    void throwsWhatTheMethodThrows() {
        assertThatThrownBy(() -> call(Tools.of(new Desk()), "fail", "{}"))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the disk is full");
    }

    @Test
    void answersArgumentsThatDoNotFitInWordsAndDoesNotRun() throws Exception {
        Desk desk = new Desk();

        Part.ToolResult result = call(Tools.of(desk), "cancel", "{\"order_id\":7,\"now\":true}");

        assertThat(result.error()).isTrue();
        assertThat(result.callId()).isEqualTo("id-1");
        assertThat(result.text())
                .contains("$.order_id: expected a string, got the number 7", "\"now\" is not known", "has not run");
        assertThat(desk.cancelled).isNull();
    }

    static final class Broken {
        @ToolMethod("")
        public void silent() {}

        @ToolMethod(name = "find it", value = "Finds")
        public void find(Object what, List<Thread> threads) {}

        @ToolMethod("Hidden")
        void hidden() {}

        @ToolMethod("One")
        public void twice(String a) {}

        @ToolMethod("Two")
        public void twice(int a) {}

        @ToolMethod(name = "silent", value = "Says the same")
        public void other(@Describe(name = "x") String a, @Describe(name = "x") String b) {}

        @ToolMethod("Takes a null that cannot be")
        public void nothing(@Nullable Integer fine, Optional<Broken> broken) {}
    }

    @Test
    void namesEverythingThatIsWrongWithAClassAtOnce() {
        InvalidConfigurationException error =
                catchThrowableOfType(InvalidConfigurationException.class, () -> Tools.of(new Broken()));

        assertThat(error.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactlyInAnyOrder(
                        "Broken.silent.description",
                        "Broken.find.name",
                        "Broken.find(what)",
                        "Broken.find(threads)[]",
                        "Broken.hidden",
                        "Broken.twice",
                        "Broken.silent",
                        "Broken.other(x)",
                        "Broken.nothing(broken)");
        assertThat(error).hasMessageContaining("is overloaded").hasMessageContaining("is not public");
    }

    @Test
    void refusesAnObjectWithoutTools() {
        assertThatThrownBy(() -> Tools.of("no tools here"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("has no method with @ToolMethod");
    }

    @Test
    void makesToolsOfRecordsAndFunctions() throws Exception {
        Tool add = Tools.of("add", "Adds items", Order.class, (order, use) -> order.items() + 1);
        Tool ping = Tools.of("ping", "Answers", use -> use.failure("no"));

        assertThat(add.call(use("add", "{\"id\":\"a\",\"items\":1}")).text()).isEqualTo("2");
        assertThat(ping.call(use("ping", ""))).isEqualTo(new Part.ToolResult("id-1", "ping", "no", true));
        assertThat(ping.call(use("ping", "{\"a\":1}")).text()).contains("the object has no properties");
        assertThat(Tools.of(add)).containsExactly(add);
    }

    @Test
    void aToolThatHasRunIsNotSaidToHaveFailedWhenItsAnswerHasNoForm() throws Exception {
        Tool refund = Tools.of("refund", "Refunds", use -> new Object());

        Part.ToolResult result = refund.call(use("refund", ""));

        assertThat(result.error()).isTrue();
        assertThat(result.text()).startsWith("The tool has run, but what it answered cannot be told");
    }

    static final class Later {
        @ToolMethod("Looks up")
        public CompletableFuture<String> text() {
            return CompletableFuture.supplyAsync(() -> "shipped", task -> new Thread(task).start());
        }

        @ToolMethod("Looks up")
        public CompletionStage<Order> order() {
            return CompletableFuture.completedStage(new Order("7", 2));
        }

        @ToolMethod("Looks up")
        public Future<Optional<String>> perhaps() {
            return CompletableFuture.completedFuture(Optional.of("perhaps"));
        }

        @ToolMethod("Fails")
        public CompletableFuture<String> failing() {
            return CompletableFuture.failedFuture(new IOException("the disk is full"));
        }

        @ToolMethod("Breaks")
        public CompletableFuture<String> breaking() {
            return CompletableFuture.failedFuture(new AssertionError("broken"));
        }

        @ToolMethod("Streams")
        public Stream<Order> stream() {
            return Stream.of(new Order("1", 1), new Order("2", 2));
        }

        @ToolMethod("Goes through")
        public Iterator<Integer> iterator() {
            return List.of(1, 2).iterator();
        }

        @ToolMethod("May say something")
        public Optional<String> nothing() {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text|shipped",
                "order|{\"id\":\"7\",\"items\":2}",
                "perhaps|perhaps",
                "stream|[{\"id\":\"1\",\"items\":1},{\"id\":\"2\",\"items\":2}]",
                "iterator|[1,2]",
                "nothing|null"
            })
    void tellsWhatComesLaterOrPieceByPiece(String name, String told) throws Exception {
        assertThat(call(Tools.of(new Later()), name, "")).isEqualTo(new Part.ToolResult("id-1", name, told, false));
    }

    @Test
    void throwsWhatComesLaterInsteadOfAnAnswer() {
        assertThatThrownBy(() -> call(Tools.of(new Later()), "failing", ""))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the disk is full");
        assertThatThrownBy(() -> call(Tools.of(new Later()), "breaking", "")).isExactlyInstanceOf(AssertionError.class);
    }

    @Test
    void anInterruptEndsTheWaitForWhatComesLater() {
        CompletableFuture<String> never = new CompletableFuture<>();
        Tool tool = Tools.of("wait", "Waits", use -> never);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> tool.call(use("wait", ""))).isInstanceOf(InterruptedException.class);
        assertThat(never).isCancelled();
    }

    static final class Reactive {
        @ToolMethod("Publishes")
        public Flow.Publisher<String> publisher() {
            return subscriber -> {};
        }
    }

    @Test
    void refusesWhatWouldHaveToBeSubscribedTo() throws Exception {
        assertThatThrownBy(() -> Tools.of(new Reactive()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("Reactive.publisher: answers a java.util.concurrent.Flow$Publisher")
                .hasMessageContaining("CompletionStage");

        Part.ToolResult result = Tools.of("publish", "Publishes", use -> new Reactive().publisher())
                .call(use("publish", ""));
        assertThat(result.error()).isTrue();
        assertThat(result.text())
                .startsWith("The tool has run, but what it answered cannot be told")
                .contains("is a publisher");
    }

    @Test
    void namesEverythingThatIsWrongWithAFunction() {
        InvalidConfigurationException error = catchThrowableOfType(
                InvalidConfigurationException.class, () -> Tools.of("a b", " ", Thread.class, (thread, use) -> ""));

        assertThat(error.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactly("tool.description", "tool.name", "Thread");
    }

    private static Tool find(String name) {
        return find(Tools.of(new Desk()), name);
    }

    private static Tool find(List<Tool> tools, String name) {
        return tools.stream()
                .filter(tool -> tool.spec().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Part.ToolResult call(List<Tool> tools, String name, String arguments) throws Exception {
        return find(tools, name).call(use(name, arguments));
    }

    private static ToolUse use(String name, String arguments) {
        return new ToolUse(new Part.ToolCall("id-1", name, arguments), CONTEXT, "key");
    }
}
