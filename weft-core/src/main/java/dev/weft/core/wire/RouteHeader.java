package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.Arrays;

/**
 * The source route of a routed frame. Each hop takes the first of the labels ahead as its way out and appends its own
 * label of the link that the frame came in on, so that at any hop the way back is known without any look-up.
 * <pre>
 *   0                1                2
 *   +-+-+------------+---+------------+---------------------+---------------------+
 *   |M|P|  ahead     | P | behind     |  labels ahead       |  labels behind      |
 *   +-+-+------------+---+------------+---------------------+---------------------+
 *
 *   M        1 bit   the frame has met congestion: set by any hop whose queue stands, as ECN does (RFC 3168)
 *   P        1 + 2 bits, priority 0..7
 *   counts   0..63 each, together at most 63
 *   labels   varint, 1..2^21-1
 * </pre>
 */
public final class RouteHeader {
    /** The longest route in labels; a frame over one link needs none. */
    public static final int LABELS_MAX = 63;

    /** The largest label; label 0 is never given out. */
    public static final int LABEL_MAX = (1 << 21) - 1;

    /** The priority of what does not say its own. */
    public static final int PRIORITY_DEFAULT = 3;

    public static final int PRIORITY_MAX = 7;

    private static final int COUNT_MASK = 0x3f;
    private static final int MARK_BIT = 0x80;
    private static final int[] NO_LABELS = {};

    /** A frame for the neighbor at the other end of the link. */
    public static final RouteHeader DIRECT = new RouteHeader(NO_LABELS, NO_LABELS, PRIORITY_DEFAULT, Mark.NONE);

    /** Whether a hop on the way had more to send than it could. */
    public enum Mark {
        NONE,
        CONGESTION
    }

    private final int[] ahead;
    private final int[] behind;
    private final int priority;
    private final Mark mark;

    private RouteHeader(int[] ahead, int[] behind, int priority, Mark mark) {
        Check.that(
                ahead.length + behind.length <= LABELS_MAX, "a route of %d + %d labels", ahead.length, behind.length);
        this.ahead = ahead;
        this.behind = behind;
        this.priority = priority;
        this.mark = mark;
    }

    /** @param ahead the labels that the nodes after the first link pop, in order */
    public static RouteHeader along(int... ahead) {
        return new RouteHeader(ahead.clone(), NO_LABELS, PRIORITY_DEFAULT, Mark.NONE);
    }

    public static RouteHeader decode(WireReader in) throws MalformedFrame {
        int first = in.u8("labels ahead");
        int second = in.u8("labels behind");
        int aheadCount = first & COUNT_MASK;
        int behindCount = second & COUNT_MASK;
        if (aheadCount + behindCount > LABELS_MAX) {
            throw new MalformedFrame("route", (aheadCount + behindCount) + " labels, at most " + LABELS_MAX);
        }
        int priority = first >> 4 & 4 | second >> 6;
        Mark mark = (first & MARK_BIT) == 0 ? Mark.NONE : Mark.CONGESTION;
        return new RouteHeader(labels(in, aheadCount), labels(in, behindCount), priority, mark);
    }

    public void encode(WireWriter out) {
        out.u8((mark == Mark.CONGESTION ? MARK_BIT : 0) | (priority & 4) << 4 | ahead.length);
        out.u8((priority & 3) << 6 | behind.length);
        for (int label : ahead) {
            out.varint(label);
        }
        for (int label : behind) {
            out.varint(label);
        }
    }

    /** 0 to 7, 7 the highest. */
    public int priority() {
        return priority;
    }

    public Mark mark() {
        return mark;
    }

    public RouteHeader withPriority(int other) {
        Check.within("priority", other, 0, PRIORITY_MAX);
        return other == priority ? this : new RouteHeader(ahead, behind, other, mark);
    }

    public RouteHeader marked() {
        return mark == Mark.CONGESTION ? this : new RouteHeader(ahead, behind, priority, Mark.CONGESTION);
    }

    /** True where the frame has arrived. */
    public boolean isAtEnd() {
        return ahead.length == 0;
    }

    /** The label by which this hop sends the frame on; only where it is not at its end. */
    public int nextLabel() {
        Check.that(!isAtEnd(), "a label beyond the end of the route");
        return ahead[0];
    }

    /** How many links the frame has crossed when a node reads this header. */
    public int hopsTravelled() {
        return behind.length + 1;
    }

    /** The header that the next hop reads. */
    public RouteHeader forwarded(int arrivalLabel) {
        Check.that(!isAtEnd(), "forwarding beyond the end of the route");
        int[] travelled = Arrays.copyOf(behind, behind.length + 1);
        travelled[behind.length] = arrivalLabel;
        return new RouteHeader(Arrays.copyOfRange(ahead, 1, ahead.length), travelled, priority, mark);
    }

    /** The route back to the origin, to be sent over the link that the frame came in on. */
    public RouteHeader back() {
        int[] reversed = new int[behind.length];
        for (int i = 0; i < behind.length; i++) {
            reversed[i] = behind[behind.length - 1 - i];
        }
        return new RouteHeader(reversed, NO_LABELS, priority, Mark.NONE);
    }

    private static int[] labels(WireReader in, int count) throws MalformedFrame {
        if (count == 0) {
            return NO_LABELS;
        }
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = in.varintWithin("label", 1, LABEL_MAX);
        }
        return labels;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RouteHeader that
                && priority == that.priority
                && mark == that.mark
                && Arrays.equals(ahead, that.ahead)
                && Arrays.equals(behind, that.behind);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ahead) + Arrays.hashCode(behind);
    }

    @Override
    public String toString() {
        return "ahead" + Arrays.toString(ahead) + " behind" + Arrays.toString(behind) + " priority " + priority
                + (mark == Mark.CONGESTION ? " marked" : "");
    }
}
