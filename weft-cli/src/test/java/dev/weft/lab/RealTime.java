package dev.weft.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Real processes keep promises in seconds only while they get a processor: a test that fails is told as aborted, with what the
 * machine did, where the machine itself stood still for so long that links end by their own rules. Everywhere else it fails.
 */
public final class RealTime implements BeforeEachCallback, AfterEachCallback, TestExecutionExceptionHandler {
    /** Of the time of all processors, what a host may take for others. */
    private static final double STOLEN_MAX = 0.25;

    /** Heartbeats of a second end a link after 3.5 s without a word: two ends that are so late each have no more to spare. */
    private static final Duration LATE_MAX = Duration.ofMillis(1_500);

    private static final Namespace OURS = Namespace.create(RealTime.class);

    @Override
    public void beforeEach(ExtensionContext test) {
        test.getStore(OURS).put(Watch.class, Watch.begin());
    }

    @Override
    public void afterEach(ExtensionContext test) {
        test.getStore(OURS).get(Watch.class, Watch.class).end();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext test, Throwable failure) throws Throwable {
        Watch watch = test.getStore(OURS).get(Watch.class, Watch.class);
        Optional<String> excuse = excuse(watch.stolen(), watch.latest());
        if (failure instanceof TestAbortedException || excuse.isEmpty()) {
            throw failure;
        }
        System.err.println(test.getDisplayName() + " says nothing: " + excuse.get());
        throw new TestAbortedException(excuse.get(), failure);
    }

    /**
     * Why a machine cannot be asked to keep time.
     *
     * @param stolen of the time of all processors, what its host gave to others, 0 to 1
     * @param latest by how much a thread that only sleeps woke too late at most
     */
    static Optional<String> excuse(double stolen, Duration latest) {
        if (stolen <= STOLEN_MAX && latest.compareTo(LATE_MAX) <= 0) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "of the processors %.0f %% went to others on the host, and a thread that slept woke up to %d ms late",
                100 * stolen,
                latest.toMillis()));
    }

    /** Looks at the machine while a test runs. */
    private static final class Watch implements Runnable {
        private static final long SLEEP_NANOS = 20_000_000;

        private final Times before = Times.now();
        private volatile long latestNanos;
        private volatile boolean ended;

        static Watch begin() {
            Watch watch = new Watch();
            Thread thread = new Thread(watch, "real-time");
            thread.setDaemon(true);
            thread.start();
            return watch;
        }

        @Override
        public void run() {
            while (!ended) {
                long due = System.nanoTime() + SLEEP_NANOS;
                LockSupport.parkNanos(SLEEP_NANOS);
                latestNanos = Math.max(latestNanos, System.nanoTime() - due);
            }
        }

        double stolen() {
            Times now = Times.now();
            long all = now.all() - before.all();
            return all == 0 ? 0 : (double) (now.stolen() - before.stolen()) / all;
        }

        Duration latest() {
            return Duration.ofNanos(latestNanos);
        }

        void end() {
            ended = true;
        }
    }

    /**
     * What the processors have done since the machine began, in the kernel's ticks.
     *
     * @param all idle or not, all of them together
     * @param stolen what the host of a virtual machine gave to others; none where there is no host
     */
    record Times(long all, long stolen) {
        static Times now() {
            try {
                return of(Files.readString(Path.of("/proc/stat"), StandardCharsets.US_ASCII));
            } catch (IOException notLinux) {
                return new Times(0, 0);
            }
        }

        /** From the first line of {@code /proc/stat}: user, nice, system, idle, iowait, irq, softirq, steal (proc(5)). */
        static Times of(String stat) {
            String[] words = stat.lines().findFirst().orElse("").split(" +");
            long all = 0;
            for (int column = 1; column <= 8 && column < words.length; column++) {
                all += Long.parseLong(words[column]);
            }
            return new Times(all, words.length > 8 ? Long.parseLong(words[8]) : 0);
        }
    }
}
