package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Reset;
import java.util.TreeMap;

/**
 * Connected flows that were given up, and when their destinations are told so: an end that has nothing to send hears of
 * it no other way. Each is told at ever longer intervals until it answers, for ten minutes at most. Driven by
 * {@link Sender}, on its thread.
 */
final class Farewells {
    /** Where a farewell leaves. */
    interface Output {
        void say(OutboundFlow flow, Abort frame);
    }

    static final int COUNT_MAX = 4_096;
    static final long LASTING_NANOS = 600_000_000_000L;
    private static final long INTERVAL_NANOS = 200_000_000L;
    private static final int DOUBLINGS_MAX = 5;

    private static final class Farewell {
        private final OutboundFlow flow;
        private final Abort frame;
        private int said;
        private long endNanos = Deadlines.NEVER;
        private long nextNanos;

        private Farewell(OutboundFlow flow, Outcome.Reason reason, long nowNanos) {
            this.flow = flow;
            this.frame = new Abort(flow.ref(), reason);
            this.nextNanos = nowNanos;
        }

        private boolean isOver(long nowNanos) {
            return nowNanos >= endNanos;
        }
    }

    private final Output out;
    /** By number of flow, and so in the order in which they began. */
    private final TreeMap<Long, Farewell> farewells = new TreeMap<>();
    /** When the first of them is to be said, or earlier. */
    private long nextNanos = Deadlines.NEVER;

    Farewells(Output out) {
        this.out = out;
    }

    /** The first time it is said with the next {@link #handleTime}. */
    void bid(OutboundFlow flow, Outcome.Reason reason, long nowNanos) {
        farewells.put(flow.label().number(), new Farewell(flow, reason, nowNanos));
        if (farewells.size() > COUNT_MAX) {
            farewells.pollFirstEntry();
        }
        nextNanos = Math.min(nextNanos, nowNanos);
    }

    /** The destination knows. */
    void handleReset(Reset reset) {
        farewells
                .values()
                .removeIf(farewell -> farewell.flow.destination().equals(reset.destination())
                        && farewell.frame.flow().equals(reset.flow()));
    }

    void handleTime(long nowNanos) {
        if (nowNanos < nextNanos) {
            return;
        }
        farewells.values().removeIf(farewell -> farewell.isOver(nowNanos));
        nextNanos = Deadlines.NEVER;
        for (Farewell farewell : farewells.values()) {
            if (nowNanos >= farewell.nextNanos) {
                say(farewell, nowNanos);
            }
            nextNanos = Math.min(nextNanos, farewell.nextNanos);
        }
    }

    private void say(Farewell farewell, long nowNanos) {
        if (farewell.said == 0) {
            farewell.endNanos = nowNanos + LASTING_NANOS;
        }
        farewell.nextNanos = nowNanos + (INTERVAL_NANOS << Math.min(farewell.said, DOUBLINGS_MAX));
        farewell.said++;
        out.say(farewell.flow, farewell.frame);
    }

    long nextDeadlineNanos() {
        return nextNanos;
    }

    void clear() {
        farewells.clear();
        nextNanos = Deadlines.NEVER;
    }
}
