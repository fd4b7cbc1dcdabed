package dev.weft.core.wire;

import dev.weft.core.base.ByteView;

/** Anything that travels over a link as one unit: a type byte and a body. Every instance can be encoded. */
public interface Frame {
    FrameType type();

    void encodeBody(WireWriter out);

    /** The type byte and the body, without the length that stream transports put before it. */
    default ByteView encode() {
        WireWriter out = new WireWriter();
        out.u8(type().code());
        encodeBody(out);
        return out.view();
    }
}
