package dev.weft;

import java.time.Duration;

/**
 * How a message is to be sent. Immutable.
 *
 * @param kind the guarantees; the endpoint must be of the same kind
 * @param timeout after which the send is given up: 1 ms to 1 hour
 * @param priority 0, the lowest, to 7; on a busy link each gets half as much again as the one below it
 * @param whenFull what the send does where there is no room
 * @param retriesMax how often what seems lost is sent again: 0 to 1,000,000, which means until the timeout
 * @param routing which way
 * @param secrecy who may read along
 */
public record SendOptions(
        SocketKind kind,
        Duration timeout,
        int priority,
        WhenFull whenFull,
        int retriesMax,
        Routing routing,
        Secrecy secrecy) {
    /** The priority of what does not say its own. */
    public static final int PRIORITY_DEFAULT = 3;

    /** As many retries as the timeout leaves time for. */
    public static final int RETRIES_UNBOUNDED = 1_000_000;

    // Before the presets, which are checked against them.
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Reliable, given up after 30 s. */
    public static final SendOptions RDM = new SendOptions(SocketKind.RDM, Duration.ofSeconds(30));

    /** One try; its outcome is unknown where no acknowledgement came within 5 s. */
    public static final SendOptions DGRAM = new SendOptions(SocketKind.DGRAM, Duration.ofSeconds(5));

    public SendOptions(SocketKind kind, Duration timeout) {
        this(kind, timeout, PRIORITY_DEFAULT, WhenFull.WAIT, RETRIES_UNBOUNDED, Routing.BEST, Secrecy.BY_POLICY);
    }

    public SendOptions {
        if (kind.isConnected()) {
            throw new IllegalArgumentException(kind + " sends over a connection: see Mesh.connect");
        }
        requireTimeout("send", timeout);
        requirePriority(priority);
        requireRetries(retriesMax);
    }

    static void requireRetries(int retriesMax) {
        if (retriesMax < 0 || retriesMax > RETRIES_UNBOUNDED) {
            throw new IllegalArgumentException("retries=" + retriesMax + " must be from 0 to " + RETRIES_UNBOUNDED);
        }
    }

    static void requireTimeout(String what, Duration timeout) {
        if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + " timeout " + timeout + " must be from 1 ms to 1 hour");
        }
    }

    static void requirePriority(int priority) {
        if (priority < 0 || priority > 7) {
            throw new IllegalArgumentException("priority=" + priority + " must be from 0 to 7");
        }
    }

    public SendOptions withTimeout(Duration longest) {
        return new SendOptions(kind, longest, priority, whenFull, retriesMax, routing, secrecy);
    }

    public SendOptions withPriority(int other) {
        return new SendOptions(kind, timeout, other, whenFull, retriesMax, routing, secrecy);
    }

    public SendOptions withWhenFull(WhenFull other) {
        return new SendOptions(kind, timeout, priority, other, retriesMax, routing, secrecy);
    }

    public SendOptions withRetries(int most) {
        return new SendOptions(kind, timeout, priority, whenFull, most, routing, secrecy);
    }

    public SendOptions withRouting(Routing other) {
        return new SendOptions(kind, timeout, priority, whenFull, retriesMax, other, secrecy);
    }

    public SendOptions withSecrecy(Secrecy other) {
        return new SendOptions(kind, timeout, priority, whenFull, retriesMax, routing, other);
    }
}
