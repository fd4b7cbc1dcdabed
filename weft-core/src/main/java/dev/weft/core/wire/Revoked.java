package dev.weft.core.wire;

import dev.weft.Revocations;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * Which list of revocations the sender has, and the list itself where the receiver may lack it. Protobuf body.
 * <pre>
 *   1 list  bytes   0..24,742: a list as the authority has signed it; absent where its number alone is told
 *   2 next  varint  1..2^63-1: one more than the number of the newest list that the sender has, 1 where it has none
 * </pre>
 */
public record Revoked(ByteView list, long next) implements Frame {
    public static final int LIST_BYTES_MAX = Revocations.BYTES_MAX;

    public Revoked {
        Check.within("list bytes", list.length(), 0, LIST_BYTES_MAX);
        Check.within("next", next, 1, Long.MAX_VALUE);
    }

    public static Revoked decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        ByteView list = ByteView.EMPTY;
        long next = 0;
        while (proto.next()) {
            switch (proto.field()) {
                case 1 -> list = proto.bytes("list", LIST_BYTES_MAX);
                case 2 -> next = proto.number("next");
                default -> {}
            }
        }
        if (next == 0) {
            throw new MalformedFrame("next", "missing");
        }
        return new Revoked(list, next);
    }

    @Override
    public FrameType type() {
        return FrameType.REVOKED;
    }

    @Override
    public void encodeBody(WireWriter out) {
        new ProtoWriter(out).bytes(1, list).number(2, next);
    }
}
