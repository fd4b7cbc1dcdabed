package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The source-routed tree of a frame for many, as the node reads it that is next: its own mark and the branches it sends
 * copies along. Each hop cuts its branches out and appends its own label of the link that the frame came in on, so that
 * at any node the way back is known without any look-up. Behind the type byte:
 * <pre>
 *   +-------------+-------------+--------------+-+-+--------+---+--------+---------------+--------+----------------------+
 *   | origin (16) | incarnation | transmission |M|P|patience| P | behind | labels behind | base   | bytes of node varint |
 *   |             |    varint   |    varint    | | |   ms   |   |        |  varint ..    | varint | node                 |
 *   +-------------+-------------+--------------+-+-+--------+---+--------+---------------+--------+----------------------+
 *
 *   M        1 bit   the frame has met congestion: set by any hop whose queue stands
 *   P        1 + 2 bits, priority 0..7
 * </pre>
 * The whole tree is checked at every hop, so that nobody passes on what the next would refuse: at most
 * {@link TreeLayout#NODES_MAX} nodes, {@link RouteHeader#LABELS_MAX} links deep, no label twice at one node.
 */
public final class TreeHeader {
    /** The longest that a node may hold an answer back for those of its branches. */
    public static final int PATIENCE_MILLIS_MAX = 50;

    private static final int COUNT_MASK = 0x3f;
    private static final int MARK_BIT = 0x80;

    private final TreeOrigin origin;
    private final Handling handling;
    private final int[] behind;
    private final int base;
    private final ByteView node;
    private final TreeMark mark;
    private final List<Branch> branches;

    /**
     * One copy to send.
     *
     * @param label by which this node knows the link
     * @param from where the node at the other end begins in the origin's layout
     * @param node that node with all that is behind it
     */
    public record Branch(int label, int from, ByteView node) {
        /** Where the branch ends in the origin's layout. */
        public int to() {
            return from + node.length();
        }
    }

    /** How relays treat the frame, which is the same for all of its tree but for what has happened on the way. */
    private record Handling(int patienceMillis, int priority, RouteHeader.Mark congestion) {}

    private TreeHeader(TreeOrigin origin, Handling handling, int[] behind, int base, Parsed parsed) {
        this.origin = origin;
        this.handling = handling;
        this.behind = behind;
        this.base = base;
        this.node = parsed.node;
        this.mark = parsed.mark;
        this.branches = parsed.branches;
    }

    /** What the origin's neighbor at that node of a layout reads. */
    public static TreeHeader first(TreeOrigin origin, int patienceMillis, TreeLayout layout, int at) {
        Handling plain = new Handling(patienceMillis, RouteHeader.PRIORITY_DEFAULT, RouteHeader.Mark.NONE);
        return trusted(origin, plain, new int[0], layout.offset(at), layout.node(at));
    }

    public static TreeHeader decode(WireReader in) throws MalformedFrame {
        TreeOrigin origin = TreeOrigin.decode(in);
        int first = in.u8("patience");
        int patienceMillis = first & COUNT_MASK;
        if (patienceMillis > PATIENCE_MILLIS_MAX) {
            throw new MalformedFrame("patience", patienceMillis + " ms, at most " + PATIENCE_MILLIS_MAX);
        }
        int second = in.u8("labels behind");
        int behindCount = second & COUNT_MASK;
        Handling handling = new Handling(
                patienceMillis,
                first >> 4 & 4 | second >> 6,
                (first & MARK_BIT) == 0 ? RouteHeader.Mark.NONE : RouteHeader.Mark.CONGESTION);
        int[] behind = new int[behindCount];
        for (int i = 0; i < behindCount; i++) {
            behind[i] = in.varintWithin("label", 1, RouteHeader.LABEL_MAX);
        }
        int base = in.varintWithin("base", 0, TreeLayout.BYTES_MAX);
        ByteView node = in.lengthDelimited("tree", TreeLayout.BYTES_MAX - base);
        Parsed parsed = Parsed.of(node, base);
        new Depths().check(parsed.branches, RouteHeader.LABELS_MAX - behindCount);
        return new TreeHeader(origin, handling, behind, base, parsed);
    }

    public void encode(WireWriter out) {
        encodeShared(out);
        encodeOwn(out);
    }

    /** Whether two headers differ in no more than which branch each is for. */
    boolean sharesWith(TreeHeader other) {
        return origin.equals(other.origin) && handling.equals(other.handling) && Arrays.equals(behind, other.behind);
    }

    /** What is the same for all branches that begin at one node. */
    void encodeShared(WireWriter out) {
        origin.encode(out);
        int mark = handling.congestion == RouteHeader.Mark.CONGESTION ? MARK_BIT : 0;
        out.u8(mark | (handling.priority & 4) << 4 | handling.patienceMillis);
        out.u8((handling.priority & 3) << 6 | behind.length);
        for (int label : behind) {
            out.varint(label);
        }
    }

    /** What only the node is to know that reads it. */
    void encodeOwn(WireWriter out) {
        out.varint(base).lengthDelimited(node);
    }

    public TreeOrigin origin() {
        return origin;
    }

    public int patienceMillis() {
        return handling.patienceMillis;
    }

    /** 0 to 7, 7 the highest. */
    public int priority() {
        return handling.priority;
    }

    /** Whether a hop on the way had more to send than it could. */
    public RouteHeader.Mark congestion() {
        return handling.congestion;
    }

    public TreeHeader withPriority(int other) {
        Check.within("priority", other, 0, RouteHeader.PRIORITY_MAX);
        return with(new Handling(handling.patienceMillis, other, handling.congestion));
    }

    public TreeHeader marked() {
        return with(new Handling(handling.patienceMillis, handling.priority, RouteHeader.Mark.CONGESTION));
    }

    private TreeHeader with(Handling other) {
        return handling.equals(other)
                ? this
                : new TreeHeader(origin, other, behind, base, new Parsed(node, mark, branches));
    }

    /** Where this node begins in the origin's layout. */
    public int from() {
        return base;
    }

    /** Where all that is behind this node ends in the origin's layout. */
    public int to() {
        return base + node.length();
    }

    public TreeMark mark() {
        return mark;
    }

    /** Where this node's own part ends in the origin's layout and its branches begin, their labels included. */
    public int markEnd() {
        return base + mark.bytes();
    }

    /** The copies to send, in ascending order of label. */
    public List<Branch> branches() {
        return branches;
    }

    /** How many links the frame has crossed when a node reads this header. */
    public int hopsTravelled() {
        return behind.length + 1;
    }

    /** The route back to the origin, to be sent over the link that the frame came in on. */
    public RouteHeader back() {
        int[] reversed = new int[behind.length];
        for (int i = 0; i < behind.length; i++) {
            reversed[i] = behind[behind.length - 1 - i];
        }
        return RouteHeader.along(reversed);
    }

    /** What the node at the end of a branch reads; it waits less than this one, so that its answer is in time. */
    public TreeHeader forwarded(Branch branch, int arrivalLabel) {
        int[] travelled = Arrays.copyOf(behind, behind.length + 1);
        travelled[behind.length] = arrivalLabel;
        Handling lessPatient = new Handling(handling.patienceMillis * 3 / 4, handling.priority, handling.congestion);
        return trusted(origin, lessPatient, travelled, branch.from, branch.node);
    }

    private static TreeHeader trusted(TreeOrigin origin, Handling handling, int[] behind, int base, ByteView node) {
        Check.that(handling.patienceMillis <= PATIENCE_MILLIS_MAX, "a patience of %d ms", handling.patienceMillis);
        try {
            return new TreeHeader(origin, handling, behind, base, Parsed.of(node, base));
        } catch (MalformedFrame impossible) {
            throw new dev.weft.core.base.InvariantError("a tree that was checked: " + impossible.getMessage());
        }
    }

    /** One node, read. */
    private record Parsed(ByteView node, TreeMark mark, List<Branch> branches) {
        private static Parsed of(ByteView node, int base) throws MalformedFrame {
            WireReader in = new WireReader(node);
            TreeMark mark = TreeMark.decode(in);
            List<Branch> branches = new ArrayList<>();
            int last = 0;
            while (in.hasMore()) {
                int label = in.varintWithin("branch label", 1, RouteHeader.LABEL_MAX);
                if (label <= last) {
                    throw new MalformedFrame("branch label", label + " after " + last + ": not in ascending order");
                }
                last = label;
                ByteView branch = in.lengthDelimited("branch", TreeLayout.BYTES_MAX);
                branches.add(new Branch(label, base + node.length() - in.remaining() - branch.length(), branch));
            }
            return new Parsed(node, mark, branches);
        }
    }

    /** Reads everything behind a node once. */
    private static final class Depths {
        private int nodes = 1;

        private void check(List<Branch> branches, int linksLeft) throws MalformedFrame {
            if (!branches.isEmpty() && linksLeft == 0) {
                throw new MalformedFrame("tree", "deeper than " + RouteHeader.LABELS_MAX + " links");
            }
            for (Branch branch : branches) {
                nodes++;
                if (nodes > TreeLayout.NODES_MAX) {
                    throw new MalformedFrame("tree", "more than " + TreeLayout.NODES_MAX + " nodes");
                }
                check(Parsed.of(branch.node, branch.from).branches, linksLeft - 1);
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TreeHeader that
                && origin.equals(that.origin)
                && handling.equals(that.handling)
                && Arrays.equals(behind, that.behind)
                && base == that.base
                && node.equals(that.node);
    }

    @Override
    public int hashCode() {
        return origin.hashCode() * 31 + node.hashCode();
    }

    @Override
    public String toString() {
        return origin + " " + handling + " behind" + Arrays.toString(behind) + " at " + base + " " + mark + " with "
                + branches.size() + " branches";
    }

    /**
     * Which transmission a frame is a copy of, and whom answers are for.
     *
     * @param node who sent it
     * @param incarnation in which life
     * @param transmission the origin's number for it, never used twice in that life
     */
    public record TreeOrigin(NodeId node, long incarnation, long transmission) implements Comparable<TreeOrigin> {
        static TreeOrigin decode(WireReader in) throws MalformedFrame {
            return new TreeOrigin(in.nodeId("origin"), in.varint("origin incarnation"), in.varint("transmission"));
        }

        void encode(WireWriter out) {
            out.nodeId(node).varint(incarnation).varint(transmission);
        }

        @Override
        public int compareTo(TreeOrigin other) {
            int byNode = node.compareTo(other.node);
            int byLife = byNode != 0 ? byNode : Long.compare(incarnation, other.incarnation);
            return byLife != 0 ? byLife : Long.compare(transmission, other.transmission);
        }
    }
}
