package dev.weft;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * How a message for many is to be sent. Immutable.
 *
 * @param kind DGRAM (tried once), RDM (reliable), or SEQPACKET (reliable, in the order of this sender)
 * @param timeout after which the send is given up for members that have not answered: 1 ms to 1 hour
 * @param endpoint the endpoint at each node, of kind DGRAM for DGRAM and of kind RDM for the others; empty for the inboxes of those who have joined
 * @param hearing whether this node hears its own message where it is a member
 * @param priority 0, the lowest, to 7; on a busy link each gets half as much again as the one below it
 * @param whenFull what the send does where there is no room: on this node, or at a member that would have it wait
 * @param retriesMax how often what seems lost is sent to a member again: 0 to 1,000,000, which means until the timeout
 * @param routing {@link Routing#BEST}, or around nodes: the delivery tree leads through none of them, and a member that
 *     can then not be reached gets the outcome undeliverable (no route). No other mode is for messages for many
 * @param secrecy who may read along
 */
public record GroupSendOptions(
        SocketKind kind,
        Duration timeout,
        String endpoint,
        Hearing hearing,
        int priority,
        WhenFull whenFull,
        int retriesMax,
        Routing routing,
        Secrecy secrecy) {
    /** Whether a sender hears itself. */
    public enum Hearing {
        OTHERS_ONLY,
        ITSELF_TOO
    }

    /** Reliable to all others, given up after 30 s. */
    public static final GroupSendOptions RDM =
            new GroupSendOptions(SocketKind.RDM, Duration.ofSeconds(30), "", Hearing.OTHERS_ONLY);

    /** Reliable and in order to all others, given up after 30 s. */
    public static final GroupSendOptions SEQPACKET =
            new GroupSendOptions(SocketKind.SEQPACKET, Duration.ofSeconds(30), "", Hearing.OTHERS_ONLY);

    /** One try to all others; the outcome is unknown for those who have not answered within 5 s. */
    public static final GroupSendOptions DGRAM =
            new GroupSendOptions(SocketKind.DGRAM, Duration.ofSeconds(5), "", Hearing.OTHERS_ONLY);

    private static final int ENDPOINT_BYTES_MAX = 128;

    /** Of no particular priority, waiting for room. */
    public GroupSendOptions(SocketKind kind, Duration timeout, String endpoint, Hearing hearing) {
        this(
                kind,
                timeout,
                endpoint,
                hearing,
                SendOptions.PRIORITY_DEFAULT,
                WhenFull.WAIT,
                SendOptions.RETRIES_UNBOUNDED,
                Routing.BEST,
                Secrecy.BY_POLICY);
    }

    public GroupSendOptions {
        if (kind == SocketKind.STREAM) {
            throw new IllegalArgumentException("a stream has two ends; messages for many are DGRAM, RDM or SEQPACKET");
        }
        SendOptions.requireTimeout("send", timeout);
        SendOptions.requirePriority(priority);
        SendOptions.requireRetries(retriesMax);
        if (routing.mode() != Routing.Mode.BEST) {
            throw new IllegalArgumentException(
                    "routing " + routing.mode() + " is for one destination; messages for many go along a delivery tree,"
                            + " which may avoid nodes: Routing.BEST or Routing.BEST.avoiding(...)");
        }
        if (endpoint.getBytes(StandardCharsets.UTF_8).length > ENDPOINT_BYTES_MAX) {
            throw new IllegalArgumentException("an endpoint's name has at most " + ENDPOINT_BYTES_MAX + " bytes");
        }
    }

    public GroupSendOptions withTimeout(Duration longest) {
        return new GroupSendOptions(kind, longest, endpoint, hearing, priority, whenFull, retriesMax, routing, secrecy);
    }

    public GroupSendOptions withEndpoint(String name) {
        return new GroupSendOptions(kind, timeout, name, hearing, priority, whenFull, retriesMax, routing, secrecy);
    }

    public GroupSendOptions withHearing(Hearing changed) {
        return new GroupSendOptions(kind, timeout, endpoint, changed, priority, whenFull, retriesMax, routing, secrecy);
    }

    public GroupSendOptions withPriority(int other) {
        return new GroupSendOptions(kind, timeout, endpoint, hearing, other, whenFull, retriesMax, routing, secrecy);
    }

    public GroupSendOptions withWhenFull(WhenFull other) {
        return new GroupSendOptions(kind, timeout, endpoint, hearing, priority, other, retriesMax, routing, secrecy);
    }

    public GroupSendOptions withRetries(int most) {
        return new GroupSendOptions(kind, timeout, endpoint, hearing, priority, whenFull, most, routing, secrecy);
    }

    /** @throws IllegalArgumentException unless it is the best way, around nodes or not */
    public GroupSendOptions withRouting(Routing other) {
        return new GroupSendOptions(kind, timeout, endpoint, hearing, priority, whenFull, retriesMax, other, secrecy);
    }

    public GroupSendOptions withSecrecy(Secrecy other) {
        return new GroupSendOptions(kind, timeout, endpoint, hearing, priority, whenFull, retriesMax, routing, other);
    }
}
