package dev.weft.core.wire;

import dev.weft.NodeId;

/**
 * The answer to a {@link Probe}, sent back along the way it came. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +---------------+----------------+---------+
 *   | number varint | responder (16) | hops u8 |   the links the probe crossed
 *   +---------------+----------------+---------+
 * </pre>
 */
public record ProbeReply(long number, NodeId responder, int hops) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.PROBE_REPLY;
    }

    public static ProbeReply decode(WireReader in) throws MalformedFrame {
        ProbeReply reply = new ProbeReply(in.varint("number"), in.nodeId("responder"), in.u8("hops"));
        in.expectEnd(FrameType.PROBE_REPLY);
        return reply;
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(number).nodeId(responder).u8(hops);
    }
}
