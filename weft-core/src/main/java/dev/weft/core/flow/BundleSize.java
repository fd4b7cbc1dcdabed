package dev.weft.core.flow;

/**
 * How large the bundles of a flow may be: a fragment, and up to four times that as long as the flow delivers so much in 2 ms.
 * What each frame costs is then shared by more messages, and what is more urgent and finds one on its way waits no longer
 * than that.
 *
 * <p>Called by {@link OutboundFlow} and its {@link SendQueue}.
 */
final class BundleSize {
    static final int DOUBLINGS_MAX = 2;

    /** What one bundle may take at the rate of the flow. */
    private static final long HOLDS_NANOS = 2_000_000;

    /** The rate is that of a span of this length, or of the longer one between two acknowledgements. */
    private static final long SPAN_NANOS = 10_000_000;

    private final int fragmentBytes;
    private int bytes;
    private boolean measures;
    private long spanBeganNanos;
    private long spanBytes;

    BundleSize(int fragmentBytes) {
        this.fragmentBytes = fragmentBytes;
        this.bytes = fragmentBytes;
    }

    /** The most that one may have at present. */
    int bytes() {
        return bytes;
    }

    /** The destination has so many bytes more. */
    void handleSettled(long settledBytes, long nowNanos) {
        if (!measures) {
            measures = true;
            spanBeganNanos = nowNanos;
            return;
        }
        spanBytes += settledBytes;
        long spanNanos = nowNanos - spanBeganNanos;
        if (spanNanos >= SPAN_NANOS) {
            long held = spanBytes * HOLDS_NANOS / spanNanos;
            bytes = fragmentBytes;
            while (bytes < fragmentBytes << DOUBLINGS_MAX && 2L * bytes <= held) {
                bytes *= 2;
            }
            spanBeganNanos = nowNanos;
            spanBytes = 0;
        }
    }

    /** The path is another one, or has fallen silent: what was delivered says nothing any more. */
    void restart() {
        bytes = fragmentBytes;
        measures = false;
        spanBytes = 0;
    }
}
