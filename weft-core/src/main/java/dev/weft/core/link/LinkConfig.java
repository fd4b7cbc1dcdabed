package dev.weft.core.link;

import dev.weft.core.base.Check;
import dev.weft.core.wire.Hello;

/**
 * The timing and size limits of links, as this node wants them; {@link LinkTerms} holds what was agreed with a peer.
 * Start from a preset and change it with the {@code withX} methods.
 *
 * @param heartbeatNanos between two Pings; whole milliseconds, 50 ms to 10 min
 * @param deadNanos unanswered for so long a link is given up; at least 2.5 heartbeats, so that two lost Pings in a row
 *     cost no link
 * @param handshakeNanos a connection that is not up after so long is closed
 * @param helloRepeatNanos between two Hellos; at most a third of {@code handshakeNanos}, so that two may be lost
 * @param frameBytesMax the longest frame this node takes, in bytes; at most 1 MiB, which is what a carrier takes
 */
public record LinkConfig(
        long heartbeatNanos, long deadNanos, long handshakeNanos, long helloRepeatNanos, int frameBytesMax) {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    /** No carrier takes a frame that is longer. */
    public static final int CARRIED_BYTES_MAX = 1 << 20;

    /** Between networks of one site. */
    public static final LinkConfig LAN = new LinkConfig(SECOND, deadAfter(SECOND), 10 * SECOND, SECOND, 1 << 20);

    /** Across the Internet. */
    public static final LinkConfig WAN = LAN.withHeartbeatNanos(5 * SECOND).withFrameBytesMax(256 << 10);

    public LinkConfig {
        Check.within(
                "heartbeatNanos",
                heartbeatNanos,
                Hello.HEARTBEAT_MILLIS_MIN * MILLI,
                Hello.HEARTBEAT_MILLIS_MAX * MILLI);
        if (heartbeatNanos % MILLI != 0) {
            throw new IllegalArgumentException("heartbeatNanos=" + heartbeatNanos + " must be whole milliseconds");
        }
        Check.within("deadNanos", deadNanos, heartbeatNanos / 2 * 5, 3_600 * SECOND);
        Check.within("handshakeNanos", handshakeNanos, 100 * MILLI, 600 * SECOND);
        Check.within("helloRepeatNanos", helloRepeatNanos, 10 * MILLI, handshakeNanos / 3);
        Check.within("frameBytesMax", frameBytesMax, Hello.FRAME_BYTES_MIN, CARRIED_BYTES_MAX);
    }

    /** 3.5 heartbeats. */
    static long deadAfter(long heartbeatNanos) {
        return heartbeatNanos / 2 * 7;
    }

    /** Also sets {@code deadNanos} to 3.5 of them. */
    public LinkConfig withHeartbeatNanos(long nanos) {
        return new LinkConfig(nanos, deadAfter(nanos), handshakeNanos, helloRepeatNanos, frameBytesMax);
    }

    public LinkConfig withDeadNanos(long nanos) {
        return new LinkConfig(heartbeatNanos, nanos, handshakeNanos, helloRepeatNanos, frameBytesMax);
    }

    public LinkConfig withHandshakeNanos(long nanos) {
        return new LinkConfig(heartbeatNanos, deadNanos, nanos, Math.min(helloRepeatNanos, nanos / 3), frameBytesMax);
    }

    public LinkConfig withFrameBytesMax(int bytes) {
        return new LinkConfig(heartbeatNanos, deadNanos, handshakeNanos, helloRepeatNanos, bytes);
    }

    int heartbeatMillis() {
        return (int) (heartbeatNanos / MILLI);
    }
}
