package dev.weft;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a node holds at most, and how fast it speaks: each bound by its name in configuration, with what holds where
 * nothing is said. What happens at each of them is in {@code docs/guarantees.md}.
 */
public enum Limit {
    /** Nodes remembered that there is no link to; those that only beacons told of make room. */
    PEERS("peers", 4_096, 16, 1_000_000),
    /** Neighbors; a node beyond is refused and told so. */
    LINKS("links", 1_024, 1, 1_024),
    /** Open endpoints and listeners; opening another fails. */
    ENDPOINTS("endpoints", 65_536, 1, 65_536),
    /** Flows to other nodes, and as many from them: one for each endpoint, kind and manner of sending. */
    FLOWS("flows", 65_536, 1, 1_000_000),
    /** Connections of SEQPACKET and STREAM; whoever connects beyond is refused. */
    CONNECTIONS("connections", 16_384, 1, 1_000_000),
    /** Connections accepted and not yet taken by the application, for each listener. */
    BACKLOG("backlog", 128, 1, 65_536),
    /** Bytes of sends without an outcome to one endpoint, by kind and priority; a sender beyond waits or is refused. */
    FLOW_BYTES("flow-bytes", 16L << 20, 64L << 10, 4L << 30),
    /** Bytes that a connection has received and the application has not; the writer beyond waits. */
    CONNECTION_BYTES("connection-bytes", 4L << 20, 64L << 10, 1L << 30),
    /** Bytes that an endpoint has received and the application has not; a sender beyond waits or is refused. */
    ENDPOINT_BYTES("endpoint-bytes", 16L << 20, 64L << 10, 1L << 30),
    /**
     * Bytes of all sends of this node without an outcome; a sender waits, or is refused, 16 MiB before, and of the
     * default priority or below at five sixths of that.
     */
    SENT_BYTES("sent-bytes", 64L << 20, 32L << 20, 4L << 30),
    /** Bytes that all endpoints and connections have received and the application has not. */
    RECEIVED_BYTES("received-bytes", 256L << 20, 1L << 20, 64L << 30),
    /** Advertisements kept of all nodes, two to four a node; those of nodes beyond are not kept. */
    TOPOLOGY_ENTRIES("topology-entries", 100_000, 16, 10_000_000),
    /** Flows to many from this node; eight times as many to it. A send beyond is rejected, unless one has nothing to do. */
    GROUP_FLOWS("group-flows", 1_024, 1, 65_536),
    /** Nodes that a message for many may be for; a send to more is rejected. */
    GROUP_MEMBERS("group-members", 16_384, 1, 65_536),
    /** Bytes of messages for many that have come and are not delivered yet; what is beyond is asked for again. */
    GROUP_BYTES("group-bytes", 64L << 20, 1L << 20, 4L << 30),
    /** What this node sends at most over all its links, in bits per second; 0 for no bound. */
    SEND_RATE("send-bits-per-second", 0, 0, Rates.BITS_PER_SECOND_MAX),
    /** What this node takes at most from all its links, in bits per second; 0 for no bound. */
    RECEIVE_RATE("receive-bits-per-second", 0, 0, Rates.BITS_PER_SECOND_MAX),
    /** What this node sends at most over each link, in bits per second; 0 for no bound. */
    LINK_SEND_RATE("link-send-bits-per-second", 0, 0, Rates.BITS_PER_SECOND_MAX);

    /** Bounds of this enum's rates, which its constants cannot refer to otherwise. */
    private static final class Rates {
        private static final long BITS_PER_SECOND_MAX = 1_000_000_000_000L;
    }

    private final String key;
    private final long fallback;
    private final long min;
    private final long max;

    Limit(String key, long fallback, long min, long max) {
        this.key = key;
        this.fallback = fallback;
        this.min = min;
        this.max = max;
    }

    /** Its name in configuration. */
    public String key() {
        return key;
    }

    /** What holds where nothing is said. */
    public long fallback() {
        return fallback;
    }

    public static Optional<Limit> ofKey(String key) {
        return Arrays.stream(values()).filter(limit -> limit.key.equals(key)).findFirst();
    }

    /** @throws IllegalArgumentException if the value is not one that this limit may have; says which it may */
    public void require(long value) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + "=" + value + " must be from " + min + " to " + max);
        }
    }
}
