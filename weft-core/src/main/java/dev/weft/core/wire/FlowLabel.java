package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.Check;

/**
 * Names a flow at full length, as the origin does until the destination has given it a handle.
 * <pre>
 *   +--------------------+-------------+-------------+--------------------+-------------+------+------------------+
 *   | origin node id (16)| origin      | flow number | destination id (16)| destination | kind | endpoint         |
 *   |                    | incarnation |             |                    | incarnation |  u8  | varint + UTF-8   |
 *   +--------------------+-------------+-------------+--------------------+-------------+------+------------------+
 * </pre>
 *
 * @param origin the sending node
 * @param originIncarnation which life of it
 * @param number the origin's number for the flow, never used twice in that life
 * @param destination the receiving node
 * @param destinationIncarnation which life of it the flow is bound to
 * @param kind the guarantees
 * @param endpoint 1 to 128 bytes of UTF-8
 */
public record FlowLabel(
        NodeId origin,
        long originIncarnation,
        long number,
        NodeId destination,
        long destinationIncarnation,
        SocketKind kind,
        String endpoint) {
    /** The longest endpoint name, in bytes of UTF-8. */
    public static final int ENDPOINT_BYTES_MAX = 128;

    private static final SocketKind[] KINDS = SocketKind.values();

    public FlowLabel {
        Check.that(!endpoint.isEmpty(), "an endpoint without a name");
    }

    static FlowLabel decode(WireReader in) throws MalformedFrame {
        NodeId origin = in.nodeId("origin");
        long originIncarnation = in.varint("origin incarnation");
        long number = in.varint("flow number");
        NodeId destination = in.nodeId("destination");
        long destinationIncarnation = in.varint("destination incarnation");
        int kind = in.u8("kind");
        if (kind >= KINDS.length) {
            throw new MalformedFrame("kind", "unknown code " + kind);
        }
        String endpoint = in.text("endpoint", ENDPOINT_BYTES_MAX);
        if (endpoint.isEmpty()) {
            throw new MalformedFrame("endpoint", "empty");
        }
        return new FlowLabel(
                origin, originIncarnation, number, destination, destinationIncarnation, KINDS[kind], endpoint);
    }

    void encode(WireWriter out) {
        out.nodeId(origin).varint(originIncarnation).varint(number);
        out.nodeId(destination).varint(destinationIncarnation);
        out.u8(kind.ordinal()).text(endpoint);
    }
}
