package dev.weft.core.wire;

import dev.weft.core.base.Check;

/**
 * The answer to a {@link Ping}, with the four stamps of RFC 5905 but for the last, which the receiver adds. Protobuf
 * body.
 * <pre>
 *   1 ping clock      varint  0..2^63-1 nanoseconds: copied from the Ping, clock of the receiver of this frame
 *   2 received clock  varint  0..2^63-1 nanoseconds: when the Ping came in, clock of the sender
 *   3 sent clock      varint  received clock..2^63-1 nanoseconds: when this answer went out, clock of the sender
 *   4 seq             varint  1..2^63-1: copied from the Ping
 * </pre>
 */
public record Pong(long seq, long pingClockNanos, long receivedClockNanos, long sentClockNanos) implements Frame {
    public Pong {
        Check.within("seq", seq, 1, Long.MAX_VALUE);
        Check.within("pingClockNanos", pingClockNanos, 0, Long.MAX_VALUE);
        Check.within("receivedClockNanos", receivedClockNanos, 0, Long.MAX_VALUE);
        Check.within("sentClockNanos", sentClockNanos, receivedClockNanos, Long.MAX_VALUE);
    }

    /** The answer of a node whose clock read {@code clockNanos} when the Ping came in and still does. */
    public static Pong answering(Ping ping, long clockNanos) {
        return new Pong(ping.seq(), ping.clockNanos(), clockNanos, clockNanos);
    }

    public static Pong decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        long pingClockNanos = 0;
        long receivedClockNanos = 0;
        long sentClockNanos = 0;
        long seq = 0;
        while (proto.next()) {
            switch (proto.field()) {
                case 1 -> pingClockNanos = proto.number("ping clock");
                case 2 -> receivedClockNanos = proto.number("received clock");
                case 3 -> sentClockNanos = proto.number("sent clock");
                case 4 -> seq = proto.number("seq");
                default -> {}
            }
        }
        try {
            return new Pong(seq, pingClockNanos, receivedClockNanos, sentClockNanos);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("PONG", e);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.PONG;
    }

    @Override
    public void encodeBody(WireWriter out) {
        new ProtoWriter(out)
                .number(1, pingClockNanos)
                .number(2, receivedClockNanos)
                .number(3, sentClockNanos)
                .number(4, seq);
    }
}
