package dev.weft.core.flow;

/**
 * How large the fragments of a flow are: as configured, and up to four times that as long as it delivers so much in 2 ms.
 * What each fragment costs is then shared by more bytes, and what is more urgent and finds one on its way waits no
 * longer than that.
 *
 * <p>Called by {@link OutboundFlow} alone.
 */
final class FragmentSize {
    static final int DOUBLINGS_MAX = 2;

    /** What one fragment may take at the rate of the flow. */
    private static final long HOLDS_NANOS = 2_000_000;

    /** The rate is that of a span of this length, or of the longer one between two acknowledgements. */
    private static final long SPAN_NANOS = 10_000_000;

    private final int usualBytes;
    private int doublings;
    private boolean measures;
    private long spanBeganNanos;
    private long spanBytes;

    FragmentSize(int usualBytes) {
        this.usualBytes = usualBytes;
    }

    /** How often the usual size is doubled at present. */
    int doublings() {
        return doublings;
    }

    /** The size at present. */
    int bytes() {
        return bytes(doublings);
    }

    int bytes(int timesDoubled) {
        return usualBytes << timesDoubled;
    }

    /** The destination has so many bytes more. */
    void handleSettled(long bytes, long nowNanos) {
        if (!measures) {
            measures = true;
            spanBeganNanos = nowNanos;
            return;
        }
        spanBytes += bytes;
        long spanNanos = nowNanos - spanBeganNanos;
        if (spanNanos >= SPAN_NANOS) {
            long held = spanBytes * HOLDS_NANOS / spanNanos;
            doublings = 0;
            while (doublings < DOUBLINGS_MAX && bytes(doublings + 1) <= held) {
                doublings++;
            }
            spanBeganNanos = nowNanos;
            spanBytes = 0;
        }
    }

    /** The path is another one, or has fallen silent: what was delivered says nothing any more. */
    void restart() {
        doublings = 0;
        measures = false;
        spanBytes = 0;
    }
}
