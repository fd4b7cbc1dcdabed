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

    public Deadlines(Class<K> type) {
        kinds = type.getEnumConstants();
        deadlineNanos = new long[kinds.length];
        Arrays.fill(deadlineNanos, NEVER);
    }

    public void arm(K kind, long atNanos) {
        deadlineNanos[kind.ordinal()] = atNanos;
    }

    /** Arms the timer unless it is to fire earlier anyway. */
    public void armNoLater(K kind, long atNanos) {
        deadlineNanos[kind.ordinal()] = Math.min(deadlineNanos[kind.ordinal()], atNanos);
    }

    public void disarm(K kind) {
        arm(kind, NEVER);
    }

    public boolean isArmed(K kind) {
        return deadlineNanos[kind.ordinal()] != NEVER;
    }

    /** The earliest deadline, {@link #NEVER} when none is armed. */
    public long nextNanos() {
        long next = NEVER;
        for (long at : deadlineNanos) {
            next = Math.min(next, at);
        }
        return next;
    }

    /** Disarms and returns the earliest due kind (ties in order of declaration), or null when none is due. */
    public @Nullable K pollDue(long nowNanos) {
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
