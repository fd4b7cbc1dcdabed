package dev.weft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One link of this node.
 *
 * @param peer the node at the other end
 * @param locator the address it is reached at
 * @param roundTrip smoothed (RFC 6298)
 * @param roundTripMin the smallest seen lately
 * @param roundTripVariation mean deviation (RFC 6298)
 * @param clockOffset the other's wall clock minus ours (RFC 5905)
 * @param framesIn frames received
 * @param framesOut frames sent
 * @param bytesIn bytes received
 * @param bytesOut bytes sent
 * @param queuedFrames frames that wait to be sent
 * @param dropped frames dropped because the queue was full
 * @param rates what passed lately
 */
public record LinkStatus(
        NodeId peer,
        Locator locator,
        Duration roundTrip,
        Duration roundTripMin,
        Duration roundTripVariation,
        Duration clockOffset,
        long framesIn,
        long framesOut,
        long bytesIn,
        long bytesOut,
        int queuedFrames,
        long dropped,
        Rates rates) {
    /**
     * Bytes per second over each of the last six full intervals of 10 s, the latest first.
     *
     * @param in received
     * @param out sent
     */
    public record Rates(List<Long> in, List<Long> out) {
        public static final int INTERVALS = 6;
        public static final Duration INTERVAL = Duration.ofSeconds(10);
        public static final Rates NONE =
                new Rates(Collections.nCopies(INTERVALS, 0L), Collections.nCopies(INTERVALS, 0L));

        public Rates {
            in = List.copyOf(in);
            out = List.copyOf(out);
            if (in.size() != INTERVALS || out.size() != INTERVALS) {
                throw new IllegalArgumentException("rates of " + in.size() + " and " + out.size() + " intervals");
            }
        }

        /** Of two links together. */
        public Rates plus(Rates other) {
            return new Rates(sum(in, other.in), sum(out, other.out));
        }

        private static List<Long> sum(List<Long> one, List<Long> other) {
            List<Long> sums = new ArrayList<>();
            for (int i = 0; i < INTERVALS; i++) {
                sums.add(one.get(i) + other.get(i));
            }
            return sums;
        }
    }
}
