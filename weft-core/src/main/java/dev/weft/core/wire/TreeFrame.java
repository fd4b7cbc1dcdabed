package dev.weft.core.wire;

import dev.weft.core.base.ByteView;

/**
 * A frame for many as it lies on a link: type byte, {@link TreeHeader}, body. A relay reads the header alone and passes
 * the body on unparsed, a copy along each branch.
 */
public record TreeFrame(FrameType type, TreeHeader header, ByteView body) implements Frame {
    /** Reads what follows the type byte. */
    public static TreeFrame decode(FrameType type, WireReader in) throws MalformedFrame {
        return new TreeFrame(type, TreeHeader.decode(in), in.rest());
    }

    /** What a frame for many is beside its header: encoded once, for all copies share it. */
    public static ByteView bodyOf(Frame frame) {
        WireWriter out = new WireWriter(frame.bodyBytesAbout());
        frame.encodeBody(out);
        return out.taken();
    }

    public TreeFrame along(TreeHeader.Branch branch, int arrivalLabel) {
        return new TreeFrame(type, header.forwarded(branch, arrivalLabel), body);
    }

    /** The same frame, to say that it has met congestion. */
    public TreeFrame marked() {
        return new TreeFrame(type, header.marked(), body);
    }

    @Override
    public int bodyBytesAbout() {
        return 128 + body.length();
    }

    @Override
    public int laidBytesAbout() {
        return bodyBytesAbout() - WireWriter.bytesApart(body);
    }

    @Override
    public void encodeBody(WireWriter out) {
        header.encode(out);
        out.bytes(body);
    }
}
