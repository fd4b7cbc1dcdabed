package dev.weft.core.topology;

import dev.weft.core.wire.Adjacencies;

/**
 * The cost of a link from its measured round trip, steady enough that noise moves no route: 1,000 for the hop and 1
 * for each microsecond. What is advertised changes when the measured one has differed by more than 40 % and by more
 * than 500 for 5 s on end.
 */
public final class LinkCost {
    static final int HOP = 1_000;
    private static final int NOISE = 500;
    private static final int NOISE_PERCENT = 40;
    private static final long STEADY_NANOS = 5_000_000_000L;

    private int advertised = HOP;
    private boolean measured;
    private long differsSinceNanos = -1;

    /** The cost to advertise now. */
    public int advertised() {
        return advertised;
    }

    /** Whether the advertised cost has changed. */
    public enum Change {
        SAME,
        CHANGED
    }

    public Change handleRoundTrip(long smoothedNanos, long nowNanos) {
        int cost = (int) Math.min(Adjacencies.COST_MAX, HOP + smoothedNanos / 1_000);
        if (!measured) {
            measured = true;
            return advertise(cost);
        }
        int difference = Math.abs(cost - advertised);
        if (difference <= NOISE || difference <= (long) advertised * NOISE_PERCENT / 100) {
            differsSinceNanos = -1;
            return Change.SAME;
        }
        if (differsSinceNanos < 0) {
            differsSinceNanos = nowNanos;
        }
        return nowNanos - differsSinceNanos >= STEADY_NANOS ? advertise(cost) : Change.SAME;
    }

    private Change advertise(int cost) {
        differsSinceNanos = -1;
        boolean same = advertised == cost;
        advertised = cost;
        return same ? Change.SAME : Change.CHANGED;
    }
}
