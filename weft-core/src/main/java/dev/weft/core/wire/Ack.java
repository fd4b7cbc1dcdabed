package dev.weft.core.wire;

import dev.weft.Outcome;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * What the destination has of a flow. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +-------------+--------+--------+--------+--------+--------+--------+------+
 *   | origin      | flow   | handle | serial | floor  | room   | marked | hops |
 *   | incarnation | number | varint | varint | varint | varint | varint |  u8  |
 *   +-------------+--------+--------+--------+--------+--------+--------+------+
 *   | ranges | gap-1, length-1  | refused| sequence, reason    |
 *   |   u8   | varint, varint ..|   u8   | varint, u8 ..       |
 *   +--------+------------------+--------+---------------------+
 * </pre>
 *
 * @param originIncarnation the life of the origin that the flow belongs to
 * @param flowNumber the origin's number for the flow
 * @param handle the destination's number for it, to be used from now on
 * @param serial grows with every acknowledgement of the flow, so that a late one is told from a new one
 * @param floor every sequence number below it is settled
 * @param room how many bytes beyond what is settled the destination can take now, a message counted with
 *     {@link #MESSAGE_OVERHEAD_BYTES} more than it has (as the a_rwnd of RFC 9260)
 * @param marked how many fragments of the flow have met congestion so far
 * @param hops how many links the newest frame of the flow crossed
 * @param ranges settled above the floor, ascending, apart from each other, at most 64
 * @param refusals messages that were settled by refusing them, at most 64
 */
public record Ack(
        long originIncarnation,
        long flowNumber,
        long handle,
        long serial,
        long floor,
        long room,
        long marked,
        int hops,
        List<Range> ranges,
        List<Refusal> refusals)
        implements Frame {
    /** The most ranges, and the most refusals, in one acknowledgement. */
    public static final int ENTRIES_MAX = 64;

    /** What a message costs its receiver beside its bytes. */
    public static final int MESSAGE_OVERHEAD_BYTES = 128;

    private static final Outcome.Reason[] REASONS = Outcome.Reason.values();

    /** Sequence numbers {@code from} to {@code to - 1}. */
    public record Range(long from, long to) {}

    /** The message that began at a sequence number was refused. */
    public record Refusal(long messageSequence, Outcome.Reason reason) {}

    public Ack {
        Check.that(handle > 0, "an acknowledgement without a handle");
        Check.that(ranges.size() <= ENTRIES_MAX && refusals.size() <= ENTRIES_MAX, "too many entries");
        ranges = List.copyOf(ranges);
        refusals = List.copyOf(refusals);
    }

    @Override
    public FrameType type() {
        return FrameType.ACK;
    }

    public static Ack decode(WireReader in) throws MalformedFrame {
        long originIncarnation = in.varint("origin incarnation");
        long flowNumber = in.varint("flow number");
        long handle = in.varint("handle");
        if (handle == 0) {
            throw new MalformedFrame("handle", "0 names no flow");
        }
        long serial = in.varint("serial");
        long floor = in.varint("floor");
        long room = in.varint("room");
        long marked = in.varint("marked");
        int hops = in.u8("hops");
        List<Range> ranges = new ArrayList<>();
        long at = floor;
        for (int left = count(in, "ranges"); left > 0; left--) {
            long from = sum("range gap", at, in.varint("range gap") + 1);
            at = sum("range length", from, in.varint("range length") + 1);
            ranges.add(new Range(from, at));
        }
        List<Refusal> refusals = new ArrayList<>();
        for (int left = count(in, "refusals"); left > 0; left--) {
            long messageSequence = in.varint("refused sequence");
            int reason = in.u8("refusal reason");
            refusals.add(
                    new Refusal(messageSequence, reason < REASONS.length ? REASONS[reason] : Outcome.Reason.LIMIT));
        }
        in.expectEnd(FrameType.ACK);
        return new Ack(originIncarnation, flowNumber, handle, serial, floor, room, marked, hops, ranges, refusals);
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(originIncarnation)
                .varint(flowNumber)
                .varint(handle)
                .varint(serial)
                .varint(floor)
                .varint(room)
                .varint(marked)
                .u8(hops);
        out.u8(ranges.size());
        long at = floor;
        for (Range range : ranges) {
            Check.that(range.from() > at && range.to() > range.from(), "ranges out of order");
            out.varint(range.from() - at - 1).varint(range.to() - range.from() - 1);
            at = range.to();
        }
        out.u8(refusals.size());
        for (Refusal refusal : refusals) {
            out.varint(refusal.messageSequence()).u8(refusal.reason().ordinal());
        }
    }

    private static int count(WireReader in, String field) throws MalformedFrame {
        int count = in.u8(field);
        if (count > ENTRIES_MAX) {
            throw new MalformedFrame(field, count + ", at most " + ENTRIES_MAX);
        }
        return count;
    }

    private static long sum(String field, long a, long b) throws MalformedFrame {
        long sum = a + b;
        if (sum < 0 || b < 0) {
            throw new MalformedFrame(field, "beyond 63 bits");
        }
        return sum;
    }
}
