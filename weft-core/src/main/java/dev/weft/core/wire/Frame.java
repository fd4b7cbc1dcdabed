package dev.weft.core.wire;

import dev.weft.core.base.ByteView;

/** Anything that travels over a link as one unit: a type byte and a body. Every instance can be encoded. */
public interface Frame {
    FrameType type();

    void encodeBody(WireWriter out);

    /** About how many bytes the body takes, so that room for it is made once. */
    default int bodyBytesAbout() {
        return 128;
    }

    /** The same without payloads that {@link #encodeInPieces} leaves where they lie. */
    default int laidBytesAbout() {
        return bodyBytesAbout();
    }

    /** As {@link #encode}, with large payloads where they lie. */
    default EncodedFrame encodeInPieces() {
        WireWriter out = WireWriter.inPieces(1 + laidBytesAbout());
        out.u8(type().code());
        encodeBody(out);
        return out.encoded();
    }

    /** The type byte and the body, without the length that stream transports put before it. */
    default ByteView encode() {
        WireWriter out = new WireWriter(1 + bodyBytesAbout());
        out.u8(type().code());
        encodeBody(out);
        return out.taken();
    }
}
