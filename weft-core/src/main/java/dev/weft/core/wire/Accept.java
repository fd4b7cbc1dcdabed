package dev.weft.core.wire;

import dev.weft.core.base.Check;

/**
 * The sender takes the receiver's Hello. Sent once the Hello was accepted and again for every repetition of it, for
 * the first one may have been lost. Protobuf body.
 * <pre>
 *   1 instance  varint  64 bits, not 0: the instance of the Hello that is accepted
 *   2 version   varint  1..65535: the one both ends speak from now on
 * </pre>
 */
public record Accept(long instance, int version) implements Frame {
    public Accept {
        if (instance == 0) {
            throw new IllegalArgumentException("instance must not be 0");
        }
        Check.within("version", version, 1, VersionRange.VERSION_MAX);
    }

    public static Accept decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        long instance = 0;
        int version = 0;
        while (proto.next()) {
            switch (proto.field()) {
                case 1 -> instance = proto.number64("instance");
                case 2 -> version = proto.numberWithin("version", 1, VersionRange.VERSION_MAX);
                default -> {}
            }
        }
        try {
            return new Accept(instance, version);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("ACCEPT", e);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.ACCEPT;
    }

    @Override
    public void encodeBody(WireWriter out) {
        new ProtoWriter(out).number(1, instance).number(2, version);
    }
}
