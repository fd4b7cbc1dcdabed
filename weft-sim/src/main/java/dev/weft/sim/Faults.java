package dev.weft.sim;

import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;

/**
 * What the network does to frames. Probabilities are per million.
 *
 * @param delayNanos one way, the least
 * @param jitterNanos added at random, up to; frames overtake each other on datagram carriers
 * @param lossPerMillion frames lost (datagram carriers) or held up as by a retransmission (streams)
 * @param duplicatePerMillion frames that arrive twice (datagram carriers)
 * @param bitsPerSecond of each direction of a connection
 * @param queueBytes how much may wait in the carrier before it says stop
 */
record Faults(
        long delayNanos,
        long jitterNanos,
        int lossPerMillion,
        int duplicatePerMillion,
        long bitsPerSecond,
        int queueBytes) {
    static final Faults NONE = new Faults(200_000, 100_000, 0, 0, 1_000_000_000L, 4 << 20);

    Faults {
        Check.that(delayNanos >= 0 && jitterNanos >= 0, "a negative delay");
        Check.that(bitsPerSecond >= 64_000, "less than 64 kbit/s");
    }

    /** The same way, on which nothing goes wrong any more. */
    Faults calmed() {
        return new Faults(delayNanos, jitterNanos, 0, 0, NONE.bitsPerSecond, NONE.queueBytes);
    }

    /** Ranges after the swarm tests of the field: loss 0–30 %, duplication 0–20 %, delay 0.1–30 ms, jitter 0–20 ms. */
    static Faults drawn(Prng prng) {
        return new Faults(
                prng.between(100_000, 30_000_000),
                prng.between(0, 20_000_000),
                prng.chance(300_000) ? 0 : (int) prng.between(0, 300_000),
                prng.chance(300_000) ? 0 : (int) prng.between(0, 200_000),
                prng.chance(500_000) ? 1_000_000_000L : prng.between(2_000_000, 100_000_000),
                (int) prng.between(256 << 10, 4 << 20));
    }
}
