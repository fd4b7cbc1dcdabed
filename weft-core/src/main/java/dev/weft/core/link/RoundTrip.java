package dev.weft.core.link;

import dev.weft.core.base.Check;

/**
 * The round-trip time of a link: smoothed and varying as in RFC 6298 §2, with the least of the last
 * {@value #WINDOW_SAMPLES} samples and of all. In nanoseconds and integers, so it is the same everywhere.
 */
public final class RoundTrip {
    private static final int WINDOW_SAMPLES = 16;

    private final long[] windowNanos = new long[WINDOW_SAMPLES];
    private long sampleCount;
    private long lastNanos;
    private long smoothedNanos;
    private long variationNanos;
    private long minimumNanos;

    void sample(long rttNanos) {
        Check.that(rttNanos >= 0, "a round trip of %d ns", rttNanos);
        if (sampleCount == 0) {
            // RFC 6298 §2.2
            smoothedNanos = rttNanos;
            variationNanos = rttNanos / 2;
            minimumNanos = rttNanos;
        } else {
            // RFC 6298 §2.3: alpha = 1/8, beta = 1/4, the variation first
            variationNanos += (Math.abs(smoothedNanos - rttNanos) - variationNanos) / 4;
            smoothedNanos += (rttNanos - smoothedNanos) / 8;
            minimumNanos = Math.min(minimumNanos, rttNanos);
        }
        windowNanos[(int) (sampleCount % WINDOW_SAMPLES)] = rttNanos;
        sampleCount++;
        lastNanos = rttNanos;
    }

    /** How many round trips were measured; the other figures are 0 before the first. */
    public long sampleCount() {
        return sampleCount;
    }

    public long lastNanos() {
        return lastNanos;
    }

    public long smoothedNanos() {
        return smoothedNanos;
    }

    public long variationNanos() {
        return variationNanos;
    }

    /** The least ever measured. */
    public long minimumNanos() {
        return minimumNanos;
    }

    /** The least of the last {@value #WINDOW_SAMPLES} samples: follows a path that has become longer, and no queue on it. */
    public long recentMinimumNanos() {
        int filled = (int) Math.min(sampleCount, WINDOW_SAMPLES);
        long least = filled == 0 ? 0 : Long.MAX_VALUE;
        for (int i = 0; i < filled; i++) {
            least = Math.min(least, windowNanos[i]);
        }
        return least;
    }
}
