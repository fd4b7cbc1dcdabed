package dev.weft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One link of this node.
 *
 * @param peer the node at the other end
 * @param locator the address it is reached at
 * @param roundTrip smoothed (RFC 6298)
 * @param roundTripMin the smallest seen lately
 * @param roundTripVariation mean deviation (RFC 6298)
 * @param clockOffset the other's wall clock minus ours (RFC 5905)
 * @param clockDriftPartsPerBillion how much faster the other's clock runs than ours, in nanoseconds per second; 0 until
 *     16 heartbeats were answered
 * @param framesIn frames received
 * @param framesOut frames sent
 * @param bytesIn bytes received
 * @param bytesOut bytes sent
 * @param queuedFrames frames that wait to be sent
 * @param drops frames dropped at this link, by reason; every reason is present
 * @param rates what passed lately
 */
public record LinkStatus(
        NodeId peer,
        Locator locator,
        Duration roundTrip,
        Duration roundTripMin,
        Duration roundTripVariation,
        Duration clockOffset,
        long clockDriftPartsPerBillion,
        long framesIn,
        long framesOut,
        long bytesIn,
        long bytesOut,
        int queuedFrames,
        Map<Drop, Long> drops,
        Rates rates) {
    /** Why a frame was dropped at a link. */
    public enum Drop {
        /** The queue of its priority was full; whoever had sent it is told, or sends it again. */
        QUEUE_FULL,
        /** Longer than the other node takes. */
        TOO_LONG,
        /** What came was not to be read; the link is closed then. */
        MALFORMED,
        /** It came before the link was up or after it was closed. */
        NOT_UP
    }

    public LinkStatus {
        drops = Collections.unmodifiableMap(complete(drops));
    }

    private static Map<Drop, Long> complete(Map<Drop, Long> drops) {
        EnumMap<Drop, Long> all = new EnumMap<>(Drop.class);
        for (Drop reason : Drop.values()) {
            all.put(reason, drops.getOrDefault(reason, 0L));
        }
        return all;
    }

    /** Frames dropped for whatever reason. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

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
