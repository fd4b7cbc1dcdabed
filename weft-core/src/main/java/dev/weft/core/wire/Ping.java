package dev.weft.core.wire;

import dev.weft.core.base.Check;

/**
 * A sign of life that asks for one. Answered at once with a {@link Pong}. Protobuf body.
 * <pre>
 *   1 clock      varint  0..2^63-1 nanoseconds: the sender's clock at sending
 *   2 lsdb hash  varint  64 bits: of the sender's link-state database
 *   3 wanted     varint  1 the sender wants this link, 2 it could do without
 *   4 seq        varint  1..2^63-1, one more for each Ping of this link
 *   5 push       varint  1 the sender wants news at once, 2 others are to tell it
 * </pre>
 */
public record Ping(long seq, long clockNanos, long lsdbHash, Interest wanted, Push push) implements Frame {
    public Ping {
        Check.within("seq", seq, 1, Long.MAX_VALUE);
        Check.within("clockNanos", clockNanos, 0, Long.MAX_VALUE);
    }

    public static Ping decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        long clockNanos = 0;
        long lsdbHash = 0;
        int wanted = 0;
        long seq = 0;
        int push = 0;
        while (proto.next()) {
            switch (proto.field()) {
                case 1 -> clockNanos = proto.number("clock");
                case 2 -> lsdbHash = proto.number64("lsdb hash");
                case 3 -> wanted = proto.numberWithin("wanted", Interest.WANTED.code(), Interest.UNWANTED.code());
                case 4 -> seq = proto.number("seq");
                case 5 -> push = proto.numberWithin("push", Push.EAGER.code(), Push.LAZY.code());
                default -> {}
            }
        }
        if (wanted == 0) {
            throw new MalformedFrame("wanted", "missing");
        }
        if (push == 0) {
            throw new MalformedFrame("push", "missing");
        }
        try {
            return new Ping(seq, clockNanos, lsdbHash, Interest.ofCode(wanted), Push.ofCode(push));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("PING", e);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.PING;
    }

    @Override
    public void encodeBody(WireWriter out) {
        new ProtoWriter(out)
                .number(1, clockNanos)
                .number(2, lsdbHash)
                .number(3, wanted.code())
                .number(4, seq)
                .number(5, push.code());
    }
}
