package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.DeadlineIndex;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Reset;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Connected flows that were given up, and when their destinations are told so: an end that has nothing to send hears of
 * it no other way. Each is told at ever longer intervals until it answers, for ten minutes at most, and unless a thousand
 * others were given up since. Driven by {@link Sender}, on its thread.
 */
final class Farewells {
    /** Where a farewell leaves. */
    interface Output {
        void say(NodeId destination, Manner manner, Abort frame);
    }

    private static final int COUNT_MAX = 1_024;
    private static final long LASTING_NANOS = 600_000_000_000L;
    private static final long INTERVAL_NANOS = 200_000_000L;
    private static final int DOUBLINGS_MAX = 5;

    private static final class Farewell {
        private final NodeId destination;
        private final Manner manner;
        private final Abort frame;
        private int said;
        private long endNanos = Deadlines.NEVER;

        private Farewell(NodeId destination, Manner manner, Abort frame) {
            this.destination = destination;
            this.manner = manner;
            this.frame = frame;
        }
    }

    private final Output out;
    /** By number of flow, and so in the order in which they began. */
    private final TreeMap<Long, Farewell> farewells = new TreeMap<>();

    private final DeadlineIndex turns = new DeadlineIndex();

    Farewells(Output out) {
        this.out = out;
    }

    /** The first time it is said with the next {@link #handleTime}. */
    void bid(OutboundFlow flow, Outcome.Reason reason, long nowNanos) {
        long number = flow.label().number();
        farewells.put(number, new Farewell(flow.destination(), flow.manner(), new Abort(flow.ref(), reason)));
        turns.update(number, nowNanos);
        if (farewells.size() > COUNT_MAX) {
            drop(farewells.firstKey());
        }
    }

    /** The destination knows. */
    void handleReset(Reset reset) {
        Long answered = null;
        for (var entry : farewells.entrySet()) {
            Farewell farewell = entry.getValue();
            if (farewell.destination.equals(reset.destination())
                    && farewell.frame.flow().equals(reset.flow())) {
                answered = entry.getKey();
            }
        }
        if (answered != null) {
            drop(answered);
        }
    }

    void handleTime(long nowNanos) {
        for (Long number = turns.pollDue(nowNanos); number != null; number = turns.pollDue(nowNanos)) {
            say(number, farewells.get(number), nowNanos);
        }
    }

    private void say(long number, @Nullable Farewell farewell, long nowNanos) {
        if (farewell == null) {
            return;
        }
        if (farewell.said == 0) {
            farewell.endNanos = nowNanos + LASTING_NANOS;
        }
        if (nowNanos >= farewell.endNanos) {
            drop(number);
            return;
        }
        turns.update(number, nowNanos + (INTERVAL_NANOS << Math.min(farewell.said, DOUBLINGS_MAX)));
        farewell.said++;
        out.say(farewell.destination, farewell.manner, farewell.frame);
    }

    private void drop(long number) {
        farewells.remove(number);
        turns.update(number, Deadlines.NEVER);
    }

    long nextDeadlineNanos() {
        return turns.nextNanos();
    }

    void clear() {
        while (!farewells.isEmpty()) {
            drop(farewells.firstKey());
        }
    }
}
