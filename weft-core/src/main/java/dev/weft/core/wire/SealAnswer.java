package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * What a destination says of an association: that it has its keys, or that it has none of that number. Behind the type
 * byte and the {@link RouteHeader}:
 * <pre>
 *   +------------------+----------------+------------------------------------------+
 *   | association (4)  | responder (16) | receipt (16), only where it has the keys |
 *   +------------------+----------------+------------------------------------------+
 * </pre>
 *
 * @param responder the node that answers: an association of another is not meant
 * @param receipt 16 bytes that only the two ends can derive; empty where the association is not known, which nothing
 *     proves
 */
public record SealAnswer(int association, NodeId responder, ByteView receipt) implements Frame {
    public static final int RECEIPT_BYTES = 16;

    public SealAnswer {
        Check.that(receipt.isEmpty() || receipt.length() == RECEIPT_BYTES, "a receipt of %d bytes", receipt.length());
    }

    @Override
    public FrameType type() {
        return FrameType.SEAL_ANSWER;
    }

    public boolean isKnown() {
        return !receipt.isEmpty();
    }

    public static SealAnswer decode(WireReader in) throws MalformedFrame {
        int association = Sealed.association(in);
        NodeId responder = in.nodeId("responder");
        ByteView receipt = in.hasMore() ? in.bytes("receipt", RECEIPT_BYTES) : ByteView.EMPTY;
        in.expectEnd(FrameType.SEAL_ANSWER);
        return new SealAnswer(association, responder, receipt);
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.u16(association >>> 16).u16(association).nodeId(responder).bytes(receipt);
    }
}
