package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trees in bytes: every node reads its own part, wherever it stands; what is not a tree is refused. */
class TreeHeaderTest {
    private static final NodeId ORIGIN = new NodeId(1, 1);
    private static final TreeHeader.TreeOrigin FROM = new TreeHeader.TreeOrigin(ORIGIN, 2, 9);

    /** A random tree in preorder, labels ascending among the branches of a node. */
    private static final class Drawn {
        private final int[] parents;
        private final int[] labels;
        private final List<TreeMark> marks = new ArrayList<>();

        private Drawn(Prng prng) {
            int count = (int) prng.between(2, prng.chance(50_000) ? 400 : 20);
            parents = new int[count];
            labels = new int[count];
            int[] lastLabel = new int[count];
            List<Integer> open = new ArrayList<>(List.of(0));
            marks.add(TreeMark.RELAY);
            for (int i = 1; i < count; i++) {
                while (open.size() > 1 && (prng.chance(400_000) || open.size() > 60)) {
                    open.remove(open.size() - 1);
                }
                int parent = open.get(open.size() - 1);
                parents[i] = parent;
                lastLabel[parent] += (int) prng.between(1, prng.chance(100_000) ? 2_000 : 5);
                labels[i] = lastLabel[parent];
                open.add(i);
                TreeMark mark = TreeMark.member((int) prng.nextLong());
                marks.add(
                        prng.chance(300_000)
                                ? TreeMark.RELAY
                                : prng.chance(300_000) ? mark.withFloorDistance(prng.below(1L << 40)) : mark);
            }
        }
    }

    @Test
    void everyNodeReadsItsOwnPartOverEveryHop() throws MalformedFrame {
        for (long seed = 1; seed <= 2_000; seed++) {
            Drawn drawn = new Drawn(new Prng(seed));
            TreeLayout layout = TreeLayout.of(drawn.parents, drawn.labels, drawn.marks);
            int[] visits = new int[drawn.parents.length];
            for (int i = 1; i < drawn.parents.length; i++) {
                if (drawn.parents[i] == 0) {
                    walk(drawn, layout, i, TreeHeader.first(FROM, 50, layout, i), visits, 1, seed);
                }
            }
            for (int i = 1; i < visits.length; i++) {
                assertThat(visits[i]).as("seed %d: node %d", seed, i).isEqualTo(1);
            }
        }
    }

    private static void walk(
            Drawn drawn, TreeLayout layout, int at, TreeHeader header, int[] visits, int hops, long seed)
            throws MalformedFrame {
        WireWriter out = new WireWriter();
        header.encode(out);
        TreeHeader read = TreeHeader.decode(new WireReader(out.view()));
        assertThat(read).as("seed %d", seed).isEqualTo(header);
        visits[at]++;
        assertThat(read.from()).as("seed %d", seed).isEqualTo(layout.offset(at));
        assertThat(read.to()).as("seed %d", seed).isEqualTo(layout.end(at));
        assertThat(read.mark()).as("seed %d", seed).isEqualTo(drawn.marks.get(at));
        assertThat(read.hopsTravelled()).as("seed %d", seed).isEqualTo(hops);
        int branch = 0;
        for (int i = at + 1; i < drawn.parents.length; i++) {
            if (drawn.parents[i] == at) {
                TreeHeader.Branch next = read.branches().get(branch++);
                assertThat(next.label()).as("seed %d", seed).isEqualTo(drawn.labels[i]);
                walk(drawn, layout, i, read.forwarded(next, 1 + i), visits, hops + 1, seed);
            }
        }
        assertThat(read.branches()).as("seed %d", seed).hasSize(branch);
    }

    @Test
    void theWayBackIsWhatWasGatheredInReverse() {
        TreeLayout layout = MeshFramesTest.layout();
        TreeHeader first = TreeHeader.first(FROM, 40, layout, 1);
        TreeHeader second = first.forwarded(first.branches().get(0), 11);
        TreeHeader third = second.forwarded(second.branches().get(0), 12);
        assertThat(first.back()).isEqualTo(RouteHeader.DIRECT);
        assertThat(third.back()).isEqualTo(RouteHeader.along(12, 11));
        assertThat(third.patienceMillis()).isLessThan(second.patienceMillis());
    }

    @Test
    void priorityAndMarkGoWithTheFrameWhereverItGoes() throws MalformedFrame {
        TreeLayout layout = MeshFramesTest.layout();
        for (int priority = 0; priority <= RouteHeader.PRIORITY_MAX; priority++) {
            TreeHeader plain = TreeHeader.first(FROM, 50, layout, 1).withPriority(priority);
            for (TreeHeader header : new TreeHeader[] {plain, plain.marked()}) {
                WireWriter out = new WireWriter();
                header.encode(out);
                TreeHeader read = TreeHeader.decode(new WireReader(out.view()));
                assertThat(read).isEqualTo(header);
                TreeHeader next = read.forwarded(read.branches().get(0), 11);
                assertThat(next.priority()).isEqualTo(priority);
                assertThat(next.congestion()).isEqualTo(header.congestion());
                assertThat(next.patienceMillis()).isEqualTo(37);
            }
        }
    }

    @Test
    void aLabelTwiceAtOneNodeIsRefused() {
        assertRefused(node(branch(5, leaf()), branch(5, leaf())), "ascending");
        assertRefused(node(branch(6, leaf()), branch(5, leaf())), "ascending");
        assertRefused(node(branch(1, node(branch(5, leaf()), branch(5, leaf())))), "ascending");
    }

    @Test
    void aTreeDeeperThanARouteIsRefused() {
        ByteView chain = leaf();
        for (int i = 0; i < RouteHeader.LABELS_MAX; i++) {
            chain = node(branch(1, chain));
        }
        assertThat(readable(chain)).isTrue();
        assertRefused(node(branch(1, chain)), "deeper");
    }

    @Test
    void aTreeOfTooManyNodesIsRefused() {
        WireWriter wide = new WireWriter();
        wide.u8(0);
        for (int i = 1; i < TreeLayout.NODES_MAX; i++) {
            wide.bytes(branch(i, ByteView.of(new byte[] {0})));
        }
        assertThat(readable(wide.view())).isTrue();
        assertRefused(wide.bytes(branch(100_000, leaf())).view(), "more than");
    }

    @Test
    void aBranchBeyondItsNodeIsRefused() {
        WireWriter out = new WireWriter();
        out.u8(0).varint(1).varint(40).bytes(leaf());
        assertRefused(out.view(), "truncated");
    }

    @Test
    void unknownFlagsAreRefused() {
        assertRefused(ByteView.of(new byte[] {4}), "flags");
        assertRefused(ByteView.of(new byte[] {2, 0}), "flags");
    }

    private static ByteView leaf() {
        return ByteView.of(new byte[] {1, 9, 9, 9, 9});
    }

    private static ByteView branch(int label, ByteView node) {
        return new WireWriter().varint(label).lengthDelimited(node).view();
    }

    private static ByteView node(ByteView... branches) {
        WireWriter out = new WireWriter();
        out.u8(0);
        for (ByteView branch : branches) {
            out.bytes(branch);
        }
        return out.view();
    }

    private static TreeHeader read(ByteView node) throws MalformedFrame {
        WireWriter out = new WireWriter();
        out.nodeId(ORIGIN).varint(2).varint(9).u8(40).u8(0).varint(0).lengthDelimited(node);
        return TreeHeader.decode(new WireReader(out.view()));
    }

    private static boolean readable(ByteView node) {
        try {
            return read(node).from() == 0;
        } catch (MalformedFrame e) {
            return false;
        }
    }

    private static void assertRefused(ByteView node, String why) {
        assertThatThrownBy(() -> read(node)).isInstanceOf(MalformedFrame.class).hasMessageContaining(why);
    }
}
