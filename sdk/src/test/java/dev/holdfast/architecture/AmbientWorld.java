package dev.holdfast.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.BaseStream;

/** Every way to ask the system for time, randomness, waiting or threads. Called or named by a method reference. */
final class AmbientWorld {
    private AmbientWorld() {}

    private static final String NEW = "<init>";

    private static final List<Ban> BANS = List.of(
            // time
            ban(System.class, named("nanoTime", "currentTimeMillis")),
            ban(
                    Clock.class,
                    target -> target.getName().startsWith("system")
                            || target.getName().startsWith("tick")
                                    && !target.getRawParameterTypes().get(0).isAssignableTo(Clock.class)),
            ban(Date.class, named(NEW).and(takesNothing())),
            new Ban(
                    owner -> owner.getPackageName().equals(Instant.class.getPackageName()),
                    named("now").and(target -> !takes(target, Clock.class))),
            // randomness
            ban(Math.class, named("random")),
            ban(StrictMath.class, named("random")),
            ban(Random.class, named(NEW).and(takesNothing())),
            ban(SplittableRandom.class, named(NEW).and(takesNothing())),
            ban(ThreadLocalRandom.class, any()),
            ban(java.security.SecureRandom.class, any()),
            ban(UUID.class, named("randomUUID")),
            ban(Collections.class, named("shuffle").and(target -> !takes(target, Random.class))),
            // waiting
            ban(Thread.class, named("sleep")),
            ban(TimeUnit.class, named("sleep")),
            ban(CompletableFuture.class, named("orTimeout", "completeOnTimeout")),
            // threads
            ban(Thread.class, named(NEW, "ofVirtual", "ofPlatform", "startVirtualThread")),
            ban(Timer.class, named(NEW)),
            ban(Executors.class, any()),
            ban(ForkJoinPool.class, named("commonPool")),
            ban(CompletableFuture.class, AmbientWorld::runsInTheCommonPool),
            ban(Collection.class, named("parallelStream")),
            ban(BaseStream.class, named("parallel")));

    static DescribedPredicate<JavaAccess<?>> access() {
        return DescribedPredicate.describe("asks the system", access -> isBanned(access.getTarget()));
    }

    private static boolean isBanned(AccessTarget target) {
        return target instanceof CodeUnitAccessTarget code && BANS.stream().anyMatch(ban -> ban.covers(code));
    }

    private static boolean runsInTheCommonPool(CodeUnitAccessTarget target) {
        boolean async = target.getName().endsWith("Async") || target.getName().equals("delayedExecutor");
        return async && !takes(target, Executor.class);
    }

    private static boolean takes(CodeUnitAccessTarget target, Class<?> type) {
        return target.getRawParameterTypes().stream().anyMatch(parameter -> parameter.isAssignableTo(type));
    }

    private static Predicate<CodeUnitAccessTarget> named(String... names) {
        return target -> List.of(names).contains(target.getName());
    }

    private static Predicate<CodeUnitAccessTarget> takesNothing() {
        return target -> target.getRawParameterTypes().isEmpty();
    }

    private static Predicate<CodeUnitAccessTarget> any() {
        return target -> true;
    }

    private static Ban ban(Class<?> owner, Predicate<CodeUnitAccessTarget> target) {
        return new Ban(type -> type.isAssignableTo(owner), target);
    }

    private record Ban(Predicate<JavaClass> owner, Predicate<CodeUnitAccessTarget> target) {
        boolean covers(CodeUnitAccessTarget access) {
            return owner.test(access.getOwner()) && target.test(access);
        }
    }
}
