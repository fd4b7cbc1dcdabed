package dev.weft.core.link;

import dev.weft.core.base.Prng;

/**
 * How long to wait before dialling again: 1 s, doubling to 60 s and staying there, each 20 % shorter or longer at
 * random so that nodes that lost the same peer do not come back in step. Never longer than 60 s. One per peer; used
 * by whoever dials.
 */
public final class Backoff {
    public static final long FIRST_NANOS = 1_000_000_000L;
    public static final long CAP_NANOS = 60 * FIRST_NANOS;

    private final Prng prng;
    private long nominalNanos = FIRST_NANOS;

    public Backoff(Prng prng) {
        this.prng = prng;
    }

    /** The wait after a failure. */
    public long nextDelayNanos() {
        long jitterNanos = nominalNanos / 5;
        long delayNanos = prng.between(nominalNanos - jitterNanos, Math.min(nominalNanos + jitterNanos, CAP_NANOS));
        nominalNanos = Math.min(2 * nominalNanos, CAP_NANOS);
        return delayNanos;
    }

    /** The next failure waits as if it were the first. */
    public void succeeded() {
        nominalNanos = FIRST_NANOS;
    }
}
