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
 *   +-------------+-------------+--------------+----------+--------+---------------+--------+----------------------+
 *   | origin (16) | incarnation | transmission | patience | behind | labels behind | base   | bytes of node varint |
 *   |             |    varint   |    varint    |  ms, u8  |   u8   |  varint ..    | varint | node                 |
 *   +-------------+-------------+--------------+----------+--------+---------------+--------+----------------------+
 * </pre>
 * The whole tree is checked at every hop, so that nobody passes on what the next would refuse: at most
 * {@link TreeLayout#NODES_MAX} nodes, {@link RouteHeader#LABELS_MAX} links deep, no label twice at one node.
 */
public final class TreeHeader {
    /** The longest that a node may hold an answer back for those of its branches. */
    public static final int PATIENCE_MILLIS_MAX = 50;

    private final TreeOrigin origin;
    private final int patienceMillis;
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

    private TreeHeader(TreeOrigin origin, int patienceMillis, int[] behind, int base, Parsed parsed) {
        this.origin = origin;
        this.patienceMillis = patienceMillis;
        this.behind = behind;
        this.base = base;
        this.node = parsed.node;
        this.mark = parsed.mark;
        this.branches = parsed.branches;
    }

    /** What the origin's neighbor at that node of a layout reads. */
    public static TreeHeader first(TreeOrigin origin, int patienceMillis, TreeLayout layout, int at) {
        return trusted(origin, patienceMillis, new int[0], layout.offset(at), layout.node(at));
    }

    public static TreeHeader decode(WireReader in) throws MalformedFrame {
        TreeOrigin origin = TreeOrigin.decode(in);
        int patienceMillis = in.u8("patience");
        if (patienceMillis > PATIENCE_MILLIS_MAX) {
            throw new MalformedFrame("patience", patienceMillis + " ms, at most " + PATIENCE_MILLIS_MAX);
        }
        int behindCount = in.u8("labels behind");
        if (behindCount > RouteHeader.LABELS_MAX) {
            throw new MalformedFrame("labels behind", behindCount + ", at most " + RouteHeader.LABELS_MAX);
        }
        int[] behind = new int[behindCount];
        for (int i = 0; i < behindCount; i++) {
            behind[i] = in.varintWithin("label", 1, RouteHeader.LABEL_MAX);
        }
        int base = in.varintWithin("base", 0, TreeLayout.BYTES_MAX);
        ByteView node = in.lengthDelimited("tree", TreeLayout.BYTES_MAX - base);
        Parsed parsed = Parsed.of(node, base);
        new Depths().check(parsed.branches, RouteHeader.LABELS_MAX - behindCount);
        return new TreeHeader(origin, patienceMillis, behind, base, parsed);
    }

    public void encode(WireWriter out) {
        origin.encode(out);
        out.u8(patienceMillis).u8(behind.length);
        for (int label : behind) {
            out.varint(label);
        }
        out.varint(base).lengthDelimited(node);
    }

    public TreeOrigin origin() {
        return origin;
    }

    public int patienceMillis() {
        return patienceMillis;
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
        return trusted(origin, patienceMillis * 3 / 4, travelled, branch.from, branch.node);
    }

    private static TreeHeader trusted(TreeOrigin origin, int patienceMillis, int[] behind, int base, ByteView node) {
        Check.that(patienceMillis <= PATIENCE_MILLIS_MAX, "a patience of %d ms", patienceMillis);
        try {
            return new TreeHeader(origin, patienceMillis, behind, base, Parsed.of(node, base));
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
                && patienceMillis == that.patienceMillis
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
        return origin + " behind" + Arrays.toString(behind) + " at " + base + " " + mark + " with " + branches.size()
                + " branches";
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
