package dev.weft.core.route;

import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;

/**
 * When to compute routes after a change: at once after the first, then after ever longer waits while changes go on
 * (RFC 8405). What a computation costs grows with the mesh, so in a small one the waits are shorter: nobody there
 * should miss a newcomer for a second to save a millisecond. Driven by its owner, which computes when
 * {@link #handleTime} says so.
 */
public final class SpfBackoff {
    /** Where in the storm of changes we are (RFC 8405 §5). */
    public enum Phase {
        QUIET,
        SHORT_WAIT,
        LONG_WAIT
    }

    /** Whether routes are to be computed now. */
    public enum Verdict {
        COMPUTE,
        WAIT
    }

    /**
     * The timers of RFC 8405 §6, in nanoseconds.
     *
     * @param initialDelayNanos before the first computation: 0, the default, is at once
     * @param shortDelayNanos while a failure is being learned of
     * @param longDelayNanos in a storm; the default is 1 s and not that document's 5, for what takes a router's CPU
     *     long takes this one milliseconds
     * @param timeToLearnNanos how long learning of one failure takes
     * @param holdDownNanos how long it must be calm for the storm to be over
     */
    public record Timing(
            long initialDelayNanos,
            long shortDelayNanos,
            long longDelayNanos,
            long timeToLearnNanos,
            long holdDownNanos) {
        public static final Timing DEFAULT = new Timing(0, 200_000_000L, 1_000_000_000L, 500_000_000L, 10_000_000_000L);

        public Timing {
            Check.within("spf.initial-delay", initialDelayNanos, 0, shortDelayNanos);
            Check.within("spf.short-delay", shortDelayNanos, 0, longDelayNanos);
            Check.within("spf.hold-down", holdDownNanos, timeToLearnNanos, 600_000_000_000L);
        }
    }

    private static final long SHORT_PER_ENTRY_NANOS = 1_000_000L;
    private static final long LONG_PER_ENTRY_NANOS = 5_000_000L;

    private enum Timer {
        COMPUTE,
        LEARN,
        HOLD_DOWN
    }

    private final Timing timing;
    private final Deadlines<Timer> timers = new Deadlines<>(Timer.class);
    private Phase phase = Phase.QUIET;

    public SpfBackoff(Timing timing) {
        this.timing = timing;
    }

    public Phase phase() {
        return phase;
    }

    /**
     * The topology has changed: schedules a computation, and says whether it is due at once.
     *
     * @param entryCount how many advertisements there are to compute from
     */
    public Verdict handleChange(int entryCount, long nowNanos) {
        timers.arm(Timer.HOLD_DOWN, nowNanos + timing.holdDownNanos());
        long delay = switch (phase) {
            case QUIET -> timing.initialDelayNanos();
            case SHORT_WAIT -> Math.min(timing.shortDelayNanos(), entryCount * SHORT_PER_ENTRY_NANOS);
            case LONG_WAIT -> Math.min(timing.longDelayNanos(), entryCount * LONG_PER_ENTRY_NANOS);
        };
        if (phase == Phase.QUIET) {
            phase = Phase.SHORT_WAIT;
            timers.arm(Timer.LEARN, nowNanos + timing.timeToLearnNanos());
        }
        if (!timers.isArmed(Timer.COMPUTE)) {
            timers.arm(Timer.COMPUTE, nowNanos + delay);
        }
        return handleTime(nowNanos);
    }

    public Verdict handleTime(long nowNanos) {
        Verdict verdict = Verdict.WAIT;
        for (Timer due = timers.pollDue(nowNanos); due != null; due = timers.pollDue(nowNanos)) {
            switch (due) {
                case COMPUTE -> verdict = Verdict.COMPUTE;
                case LEARN -> phase = phase == Phase.SHORT_WAIT ? Phase.LONG_WAIT : phase;
                case HOLD_DOWN -> {
                    phase = Phase.QUIET;
                    timers.disarm(Timer.LEARN);
                }
            }
        }
        return verdict;
    }

    public long nextDeadlineNanos() {
        return timers.nextNanos();
    }
}
