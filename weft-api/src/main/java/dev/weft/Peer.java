package dev.weft;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What this node knows of a node of the mesh, itself included, at one moment.
 *
 * @param id its identity
 * @param name for people; need not be unique
 * @param hostId equal for the nodes of one host, 32 hexadecimal digits
 * @param incarnation which life of the node, from 1
 * @param locators where it says it can be reached
 * @param groups the groups it is a member of, apart from {@code ""}, in which everyone is
 * @param tags its labels
 * @param attributes its named values
 * @param bandwidth its receive and send rate as it advertises them: those it was configured with and keeps; where there
 *     are none, the highest that it was seen to pass over 10 s in the last ten minutes, as a power of two; 0 below
 *     1 Mbit/s, and where it says nothing
 * @param roundTrip the measured or, over several links, the summed round trip; empty while it is not known
 * @param hops links on the way to it: 0 for this node itself; empty where there is no way
 */
public record Peer(
        NodeId id,
        String name,
        String hostId,
        long incarnation,
        List<Locator> locators,
        List<String> groups,
        List<String> tags,
        Map<String, String> attributes,
        Bandwidth bandwidth,
        Optional<Duration> roundTrip,
        OptionalInt hops) {
    /** Rates in bits per second; 0 where the node does not say. */
    public record Bandwidth(long receiveBitsPerSecond, long sendBitsPerSecond) {
        public static final Bandwidth UNKNOWN = new Bandwidth(0, 0);
    }
}
