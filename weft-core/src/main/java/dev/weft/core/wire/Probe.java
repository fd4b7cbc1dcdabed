package dev.weft.core.wire;

/**
 * Asks a node for a sign of life over a source route. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +---------------+
 *   | number varint |   the origin's own number for the probe
 *   +---------------+
 * </pre>
 */
public record Probe(long number) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.PROBE;
    }

    public static Probe decode(WireReader in) throws MalformedFrame {
        Probe probe = new Probe(in.varint("number"));
        in.expectEnd(FrameType.PROBE);
        return probe;
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(number);
    }
}
