package dev.weft.core.wire;

import dev.weft.NodeId;

/**
 * The destination does not have the flow that a frame spoke of: it lives another life, or has forgotten the handle.
 * Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +-------------------+-------------+----------+
 *   | destination (16)  | incarnation | flow ref |
 *   +-------------------+-------------+----------+
 * </pre>
 *
 * @param destination the node that answers
 * @param incarnation its present life
 * @param flow as the frame named it
 */
public record Reset(NodeId destination, long incarnation, FlowRef flow) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.RESET;
    }

    public static Reset decode(WireReader in) throws MalformedFrame {
        Reset reset = new Reset(in.nodeId("destination"), in.varint("incarnation"), FlowRef.decode(in));
        in.expectEnd(FrameType.RESET);
        return reset;
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.nodeId(destination).varint(incarnation);
        flow.encode(out);
    }
}
