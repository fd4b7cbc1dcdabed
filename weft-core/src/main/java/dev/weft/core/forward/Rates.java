package dev.weft.core.forward;

import dev.weft.core.base.Check;

/**
 * How fast a node may speak and be spoken to, in bits per second of whole frames; 0 for as fast as it goes. Data waits
 * for its turn; heartbeats and control are counted and never wait.
 *
 * @param receive from all links together
 * @param send over all links together
 * @param linkSend over each link
 */
public record Rates(long receive, long send, long linkSend) {
    public static final long BITS_PER_SECOND_MAX = 1_000_000_000_000L;
    public static final Rates UNLIMITED = new Rates(0, 0, 0);

    public Rates {
        Check.within("receive-bits-per-second", receive, 0, BITS_PER_SECOND_MAX);
        Check.within("send-bits-per-second", send, 0, BITS_PER_SECOND_MAX);
        Check.within("link-send-bits-per-second", linkSend, 0, BITS_PER_SECOND_MAX);
    }

    /** The lower of two rates, where 0 is none. */
    public static long lower(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }
}
