package dev.weft.node;

import dev.weft.Peer;
import dev.weft.core.link.LinkStatistics;
import java.util.Arrays;

/**
 * What a node says it was seen to receive and send, where nobody has configured it: the highest rate over an interval of
 * 10 s in the last ten minutes, heartbeats, relayed frames and all. So it is a lower bound of what the node can do.
 * Told in powers of two, from 1 Mbit/s on, and told anew only when it is twice or less than half of what was told last,
 * so that a busy mesh is not flooded with figures.
 *
 * <p>Fed on the loop with each interval that is over.
 */
final class Throughput {
    /** What heartbeats and floods of an idle node stay below. */
    static final long LEAST_BITS_PER_SECOND = 1 << 20;

    static final int INTERVALS_KEPT = 60;

    private static final long INTERVAL_SECONDS = LinkStatistics.INTERVAL_NANOS / 1_000_000_000L;

    private static final class Direction {
        private final long[] rates = new long[INTERVALS_KEPT];
        private long told;

        private boolean handleInterval(int index, long bytes) {
            rates[index] = bytes * 8 / INTERVAL_SECONDS;
            long highest = Arrays.stream(rates).max().orElse(0);
            long measured = highest < LEAST_BITS_PER_SECOND ? 0 : Long.highestOneBit(highest);
            // What was told is at most half of what was meant, so less than half of that is less than half.
            boolean changes = measured >= 2 * Math.max(1, told) || highest < told / 2;
            if (changes) {
                told = measured;
            }
            return changes;
        }
    }

    private final Direction in = new Direction();
    private final Direction out = new Direction();
    private int next;

    /** Returns whether there is something else to tell. */
    boolean handleInterval(long bytesIn, long bytesOut) {
        boolean changesIn = in.handleInterval(next, bytesIn);
        boolean changesOut = out.handleInterval(next, bytesOut);
        next = (next + 1) % INTERVALS_KEPT;
        return changesIn || changesOut;
    }

    Peer.Bandwidth told() {
        return new Peer.Bandwidth(in.told, out.told);
    }
}
