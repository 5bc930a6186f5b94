package dev.holdfast.memory;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Breaks a rule of the house on purpose: each "asks" method once, and no other. */
public final class AsksTheSystemFixture {
    long asksNanoTime() {
        return System.nanoTime();
    }

    LongSupplier asksByReference() {
        return System::currentTimeMillis;
    }

    Instant asksInstant() {
        return Instant.now();
    }

    LocalDate asksDate() {
        return LocalDate.now(ZoneOffset.UTC);
    }

    Clock asksClock() {
        return Clock.systemUTC();
    }

    Clock asksTick() {
        return Clock.tickMillis(ZoneOffset.UTC);
    }

    Date asksOldDate() {
        return new Date();
    }

    double asksMathRandom() {
        return Math.random();
    }

    Random asksRandom() {
        return new Random();
    }

    Random asksThreadLocalRandom() {
        return ThreadLocalRandom.current();
    }

    Random asksSecureRandom() {
        return new SecureRandom();
    }

    UUID asksUuid() {
        return UUID.randomUUID();
    }

    void asksShuffle(List<String> cards) {
        Collections.shuffle(cards);
    }

    void asksSleep() throws InterruptedException {
        Thread.sleep(1);
    }

    void asksUnitSleep() throws InterruptedException {
        TimeUnit.SECONDS.sleep(1);
    }

    Thread asksThread() {
        return new Thread(() -> {});
    }

    Timer asksTimer() {
        return new Timer();
    }

    Executor asksExecutors() {
        return Executors.newCachedThreadPool();
    }

    Executor asksCommonPool() {
        return ForkJoinPool.commonPool();
    }

    CompletableFuture<Void> asksAsync(Runnable work) {
        return CompletableFuture.runAsync(work);
    }

    CompletableFuture<Void> asksThenAsync(CompletableFuture<String> before) {
        return before.thenAcceptAsync(text -> {});
    }

    CompletableFuture<String> asksTimeout(CompletableFuture<String> before) {
        return before.orTimeout(1, TimeUnit.SECONDS);
    }

    Stream<String> asksParallelStream(List<String> items) {
        return items.parallelStream();
    }

    CompletableFuture<Void> keepsAsync(Runnable work, Executor executor) {
        return CompletableFuture.runAsync(work, executor);
    }

    ZonedDateTime keepsClock(Clock clock) {
        return ZonedDateTime.now(Clock.tick(clock, java.time.Duration.ofSeconds(1)));
    }

    Random keepsSeed(long seed) {
        return new Random(seed);
    }
}
