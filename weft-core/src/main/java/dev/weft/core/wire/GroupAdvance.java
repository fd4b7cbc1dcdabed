package dev.weft.core.wire;

import dev.weft.core.base.Check;

/**
 * Asks members what became of a message, and tells them what they need not wait for: a member's own floor is in its
 * mark. Answered like {@link GroupData}. Behind the type byte and the {@link TreeHeader}:
 * <pre>
 *   +--------------------+----------------+------------+- - - - - - +
 *   | flow number varint | message varint | lag varint | answers u8 |   only where each is to answer for itself: 1
 *   +--------------------+----------------+------------+- - - - - - +
 * </pre>
 *
 * @param flow the origin's number for the flow
 * @param message which message
 * @param lag how far the first message that is undecided for anybody lies below it
 * @param answers how members answer
 */
public record GroupAdvance(long flow, long message, long lag, Answers answers) implements Frame {
    private static final int SEPARATE = 1;

    /** The way of the answers. */
    public enum Answers {
        /** From node to node, those that say the same together. */
        GATHERED,
        /** Each member its own, by its own way. */
        SEPARATE
    }

    /** One that is answered as everything is. */
    public GroupAdvance(long flow, long message, long lag) {
        this(flow, message, lag, Answers.GATHERED);
    }

    public GroupAdvance {
        Check.that(lag >= 0 && lag <= message, "message %d with a lag of %d", message, lag);
    }

    @Override
    public FrameType type() {
        return FrameType.GROUP_ADVANCE;
    }

    public static GroupAdvance decode(WireReader in) throws MalformedFrame {
        long flow = in.varint("flow number");
        long message = in.varint("message");
        long lag = in.varint("lag");
        if (lag > message) {
            throw new MalformedFrame("lag", lag + " reaches below message 0");
        }
        Answers answers = Answers.GATHERED;
        if (in.hasMore()) {
            int code = in.u8("answers");
            if (code != SEPARATE) {
                throw new MalformedFrame("answers", "unknown code " + code);
            }
            answers = Answers.SEPARATE;
        }
        in.expectEnd(FrameType.GROUP_ADVANCE);
        return new GroupAdvance(flow, message, lag, answers);
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(flow).varint(message).varint(lag);
        if (answers == Answers.SEPARATE) {
            out.u8(SEPARATE);
        }
    }
}
