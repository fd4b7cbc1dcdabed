package dev.weft.core.wire;

/**
 * The origin has nothing undecided below a sequence number: the destination stops waiting for what is missing there.
 * Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +----------+--------------+
 *   | flow ref | floor varint |
 *   +----------+--------------+
 * </pre>
 */
public record Advance(FlowRef flow, long floor) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.ADVANCE;
    }

    public static Advance decode(WireReader in) throws MalformedFrame {
        Advance advance = new Advance(FlowRef.decode(in), in.varint("floor"));
        in.expectEnd(FrameType.ADVANCE);
        return advance;
    }

    @Override
    public void encodeBody(WireWriter out) {
        flow.encode(out);
        out.varint(floor);
    }
}
