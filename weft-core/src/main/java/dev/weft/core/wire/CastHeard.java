package dev.weft.core.wire;

import dev.weft.core.base.Check;

/**
 * What the sender has heard of the receiver's {@link Cast}s since their link is up. Over that link. Protobuf body.
 * <pre>
 *   1 highest  varint  1..2^63-1: the highest number heard
 *   2 count    varint  1..highest: how many were heard, each number once
 * </pre>
 */
public record CastHeard(long highest, long count) implements Frame {
    public CastHeard {
        Check.within("highest", highest, 1, Long.MAX_VALUE);
        Check.within("count", count, 1, highest);
    }

    public static CastHeard decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        long highest = 0;
        long count = 0;
        while (proto.next()) {
            switch (proto.field()) {
                case 1 -> highest = proto.number("highest");
                case 2 -> count = proto.number("count");
                default -> {}
            }
        }
        if (count < 1 || highest < count) {
            throw new MalformedFrame("count", count + " of " + highest);
        }
        return new CastHeard(highest, count);
    }

    @Override
    public FrameType type() {
        return FrameType.CAST_HEARD;
    }

    @Override
    public void encodeBody(WireWriter out) {
        new ProtoWriter(out).number(1, highest).number(2, count);
    }
}
