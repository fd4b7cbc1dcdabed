package dev.weft.core.forward;

import dev.weft.core.base.Check;

/**
 * Says when the next frame may pass, so that over any span of time no more passes than the rate times the span, a burst,
 * and one frame. Kept as the moment at which the bucket will be full again, as the virtual scheduling of ITU-T I.371
 * does, so that no tick is needed and nothing is lost in rounding. A frame passes while there is any token, whatever its
 * length; what it takes too much is waited for after it.
 *
 * <p>Called by the owner of what passes; single-threaded.
 */
public final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    /** What may pass at once however low the rate: two fragments. */
    static final long BURST_BYTES_MIN = 32 << 10;

    /** What may pass at once at high rates, as time. */
    private static final long BURST_NANOS = 5_000_000;

    /** Whoever waits is woken when so much may pass, lest each frame need a wake-up of its own. */
    private static final long QUANTUM_NANOS = 1_000_000;

    private long bitsPerSecond;
    private long burstNanos;
    private long fullAtNanos;
    /** What is left of a cost below a nanosecond, in parts of {@link #bitsPerSecond}. */
    private long remainder;

    /** @param bitsPerSecond 0 for no bound */
    public TokenBucket(long bitsPerSecond) {
        rate(bitsPerSecond);
    }

    /** Another rate from now on; 0 for none. */
    public void rate(long changed) {
        Check.within("bits-per-second", changed, 0, Rates.BITS_PER_SECOND_MAX);
        if (changed != bitsPerSecond) {
            bitsPerSecond = changed;
            remainder = 0;
            burstNanos = changed == 0 ? 0 : Math.max(BURST_NANOS, BURST_BYTES_MIN * 8 * SECOND / changed);
        }
    }

    public boolean isLimited() {
        return bitsPerSecond > 0;
    }

    /** What may pass at once when nothing has passed for a while. */
    long burstBytes() {
        return Math.max(BURST_BYTES_MIN, bitsPerSecond / 8 / (SECOND / BURST_NANOS));
    }

    /** Whether a frame may pass now. */
    public boolean isOpen(long nowNanos) {
        return bitsPerSecond == 0 || fullAtNanos - nowNanos < burstNanos;
    }

    /** A frame has passed, allowed or not. */
    public void take(int bytes, long nowNanos) {
        if (bitsPerSecond == 0) {
            return;
        }
        long parts = bytes * 8L * SECOND + remainder;
        fullAtNanos = Math.max(fullAtNanos, nowNanos) + parts / bitsPerSecond;
        remainder = parts % bitsPerSecond;
    }

    /** When to look again while it is not open; not after now while it is. */
    public long readyNanos(long nowNanos) {
        return isOpen(nowNanos) ? nowNanos : fullAtNanos - burstNanos + Math.min(QUANTUM_NANOS, burstNanos / 2);
    }
}
