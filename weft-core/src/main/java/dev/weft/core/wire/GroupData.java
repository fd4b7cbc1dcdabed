package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.Optional;

/**
 * One fragment of a message for many, or a whole one. Behind the type byte and the {@link TreeHeader}:
 * <pre>
 *   +-------------+---------+--------------+------------------------------+------------------------------+---------+
 *   | flow number | message | lag * 4 +    | with 2: the flow's name:     | with 1: index, count, bytes  | payload |
 *   |    varint   | varint  | form varint  | kind u8, group, endpoint text| varint, varint, varint       | the rest|
 *   +-------------+---------+--------------+------------------------------+------------------------------+---------+
 *   form: 1 the message has several fragments, 2 the flow is named
 * </pre>
 *
 * @param flow the origin's number for the flow
 * @param message the message's number in the flow, from 0
 * @param lag how far the first message that is undecided for anybody lies below this one
 * @param name what the flow is, as long as a member may not know it
 * @param index which fragment, from 0
 * @param count how many fragments the message has
 * @param messageBytes the size of the whole message
 * @param payload the fragment's bytes
 */
public record GroupData(
        long flow,
        long message,
        long lag,
        Optional<GroupName> name,
        int index,
        int count,
        int messageBytes,
        ByteView payload)
        implements Frame {
    /** The longest message, with what stands before it in its {@link Parcel}, and its seal. */
    public static final int MESSAGE_BYTES_MAX =
            Data.MESSAGE_BYTES_MAX + Parcel.OVERHEAD_BYTES + GroupSeal.OVERHEAD_BYTES_MAX;

    private static final int FRAGMENTED = 1;
    private static final int NAMED = 2;

    public GroupData {
        Check.that(message >= 0 && lag >= 0 && lag <= message, "message %d with a lag of %d", message, lag);
        Check.that(index >= 0 && index < count && count <= Data.FRAGMENTS_MAX, "fragment %d of %d", index, count);
        Check.that(
                messageBytes <= MESSAGE_BYTES_MAX && payload.length() <= messageBytes,
                "%d of %d bytes",
                payload.length(),
                messageBytes);
        Check.that(count == 1 || Data.mayBe(count, messageBytes), "%d bytes in %d fragments", messageBytes, count);
        Check.that(count > 1 || payload.length() == messageBytes, "a whole message that is not whole");
    }

    @Override
    public FrameType type() {
        return FrameType.GROUP_DATA;
    }

    public static GroupData decode(WireReader in) throws MalformedFrame {
        long flow = in.varint("flow number");
        long message = in.varint("message");
        long lagAndForm = in.varint("lag");
        long lag = lagAndForm >>> 2;
        if (lag > message) {
            throw new MalformedFrame("lag", lag + " reaches below message 0");
        }
        Optional<GroupName> name = (lagAndForm & NAMED) == 0 ? Optional.empty() : Optional.of(GroupName.decode(in));
        if ((lagAndForm & FRAGMENTED) == 0) {
            if (in.remaining() > MESSAGE_BYTES_MAX) {
                throw new MalformedFrame("payload", in.remaining() + " bytes, at most " + MESSAGE_BYTES_MAX);
            }
            ByteView payload = in.rest();
            return new GroupData(flow, message, lag, name, 0, 1, payload.length(), payload);
        }
        int index = in.varintWithin("fragment index", 0, Data.FRAGMENTS_MAX - 1);
        int count = in.varintWithin("fragment count", 2, Data.FRAGMENTS_MAX);
        int messageBytes = in.varintWithin("message bytes", 1, MESSAGE_BYTES_MAX);
        if (!Data.mayBe(count, messageBytes)) {
            throw new MalformedFrame("fragment count", count + " for " + messageBytes + " bytes");
        }
        ByteView payload = in.rest();
        if (index >= count) {
            throw new MalformedFrame("fragment index", index + " of " + count);
        }
        if (payload.isEmpty() || payload.length() > messageBytes) {
            throw new MalformedFrame("payload", payload.length() + " of " + messageBytes + " bytes");
        }
        return new GroupData(flow, message, lag, name, index, count, messageBytes, payload);
    }

    @Override
    public int bodyBytesAbout() {
        return 128 + payload.length();
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(flow).varint(message);
        out.varint(lag << 2 | (name.isPresent() ? NAMED : 0) | (count > 1 ? FRAGMENTED : 0));
        name.ifPresent(full -> full.encode(out));
        if (count > 1) {
            out.varint(index).varint(count).varint(messageBytes);
        }
        out.bytes(payload);
    }
}
