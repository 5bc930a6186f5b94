package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What the extension finds in whole test classes, run as JUnit runs them; it is found by itself, as in a project. */
class NothingLeftBehindTest {

    @Test
    void watchesWhatAllTestsOfAClassShare() {
        assertThat(failuresOf(SharesAFake.class))
                .containsEntry("first", "")
                .containsEntry("second", "the test left behind: open replies of fake/shared: 1")
                .containsEntry("third", "")
                .containsEntry("fourth", "the test left behind: open replies of fake/shared: 1");
        assertThat(Leftovers.found()).as("the class is over").isEmpty();
    }

    @Test
    void blamesNoTestForWhatOneBeforeItLeftBehind() {
        assertThat(failuresOf(FailsFirst.class))
                .containsEntry("first", "for a reason of its own")
                .containsEntry("second", "");
    }

    @Test
    void watchesWhatTheTestsOfANestedClassShareWithThoseAround() {
        assertThat(failuresOf(Around.class))
                .containsEntry("within", "")
                .containsEntry("after", "the test left behind: shared: 1");
    }

    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class SharesAFake {
        private static final FakeModel SHARED =
                FakeModel.named("shared").otherwise(FakeReply.text("one two").pieces(2));
        private static final List<ChatReply> OPEN = new ArrayList<>();

        @Test
        @Order(1)
        void first() {
            begun().close();
        }

        @Test
        @Order(2)
        void second() {
            OPEN.add(begun());
        }

        @Test
        @Order(3)
        void third() {
            begun().close();
        }

        @Test
        @Order(4)
        void fourth() {
            OPEN.add(begun());
        }

        @AfterAll
        static void close() {
            OPEN.forEach(ChatReply::close);
        }

        private static ChatReply begun() {
            ChatReply reply = SHARED.send(new ChatCall(ChatRequest.of("go"), CallContext.of(Caller.of("ann"))));
            reply.next();
            return reply;
        }
    }

    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class FailsFirst {
        private static final AtomicInteger HELD = new AtomicInteger();

        static {
            Leftovers.watch("shared", HELD::get);
        }

        @Test
        @Order(1)
        void first() {
            HELD.incrementAndGet();
            throw new IllegalStateException("for a reason of its own");
        }

        @Test
        @Order(2)
        void second() {
            HELD.incrementAndGet();
            HELD.decrementAndGet();
        }
    }

    @TestClassOrder(ClassOrderer.OrderAnnotation.class)
    static class Around {
        private static final AtomicInteger HELD = new AtomicInteger();

        static {
            Leftovers.watch("shared", HELD::get);
        }

        @Nested
        @Order(1)
        class Within {
            @Test
            void within() {}
        }

        @Nested
        @Order(2)
        class Later {
            @Test
            void after() {
                HELD.incrementAndGet();
            }
        }
    }

    /** The message of each test's failure, empty for those that passed. */
    private static Map<String, String> failuresOf(Class<?> tests) {
        Map<String, String> failures = new LinkedHashMap<>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    String name = test.getDisplayName().replace("()", "");
                    failures.put(
                            name,
                            result.getThrowable().map(Throwable::getMessage).orElse(""));
                }
            }
        });
        return failures;
    }
}
