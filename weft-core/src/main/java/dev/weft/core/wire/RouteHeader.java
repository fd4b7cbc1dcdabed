package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.Arrays;

/**
 * The source route of a routed frame. Each hop takes the first of the labels ahead as its way out and appends its own
 * label of the link that the frame came in on, so that at any hop the way back is known without any look-up.
 * <pre>
 *   0        1        2
 *   +--------+--------+---------------------+---------------------+
 *   | ahead  | behind |  labels ahead       |  labels behind      |   counts 0..63 each, together at most 63
 *   +--------+--------+---------------------+---------------------+   labels: varint, 1..2^21-1
 * </pre>
 */
public final class RouteHeader {
    /** The longest route in labels; a frame over one link needs none. */
    public static final int LABELS_MAX = 63;

    /** The largest label; label 0 is never given out. */
    public static final int LABEL_MAX = (1 << 21) - 1;

    /** A frame for the neighbor at the other end of the link. */
    public static final RouteHeader DIRECT = new RouteHeader(new int[0], new int[0]);

    private final int[] ahead;
    private final int[] behind;

    private RouteHeader(int[] ahead, int[] behind) {
        Check.that(
                ahead.length + behind.length <= LABELS_MAX, "a route of %d + %d labels", ahead.length, behind.length);
        this.ahead = ahead;
        this.behind = behind;
    }

    /** @param ahead the labels that the nodes after the first link pop, in order */
    public static RouteHeader along(int... ahead) {
        return new RouteHeader(ahead.clone(), new int[0]);
    }

    public static RouteHeader decode(WireReader in) throws MalformedFrame {
        int aheadCount = in.u8("labels ahead");
        int behindCount = in.u8("labels behind");
        if (aheadCount + behindCount > LABELS_MAX) {
            throw new MalformedFrame("route", (aheadCount + behindCount) + " labels, at most " + LABELS_MAX);
        }
        return new RouteHeader(labels(in, aheadCount), labels(in, behindCount));
    }

    public void encode(WireWriter out) {
        out.u8(ahead.length).u8(behind.length);
        for (int label : ahead) {
            out.varint(label);
        }
        for (int label : behind) {
            out.varint(label);
        }
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
        return new RouteHeader(Arrays.copyOfRange(ahead, 1, ahead.length), travelled);
    }

    /** The route back to the origin, to be sent over the link that the frame came in on. */
    public RouteHeader back() {
        int[] reversed = new int[behind.length];
        for (int i = 0; i < behind.length; i++) {
            reversed[i] = behind[behind.length - 1 - i];
        }
        return new RouteHeader(reversed, new int[0]);
    }

    private static int[] labels(WireReader in, int count) throws MalformedFrame {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = in.varintWithin("label", 1, LABEL_MAX);
        }
        return labels;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RouteHeader that
                && Arrays.equals(ahead, that.ahead)
                && Arrays.equals(behind, that.behind);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ahead) + Arrays.hashCode(behind);
    }

    @Override
    public String toString() {
        return "ahead" + Arrays.toString(ahead) + " behind" + Arrays.toString(behind);
    }
}
