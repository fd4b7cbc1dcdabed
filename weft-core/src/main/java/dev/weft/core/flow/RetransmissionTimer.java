package dev.weft.core.flow;

/** How long to wait for an acknowledgement: smoothed round trip plus four variations, doubled at each expiry (RFC 6298). */
final class RetransmissionTimer {
    private static final int BACKOFF_MAX = 6;

    private final FlowConfig.Retransmission bounds;
    private long smoothedNanos;
    private long variationNanos;
    private int backoff;
    /** Whether acknowledgements came all the while, only later than was thought: progress is no news then. */
    private boolean late;

    RetransmissionTimer(FlowConfig.Retransmission bounds) {
        this.bounds = bounds;
    }

    /** @param sampleNanos of a fragment that was sent once only (Karn) */
    void handleSample(long sampleNanos) {
        if (smoothedNanos == 0) {
            smoothedNanos = Math.max(1, sampleNanos);
            variationNanos = sampleNanos / 2;
        } else {
            variationNanos += (Math.abs(smoothedNanos - sampleNanos) - variationNanos) / 4;
            smoothedNanos += (sampleNanos - smoothedNanos) / 8;
        }
        backoff = 0;
        late = false;
    }

    /**
     * What was sent again was acknowledged; nobody knows which copy (Karn). Where the path has been late it was most
     * likely the first, and without that guess a path that has become slower would never be measured.
     */
    void handleLateSample(long sampleNanos) {
        if (late) {
            handleSample(sampleNanos);
        }
    }

    /** What the path has said of what was waited for. */
    enum Expiry {
        /** Nothing at all. */
        SILENT,
        /** Something, but not that. */
        LATE,
        /** That there is no room: it was a probe (RFC 9293 §3.8.6.1), and says nothing of the path. */
        NO_ROOM
    }

    void handleExpiry(Expiry expiry) {
        late = expiry == Expiry.LATE || late && expiry == Expiry.NO_ROOM;
        backoff = Math.min(BACKOFF_MAX, backoff + 1);
    }

    /** Something new was acknowledged: a path that was silent works again. */
    void handleProgress() {
        if (!late) {
            backoff = 0;
        }
    }

    long timeoutNanos() {
        return Math.min(bounds.maxNanos(), plainNanos() << backoff);
    }

    /**
     * As {@link #timeoutNanos()}, but doubled no further than to a bound.
     *
     * @param doubledMaxNanos has no effect where the plain timeout is longer
     */
    long timeoutNanos(long doubledMaxNanos) {
        return Math.min(timeoutNanos(), Math.max(plainNanos(), doubledMaxNanos));
    }

    private long plainNanos() {
        // With many samples in a round trip the variation knows of the last few alone, and a queue that stood for a
        // moment would be a timeout (RFC 7323, appendix G). By half a round trip it may grow unexpectedly.
        return smoothedNanos == 0
                ? bounds.initialNanos()
                : Math.max(bounds.minNanos(), smoothedNanos + Math.max(4 * variationNanos, smoothedNanos / 2));
    }

    /** The smoothed round trip, 0 while none was measured. */
    long smoothedNanos() {
        return smoothedNanos;
    }

    /** How much later than a lost one a fragment may have been sent and yet be acknowledged (RFC 8985). */
    long reorderingNanos() {
        return Math.max(10_000_000L, smoothedNanos / 4);
    }
}
