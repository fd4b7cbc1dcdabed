package dev.weft.core.topology;

import dev.weft.core.base.Check;

/**
 * Limits and timing of link state. Immutable; every instance is valid.
 *
 * @param maxAgeSeconds after which an advertisement that was not refreshed is dropped: 60 to 86,400
 * @param refreshNanos how often a node repeats its own; at most a third of the greatest age
 * @param entriesMax the most advertisements kept: 16 to 10,000,000
 * @param bytesMax the most bytes of them
 * @param retransmitNanos how long an advertisement may stay unacknowledged
 */
public record TopologyConfig(
        int maxAgeSeconds, long refreshNanos, int entriesMax, long bytesMax, long retransmitNanos) {
    public static final TopologyConfig DEFAULT =
            new TopologyConfig(3_600, 1_200_000_000_000L, 100_000, 256L << 20, 1_000_000_000L);

    public TopologyConfig withEntriesMax(int changed) {
        return new TopologyConfig(maxAgeSeconds, refreshNanos, changed, bytesMax, retransmitNanos);
    }

    public TopologyConfig {
        Check.within("topology.max-age-seconds", maxAgeSeconds, 60, 86_400);
        Check.within("topology.refresh", refreshNanos, 1_000_000_000L, maxAgeSeconds * 1_000_000_000L / 3);
        Check.within("topology.entries-max", entriesMax, 16, 10_000_000);
        Check.within("topology.bytes-max", bytesMax, 1 << 20, 16L << 30);
        Check.within("topology.retransmit", retransmitNanos, 10_000_000L, 60_000_000_000L);
    }
}
