package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Measures the way to an endpoint that takes whatever comes: first how long a message takes with nothing else under
 * way, then how many go through. Counted is what the other end has acknowledged.
 */
final class PerfRun {
    /** Where nodes take what is sent to measure. */
    static final String ENDPOINT = "weft/perf";

    private static final int ROUND_TRIPS_MAX = 1 << 20;

    /** Hears how it goes, again and again, on a thread of its own: also while a message is long in coming. */
    interface Progress {
        void say(Duration since, double messagesPerSecond);
    }

    /**
     * How long messages took that were sent one at a time, there and back, in nanoseconds.
     *
     * @param hops how many links the last one crossed
     */
    record Latency(int count, long p50, long p90, long p99, long max, int hops) {}

    /** What went through, and the processor time that this process took for it. */
    record Throughput(long delivered, long failed, Duration time, Duration cpu) {
        double perSecond() {
            return delivered / Math.max(1e-9, time.toNanos() / 1e9);
        }
    }

    private final Mesh mesh;
    private final NodeId target;
    private final byte[] payload;
    private final Duration sayEvery;
    private final Progress progress;

    PerfRun(Mesh mesh, NodeId target, int payloadBytes, Duration sayEvery, Progress progress) {
        this.mesh = mesh;
        this.target = target;
        this.payload = new byte[payloadBytes];
        this.sayEvery = sayEvery;
        this.progress = progress;
    }

    Latency latency(Duration time) throws InterruptedException {
        try (Ticks delivered = new Ticks(sayEvery, progress)) {
            return latency(time, delivered);
        }
    }

    private Latency latency(Duration time, Ticks delivered) throws InterruptedException {
        long[] roundTrips = new long[1_024];
        int count = 0;
        int hops = 0;
        long end = System.nanoTime() + time.toNanos();
        do {
            Outcome outcome =
                    mesh.send(target, ENDPOINT, payload, SendOptions.RDM).await();
            requireDelivered(outcome);
            delivered.increment();
            hops = outcome.hops();
            if (count == roundTrips.length) {
                roundTrips = Arrays.copyOf(roundTrips, 2 * count);
            }
            roundTrips[count++] = outcome.roundTrip().toNanos();
        } while (System.nanoTime() < end && count < ROUND_TRIPS_MAX);
        long[] sorted = Arrays.copyOf(roundTrips, count);
        Arrays.sort(sorted);
        return new Latency(count, at(sorted, 500), at(sorted, 900), at(sorted, 990), sorted[count - 1], hops);
    }

    private static long at(long[] sorted, int perMille) {
        return sorted[(int) ((long) (sorted.length - 1) * perMille / 1_000)];
    }

    private static void requireDelivered(Outcome outcome) {
        if (outcome.reason() == Outcome.Reason.NO_ENDPOINT) {
            throw new CommandFailure(
                    ExitCode.FAILED, "the node takes nothing to measure: `weft up` does, unless told --no-perf");
        }
        switch (outcome.kind()) {
            case DELIVERED -> {}
            case REJECTED, UNDELIVERABLE -> throw new CommandFailure(ExitCode.FAILED, "a message is " + outcome);
            case EXPIRED, UNKNOWN -> throw new CommandFailure(ExitCode.TIMED_OUT, "a message is " + outcome);
        }
    }

    Throughput throughput(Duration time) throws InterruptedException {
        try (Ticks delivered = new Ticks(sayEvery, progress)) {
            return throughput(time, delivered);
        }
    }

    private Throughput throughput(Duration time, Ticks delivered) throws InterruptedException {
        LongAdder failed = new LongAdder();
        AtomicLong lastNanos = new AtomicLong();
        Duration cpuBefore = cpu();
        long began = System.nanoTime();
        long sent = 0;
        Consumer<Outcome> settled = outcome -> {
            if (outcome.isDelivered()) {
                delivered.increment();
            } else {
                failed.increment();
            }
            lastNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
        };
        while (System.nanoTime() - began < time.toNanos()) {
            mesh.send(target, ENDPOINT, payload, SendOptions.RDM, settled);
            sent++;
        }
        // Each outcome comes, for each send has a timeout.
        while (delivered.sum() + failed.sum() < sent) {
            Thread.sleep(1);
        }
        return new Throughput(delivered.sum(), failed.sum(), Duration.ofNanos(lastNanos.get()), cpu().minus(cpuBefore));
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Counts, and tells again and again at what rate. */
    private static final class Ticks implements AutoCloseable {
        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Ticks::daemon);
        private final LongAdder count = new LongAdder();
        private final Progress progress;
        private final long beganNanos = System.nanoTime();
        private long saidNanos = beganNanos;
        private long saidCount;
        private boolean isClosed;

        Ticks(Duration every, Progress progress) {
            this.progress = progress;
            thread.scheduleAtFixedRate(this::say, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        }

        private static Thread daemon(Runnable task) {
            Thread thread = new Thread(task, "weft-perf");
            thread.setDaemon(true);
            return thread;
        }

        void increment() {
            count.increment();
        }

        long sum() {
            return count.sum();
        }

        private synchronized void say() {
            if (isClosed) {
                return;
            }
            long now = System.nanoTime();
            long counted = count.sum();
            progress.say(Duration.ofNanos(now - beganNanos), (counted - saidCount) / ((now - saidNanos) / 1e9));
            saidNanos = now;
            saidCount = counted;
        }

        /** Nothing is told afterwards. */
        @Override
        public synchronized void close() {
            isClosed = true;
            thread.shutdownNow();
        }
    }
}
