package dev.weft;

import java.time.Duration;

/**
 * How a message is to be sent. Immutable.
 *
 * @param kind the guarantees; the endpoint must be of the same kind
 * @param timeout after which the send is given up: 1 ms to 1 hour
 */
public record SendOptions(SocketKind kind, Duration timeout) {
    // Before the presets, which are checked against them.
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Reliable, given up after 30 s. */
    public static final SendOptions RDM = new SendOptions(SocketKind.RDM, Duration.ofSeconds(30));

    /** One try; its outcome is unknown where no acknowledgement came within 5 s. */
    public static final SendOptions DGRAM = new SendOptions(SocketKind.DGRAM, Duration.ofSeconds(5));

    public SendOptions {
        if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("send timeout " + timeout + " must be from 1 ms to 1 hour");
        }
    }

    public SendOptions withTimeout(Duration longest) {
        return new SendOptions(kind, longest);
    }
}
