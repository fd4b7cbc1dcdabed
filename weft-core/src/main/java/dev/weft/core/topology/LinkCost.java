package dev.weft.core.topology;

import dev.weft.core.wire.Adjacencies;

/**
 * The cost of a link from its measured round trip, steady enough that noise moves no route: 1,000 for the hop and 1
 * for each microsecond. What is advertised changes when the measured one has differed by more than 40 % and by more
 * than a hop costs for 5 s on end; that of a new link falls to less than half at once, for its first answers come late behind
 * all that the two ends have to tell each other.
 */
public final class LinkCost {
    /** What a link costs before it is measured, and beside its round trip. */
    public static final int HOP = 1_000;

    /** What a round trip within a host varies by while others are busy; less than a hop never made a way the better one. */
    private static final int NOISE = HOP;

    private static final int NOISE_PERCENT = 40;
    private static final long STEADY_NANOS = 5_000_000_000L;

    private static final int NEW_SAMPLES = 4;

    private int advertised = HOP;
    private int samples;
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

    public Change handleRoundTrip(long roundTripNanos, long nowNanos) {
        int cost = (int) Math.min(Adjacencies.COST_MAX, HOP + roundTripNanos / 1_000);
        samples = Math.min(NEW_SAMPLES + 1, samples + 1);
        if (samples == 1) {
            return advertise(cost);
        }
        int difference = Math.abs(cost - advertised);
        if (difference <= NOISE || difference <= (long) advertised * NOISE_PERCENT / 100) {
            differsSinceNanos = -1;
            return Change.SAME;
        }
        if (samples <= NEW_SAMPLES && cost - HOP < (advertised - HOP) / 2) {
            return advertise(cost);
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
