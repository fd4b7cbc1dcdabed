package dev.weft.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Bytes, rate and time of what goes and comes, on one line that is written over twice a second. Any thread may count.
 */
final class Progress {
    private static final long PAUSE_NANOS = 500_000_000;

    /** Which way bytes went. */
    enum Way {
        SENT,
        RECEIVED;

        private static final Way[] ALL = values();
    }

    private final PrintStream to;
    private final LongSupplier clock;
    private final long beganNanos;
    private final long[] bytes = new long[Way.ALL.length];
    private long saidNanos;

    Progress(PrintStream to, LongSupplier clock) {
        this.to = to;
        this.clock = clock;
        this.beganNanos = clock.getAsLong();
        this.saidNanos = beganNanos;
    }

    synchronized void add(Way way, int count) {
        bytes[way.ordinal()] += count;
        if (clock.getAsLong() - saidNanos >= PAUSE_NANOS) {
            say();
        }
    }

    /** All has gone and come. */
    synchronized void end() {
        say();
        to.println();
    }

    private void say() {
        saidNanos = clock.getAsLong();
        double seconds = Math.max(1, saidNanos - beganNanos) / 1e9;
        List<String> parts = new ArrayList<>();
        for (Way way : Way.ALL) {
            long count = bytes[way.ordinal()];
            if (count > 0) {
                parts.add(String.format(
                        Locale.ROOT,
                        "%s %,d bytes  %,.1f MB/s",
                        way.name().toLowerCase(Locale.ROOT),
                        count,
                        count / 1e6 / seconds));
            }
        }
        parts.add(String.format(Locale.ROOT, "%.1f s", seconds));
        to.print("\r" + String.join("  ", parts) + " ");
        to.flush();
    }
}
