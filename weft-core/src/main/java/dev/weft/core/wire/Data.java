package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * One fragment of a message, or a whole one. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +----------+-------------+-----------+------------------------------------------------+---------+
 *   | flow ref | sequence    | lag, form | only where the message has several fragments   | payload |
 *   | varint.. | varint      | varint    | index varint, count varint, bytes varint       |         |
 *   +----------+-------------+-----------+------------------------------------------------+---------+
 *
 *   lag, form   lag * 4, + 1 where fragmented, + 2 where it is the end of the flow
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
 * @param messageBytes the size of the whole message
 * @param meaning whether this is a message or says that none will follow
 * @param payload the fragment's bytes
 */
public record Data(
        FlowRef flow,
        long sequence,
        long lag,
        int index,
        int count,
        int messageBytes,
        Meaning meaning,
        ByteView payload)
        implements Frame {
    /** What a sequence number stands for. */
    public enum Meaning {
        MESSAGE,
        /** The origin will send nothing more on this flow. Empty. */
        END
    }

    /** The largest message, in bytes. */
    public static final int MESSAGE_BYTES_MAX = 16 << 20;

    /** The most fragments a message may have. */
    public static final int FRAGMENTS_MAX = 1 << 16;

    private static final int FRAGMENT_BIT = 1;
    private static final int END_BIT = 2;

    public Data {
        Check.that(
                sequence >= 0 && sequence < 1L << 61 && lag >= 0 && lag <= sequence,
                "sequence %d with a lag of %d",
                sequence,
                lag);
        Check.that(index >= 0 && index < count && count <= FRAGMENTS_MAX, "fragment %d of %d", index, count);
        Check.that(index <= sequence, "a message that began before its flow");
        Check.that(
                messageBytes <= MESSAGE_BYTES_MAX && payload.length() <= messageBytes,
                "%d of %d bytes",
                payload.length(),
                messageBytes);
        Check.that(meaning == Meaning.MESSAGE || count == 1 && messageBytes == 0, "an end that says something");
        Check.that(count > 1 || payload.length() == messageBytes, "a whole message that is not whole");
        Check.that(count == 1 || messageBytes >= count, "%d bytes in %d fragments", messageBytes, count);
    }

    public static Data whole(FlowRef flow, long sequence, long lag, ByteView payload) {
        return new Data(flow, sequence, lag, 0, 1, payload.length(), Meaning.MESSAGE, payload);
    }

    /** Nothing follows. */
    public static Data end(FlowRef flow, long sequence, long lag) {
        return new Data(flow, sequence, lag, 0, 1, 0, Meaning.END, ByteView.EMPTY);
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
        long sequence = in.varint("sequence");
        if (sequence >= 1L << 61) {
            throw new MalformedFrame("sequence", "beyond 61 bits");
        }
        long lagAndForm = in.varint("lag");
        long lag = lagAndForm >>> 2;
        if (lag > sequence) {
            throw new MalformedFrame("lag", lag + " reaches below sequence number 0");
        }
        if ((lagAndForm & END_BIT) != 0) {
            if ((lagAndForm & FRAGMENT_BIT) != 0 || in.remaining() > 0) {
                throw new MalformedFrame("form", "an end of the flow that says something");
            }
            return end(flow, sequence, lag);
        }
        if ((lagAndForm & FRAGMENT_BIT) == 0) {
            if (in.remaining() > MESSAGE_BYTES_MAX) {
                throw new MalformedFrame("payload", in.remaining() + " bytes, at most " + MESSAGE_BYTES_MAX);
            }
            return whole(flow, sequence, lag, in.rest());
        }
        int index = in.varintWithin("fragment index", 0, FRAGMENTS_MAX - 1);
        int count = in.varintWithin("fragment count", 2, FRAGMENTS_MAX);
        int messageBytes = in.varintWithin("message bytes", 1, MESSAGE_BYTES_MAX);
        if (messageBytes < count) {
            // No fragment is empty. Else room for many would be made for the price of a message of one byte.
            throw new MalformedFrame("fragment count", count + " for " + messageBytes + " bytes");
        }
        ByteView payload = in.rest();
        if (index >= count || index > sequence) {
            throw new MalformedFrame("fragment index", index + " of " + count + " at sequence number " + sequence);
        }
        if (payload.isEmpty() || payload.length() > messageBytes) {
            throw new MalformedFrame("payload", payload.length() + " of " + messageBytes + " bytes");
        }
        return new Data(flow, sequence, lag, index, count, messageBytes, Meaning.MESSAGE, payload);
    }

    /** Reads as much as a route error's excerpt holds: the flow and the sequence number, no payload. */
    public static Data decodeHead(WireReader in) throws MalformedFrame {
        FlowRef flow = FlowRef.decode(in);
        return whole(flow, in.varint("sequence"), 0, ByteView.EMPTY);
    }

    @Override
    public void encodeBody(WireWriter out) {
        flow.encode(out);
        out.varint(sequence);
        out.varint(lag << 2 | (count > 1 ? FRAGMENT_BIT : 0) | (meaning == Meaning.END ? END_BIT : 0));
        if (count > 1) {
            out.varint(index).varint(count).varint(messageBytes);
        }
        out.bytes(payload);
    }
}
