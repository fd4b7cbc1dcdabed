package dev.weft.core.link;

import dev.weft.core.wire.Hello;

/**
 * What holds on a link that is up.
 *
 * @param peer what the node at the other end says of itself; its {@code observed} locator is where it sees us
 * @param version the highest that both speak
 * @param capabilities those that both have
 * @param heartbeatNanos the longer of both ends' intervals: neither is asked for more than it agreed to, and neither
 *     takes the other for dead at a pace that it does not keep
 * @param deadNanos unanswered for so long the link is given up: 3.5 agreed heartbeats, or our own configured limit
 *     where that is longer
 * @param frameBytesMax the smaller of both ends' limits; nothing longer is sent
 */
public record LinkTerms(
        Hello peer, int version, long capabilities, long heartbeatNanos, long deadNanos, int frameBytesMax) {
    static LinkTerms agreed(LinkConfig config, LocalNode self, Hello peer) {
        long heartbeatNanos = Math.max(config.heartbeatNanos(), peer.heartbeatMillis() * 1_000_000L);
        return new LinkTerms(
                peer,
                self.versions().highestCommon(peer.versions()).orElseThrow(),
                self.capabilities() & peer.capabilities(),
                heartbeatNanos,
                Math.max(config.deadNanos(), LinkConfig.deadAfter(heartbeatNanos)),
                Math.min(config.frameBytesMax(), peer.frameBytesMax()));
    }
}
