package dev.weft.core.wire;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.List;

/**
 * One fragment of a message, a whole one, or several small ones. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +----------+-------------+-----------+------------------------------------------------+---------+
 *   | flow ref | sequence    | lag, form | only where the message has several fragments   | payload |
 *   | varint.. | varint      | varint    | index varint, count varint, bytes varint       |         |
 *   +----------+-------------+-----------+------------------------------------------------+---------+
 *
 *   lag, form   lag * 4, + 0 a whole message, + 1 a fragment, + 2 the end of the flow, + 3 a {@link Bundle}
 * </pre>
 * An established flow's message over one link costs 1 (length) + 1 (type) + 2 (route) + 4 (handle) + 1..4
 * (sequence) + 1 (lag) bytes.
 *
 * @param flow which flow
 * @param sequence the fragment's number in the flow, from 0; a retransmission keeps it
 * @param lag how far the origin's lowest undecided sequence number lies below this one: the destination may forget
 *     everything below it
 * @param index which fragment of its message, from 0; its message began at {@code sequence - index}
 * @param count how many fragments the message has
 * @param messageBytes the size of the whole message, or of the bundle as it is packed
 * @param meaning whether this is a message, several, or says that none will follow
 * @param messages the message or the piece of it, those of the bundle in their order, or what an end says
 */
public record Data(
        FlowRef flow,
        long sequence,
        long lag,
        int index,
        int count,
        int messageBytes,
        Meaning meaning,
        List<ByteView> messages)
        implements Frame {
    /** What a sequence number stands for. */
    public enum Meaning {
        MESSAGE,
        /** Several whole messages, see {@link Bundle}. */
        BUNDLE,
        /**
         * The origin will send nothing more on this flow. Empty where it ends in good order; else a byte says why what
         * came to the origin is not all taken.
         */
        END
    }

    /** The largest message, in bytes. */
    public static final int MESSAGE_BYTES_MAX = 16 << 20;

    /** The most fragments a message may have, were it of the largest. */
    public static final int FRAGMENTS_MAX = 1 << 16;

    /** Each fragment beyond a few is of so many bytes on average at least. */
    private static final int FRAGMENT_BYTES_LEAST = 256;

    private static final int FEW_FRAGMENTS = 16;

    private static final Outcome.Reason[] REASONS = Outcome.Reason.values();
    private static final int WHOLE = 0;
    private static final int FRAGMENT = 1;
    private static final int END = 2;
    private static final int BUNDLE = 3;
    private static final int FORM_MASK = 3;

    public Data {
        Check.that(
                sequence >= 0 && sequence < 1L << 61 && lag >= 0 && lag <= sequence,
                "sequence %d with a lag of %d",
                sequence,
                lag);
        Check.that(index >= 0 && index < count && count <= FRAGMENTS_MAX, "fragment %d of %d", index, count);
        Check.that(index <= sequence, "a message that began before its flow");
        int bytes = meaning == Meaning.MESSAGE ? messages.get(0).length() : messageBytes;
        Check.that(messageBytes <= MESSAGE_BYTES_MAX && bytes <= messageBytes, "%d of %d bytes", bytes, messageBytes);
        Check.that(meaning == Meaning.MESSAGE || count == 1, "an end, or a bundle, in fragments");
        Check.that(meaning != Meaning.END || messageBytes <= 1, "an end of %d bytes", messageBytes);
        Check.that(count > 1 || bytes == messageBytes, "a whole message that is not whole");
        Check.that(count == 1 || mayBe(count, messageBytes), "%d bytes in %d fragments", messageBytes, count);
    }

    /**
     * Whether a message of so many bytes may have so many fragments. None is empty, and many are not tiny: else each would
     * take many times its bytes of the memory of who waits for the rest.
     */
    static boolean mayBe(int fragments, int messageBytes) {
        return messageBytes >= fragments && fragments <= FEW_FRAGMENTS + messageBytes / FRAGMENT_BYTES_LEAST;
    }

    public static Data whole(FlowRef flow, long sequence, long lag, ByteView payload) {
        return new Data(flow, sequence, lag, 0, 1, payload.length(), Meaning.MESSAGE, List.of(payload));
    }

    /** A piece of a message of so many bytes. */
    public static Data piece(
            FlowRef flow, long sequence, long lag, int index, int count, int messageBytes, ByteView payload) {
        return new Data(flow, sequence, lag, index, count, messageBytes, Meaning.MESSAGE, List.of(payload));
    }

    /** @param messages whole ones, 2 to {@link Bundle#MESSAGES_MAX}; nobody changes the list any more */
    public static Data bundle(FlowRef flow, long sequence, long lag, List<ByteView> messages) {
        Bundle.check(messages);
        return new Data(flow, sequence, lag, 0, 1, Bundle.bytesOf(messages), Meaning.BUNDLE, messages);
    }

    /**
     * Nothing follows.
     *
     * @param reason why the origin has not taken all that came to it; NONE where it has
     */
    public static Data end(FlowRef flow, long sequence, long lag, Outcome.Reason reason) {
        return reason == Outcome.Reason.NONE
                ? end(flow, sequence, lag, ByteView.EMPTY)
                : end(flow, sequence, lag, ByteView.of(new byte[] {(byte) reason.ordinal()}));
    }

    private static Data end(FlowRef flow, long sequence, long lag, ByteView why) {
        return new Data(flow, sequence, lag, 0, 1, why.length(), Meaning.END, List.of(why));
    }

    /** What an end says of the other direction. */
    public Outcome.Reason endReason() {
        Check.that(meaning == Meaning.END, "no end");
        ByteView why = messages.get(0);
        if (why.isEmpty()) {
            return Outcome.Reason.NONE;
        }
        int reason = why.at(0) & 0xff;
        return reason < REASONS.length ? REASONS[reason] : Outcome.Reason.CONNECTION_RESET;
    }

    /** The message, or the piece of it; only where this is one. */
    public ByteView payload() {
        Check.that(meaning == Meaning.MESSAGE, "the payload of what is no message");
        return messages.get(0);
    }

    @Override
    public FrameType type() {
        return FrameType.DATA;
    }

    /** The number of the first fragment of this message: the message's own name within the flow. */
    public long messageSequence() {
        return sequence - index;
    }

    public static Data decode(WireReader in) throws MalformedFrame {
        FlowRef flow = FlowRef.decode(in);
        long sequence = decodeSequence(in);
        long lagAndForm = in.varint("lag");
        long lag = lagAndForm >>> 2;
        if (lag > sequence) {
            throw new MalformedFrame("lag", lag + " reaches below sequence number 0");
        }
        return switch ((int) lagAndForm & FORM_MASK) {
            case FRAGMENT -> decodeFragment(in, flow, sequence, lag);
            case END -> {
                ByteView why = in.rest();
                if (why.length() > 1 || why.length() == 1 && why.at(0) == 0) {
                    throw new MalformedFrame("form", "an end of the flow that says " + why.length() + " bytes");
                }
                yield end(flow, sequence, lag, why);
            }
            case BUNDLE -> {
                requireWithin(in);
                int packedBytes = in.remaining();
                yield new Data(flow, sequence, lag, 0, 1, packedBytes, Meaning.BUNDLE, Bundle.decode(in));
            }
            default -> {
                requireWithin(in);
                yield whole(flow, sequence, lag, in.rest());
            }
        };
    }

    private static long decodeSequence(WireReader in) throws MalformedFrame {
        long sequence = in.varint("sequence");
        if (sequence >= 1L << 61) {
            throw new MalformedFrame("sequence", "beyond 61 bits");
        }
        return sequence;
    }

    private static void requireWithin(WireReader in) throws MalformedFrame {
        if (in.remaining() > MESSAGE_BYTES_MAX) {
            throw new MalformedFrame("payload", in.remaining() + " bytes, at most " + MESSAGE_BYTES_MAX);
        }
    }

    private static Data decodeFragment(WireReader in, FlowRef flow, long sequence, long lag) throws MalformedFrame {
        int index = in.varintWithin("fragment index", 0, FRAGMENTS_MAX - 1);
        int count = in.varintWithin("fragment count", 2, FRAGMENTS_MAX);
        int messageBytes = in.varintWithin("message bytes", 1, MESSAGE_BYTES_MAX);
        if (!mayBe(count, messageBytes)) {
            throw new MalformedFrame("fragment count", count + " for " + messageBytes + " bytes");
        }
        ByteView payload = in.rest();
        if (index >= count || index > sequence) {
            throw new MalformedFrame("fragment index", index + " of " + count + " at sequence number " + sequence);
        }
        if (payload.isEmpty() || payload.length() > messageBytes) {
            throw new MalformedFrame("payload", payload.length() + " of " + messageBytes + " bytes");
        }
        return piece(flow, sequence, lag, index, count, messageBytes, payload);
    }

    /** Reads as much as a route error's excerpt holds: the flow and the sequence number, no payload. */
    public static Data decodeHead(WireReader in) throws MalformedFrame {
        FlowRef flow = FlowRef.decode(in);
        return whole(flow, decodeSequence(in), 0, ByteView.EMPTY);
    }

    @Override
    public int bodyBytesAbout() {
        return 128 + messageBytesHere();
    }

    /** Of the message what this frame carries of it. */
    private int messageBytesHere() {
        return meaning == Meaning.MESSAGE ? payload().length() : messageBytes;
    }

    @Override
    public int laidBytesAbout() {
        int apart = Bundle.bytesApart(messages);
        return apart > 0 ? 64 + messageBytesHere() - apart : bodyBytesAbout();
    }

    @Override
    public void encodeBody(WireWriter out) {
        flow.encode(out);
        out.varint(sequence);
        out.varint(lag << 2 | form());
        if (count > 1) {
            out.varint(index).varint(count).varint(messageBytes);
        }
        switch (meaning) {
            case MESSAGE -> out.bytes(payload());
            case BUNDLE -> Bundle.encode(messages, out);
            case END -> out.bytes(messages.get(0));
        }
    }

    private int form() {
        return switch (meaning) {
            case MESSAGE -> count > 1 ? FRAGMENT : WHOLE;
            case BUNDLE -> BUNDLE;
            case END -> END;
        };
    }
}
