package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * A hop could not send a frame on. Travels back along the frame's own route. Behind the type byte and the
 * {@link RouteHeader}:
 * <pre>
 *   +--------+---------------+--------------+------------+------------------------------+
 *   | reason | reporter (16) | failed label | type of    | the first bytes of its body, |
 *   |   u8   |               |    varint    | frame (u8) | at most 256                  |
 *   +--------+---------------+--------------+------------+------------------------------+
 * </pre>
 *
 * @param reason why
 * @param reporter the hop
 * @param failedLabel its label of the link that it could not use
 * @param failedType the type of the frame that was dropped
 * @param excerpt the beginning of its body, enough to name its flow and sequence number
 */
public record RouteError(Reason reason, NodeId reporter, int failedLabel, FrameType failedType, ByteView excerpt)
        implements Frame {
    /** The longest excerpt, in bytes. */
    public static final int EXCERPT_BYTES_MAX = 256;

    private static final Reason[] REASONS = Reason.values();

    /** Why a hop does not send a frame on. */
    public enum Reason {
        /** No link carries that label (any more). */
        NO_LINK,
        /** The link is there but its queue is full. */
        QUEUE_FULL,
        /** The way out is the way in, or leads to a node that the frame has visited. */
        LOOP,
        /** A reason of a later version. */
        OTHER
    }

    public RouteError {
        Check.that(excerpt.length() <= EXCERPT_BYTES_MAX, "an excerpt of %d bytes", excerpt.length());
    }

    /** The answer to a frame that cannot go on. */
    public static RouteError about(RoutedFrame dropped, Reason reason, NodeId reporter) {
        ByteView body = dropped.body();
        return new RouteError(
                reason,
                reporter,
                dropped.route().nextLabel(),
                dropped.type(),
                body.slice(0, Math.min(EXCERPT_BYTES_MAX, body.length())));
    }

    @Override
    public FrameType type() {
        return FrameType.ROUTE_ERROR;
    }

    public static RouteError decode(WireReader in) throws MalformedFrame {
        int reason = in.u8("reason");
        NodeId reporter = in.nodeId("reporter");
        int label = in.varintWithin("failed label", 1, RouteHeader.LABEL_MAX);
        FrameType failedType = FrameType.decode(in);
        if (in.remaining() > EXCERPT_BYTES_MAX) {
            throw new MalformedFrame("excerpt", in.remaining() + " bytes, at most " + EXCERPT_BYTES_MAX);
        }
        return new RouteError(
                reason < REASONS.length ? REASONS[reason] : Reason.OTHER, reporter, label, failedType, in.rest());
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.u8(reason.ordinal()).nodeId(reporter).varint(failedLabel).u8(failedType.code());
        out.bytes(excerpt);
    }
}
