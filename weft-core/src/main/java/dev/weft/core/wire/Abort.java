package dev.weft.core.wire;

import dev.weft.Outcome;

/**
 * The origin gives a connected flow up: what is missing will not come. The destination answers with a {@link Reset},
 * also when it knows of no such flow. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +----------+--------+
 *   | flow ref | reason |
 *   | varint.. |   u8   |
 *   +----------+--------+
 * </pre>
 */
public record Abort(FlowRef flow, Outcome.Reason reason) implements Frame {
    private static final Outcome.Reason[] REASONS = Outcome.Reason.values();

    @Override
    public FrameType type() {
        return FrameType.ABORT;
    }

    public static Abort decode(WireReader in) throws MalformedFrame {
        FlowRef flow = FlowRef.decode(in);
        int reason = in.u8("reason");
        in.expectEnd(FrameType.ABORT);
        return new Abort(flow, reason < REASONS.length ? REASONS[reason] : Outcome.Reason.CONNECTION_RESET);
    }

    @Override
    public void encodeBody(WireWriter out) {
        flow.encode(out);
        out.u8(reason.ordinal());
    }
}
