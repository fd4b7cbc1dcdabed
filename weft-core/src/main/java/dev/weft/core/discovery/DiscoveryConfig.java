package dev.weft.core.discovery;

import dev.weft.core.base.Check;

/**
 * Timing and limits of discovery. Immutable; every instance is valid.
 *
 * @param ttlSeconds how long a node that only beacons tell of is remembered in silence: 60 to 86,400
 * @param beaconMinNanos the shortest interval between beacons; each node draws one for good
 * @param beaconMaxNanos the longest
 * @param discoveryPauseNanos between two questions to all
 * @param peersMax the most nodes remembered
 * @param attemptNanos how long one dial may take
 */
public record DiscoveryConfig(
        int ttlSeconds,
        long beaconMinNanos,
        long beaconMaxNanos,
        long discoveryPauseNanos,
        int peersMax,
        long attemptNanos) {
    public static final DiscoveryConfig DEFAULT =
            new DiscoveryConfig(600, 110_000_000_000L, 140_000_000_000L, 30_000_000_000L, 4_096, 5_000_000_000L);

    public DiscoveryConfig withPeersMax(int changed) {
        return new DiscoveryConfig(
                ttlSeconds, beaconMinNanos, beaconMaxNanos, discoveryPauseNanos, changed, attemptNanos);
    }

    public DiscoveryConfig {
        Check.within("discovery.ttl-seconds", ttlSeconds, 60, 86_400);
        Check.within("discovery.beacon-min", beaconMinNanos, 1_000_000_000L, beaconMaxNanos);
        Check.within("discovery.pause", discoveryPauseNanos, 1_000_000_000L, 3_600_000_000_000L);
        Check.within("discovery.peers-max", peersMax, 16, 1_000_000);
        Check.within("discovery.attempt", attemptNanos, 100_000_000L, 60_000_000_000L);
    }
}
