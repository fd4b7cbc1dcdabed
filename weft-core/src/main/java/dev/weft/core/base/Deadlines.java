package dev.weft.core.base;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * At most one deadline per kind of timer, in nanoseconds since the engine's start, so plain {@code <} is legal.
 * Firing disarms: "fires at every tick" cannot happen.
 */
public final class Deadlines<K extends Enum<K>> {
    /** The deadline of a timer that is not armed. */
    public static final long NEVER = Long.MAX_VALUE;

    private final K[] kinds;
    private final long[] deadlineNanos;
    /** The earliest of them: asked for in every turn. */
    private long nextNanos = NEVER;

    public Deadlines(Class<K> type) {
        kinds = type.getEnumConstants();
        deadlineNanos = new long[kinds.length];
        Arrays.fill(deadlineNanos, NEVER);
    }

    public void arm(K kind, long atNanos) {
        long before = deadlineNanos[kind.ordinal()];
        deadlineNanos[kind.ordinal()] = atNanos;
        if (atNanos <= nextNanos) {
            nextNanos = atNanos;
        } else if (before == nextNanos) {
            nextNanos = earliestNanos();
        }
    }

    /** Arms the timer unless it is to fire earlier anyway. */
    public void armNoLater(K kind, long atNanos) {
        if (atNanos < deadlineNanos[kind.ordinal()]) {
            arm(kind, atNanos);
        }
    }

    public void disarm(K kind) {
        arm(kind, NEVER);
    }

    public boolean isArmed(K kind) {
        return deadlineNanos[kind.ordinal()] != NEVER;
    }

    /** The earliest deadline, {@link #NEVER} when none is armed. */
    public long nextNanos() {
        return nextNanos;
    }

    private long earliestNanos() {
        long next = NEVER;
        for (long at : deadlineNanos) {
            next = Math.min(next, at);
        }
        return next;
    }

    /** Disarms and returns the earliest due kind (ties in order of declaration), or null when none is due. */
    public @Nullable K pollDue(long nowNanos) {
        if (nextNanos > nowNanos) {
            return null;
        }
        K due = null;
        for (K kind : kinds) {
            long at = deadlineNanos[kind.ordinal()];
            if (at <= nowNanos && (due == null || at < deadlineNanos[due.ordinal()])) {
                due = kind;
            }
        }
        if (due != null) {
            disarm(due);
        }
        return due;
    }
}
