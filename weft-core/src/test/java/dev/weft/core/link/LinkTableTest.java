package dev.weft.core.link;

import static dev.weft.core.link.LinkLab.MILLI;
import static dev.weft.core.link.LinkLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.LinkLab.End;
import dev.weft.core.link.LinkLab.Node;
import dev.weft.core.link.LinkLab.Weather;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

final class LinkTableTest {
    private static final NodeId SMALL = new NodeId(1, 0);
    private static final NodeId LARGE = new NodeId(-1, 0);

    @Test
    void smallerDiallerWinsThenTheNewerDial() {
        assertThat(new Precedence(SMALL, 1).beats(new Precedence(LARGE, 9))).isTrue();
        assertThat(new Precedence(LARGE, 9).beats(new Precedence(SMALL, 1))).isFalse();
        assertThat(new Precedence(SMALL, 2).beats(new Precedence(SMALL, 1))).isTrue();
        assertThat(new Precedence(SMALL, 1).beats(new Precedence(SMALL, 1))).isFalse();
    }

    @Test
    void simultaneousDialsLeaveTheSmallersInEveryInterleaving() {
        assertThat(everyInterleaving(new int[] {1, 2}, 0)).isGreaterThan(1_000);
    }

    @Test
    void secondDialOfTheSameNodeLeavesTheNewerInEveryInterleaving() {
        assertThat(everyInterleaving(new int[] {2, 2}, 1)).isGreaterThan(1_000);
    }

    @Test
    void manyDialsLeaveOneLinkInRandomInterleavings() {
        for (long seed = 1; seed <= 3_000; seed++) {
            Prng prng = new Prng(seed);
            int[] diallers = new int[2 + prng.below(5)];
            int best = 0;
            for (int i = 0; i < diallers.length; i++) {
                diallers[i] = 1 + prng.below(2);
                if (diallers[i] <= diallers[best]) {
                    best = i;
                }
            }
            new Interleaving(diallers).run(prng::below, best, "seed " + seed);
        }
    }

    @Test
    void lossyCarriersLeaveAtMostOneLinkAndTheSameAtBothEnds() {
        int linked = 0;
        for (long seed = 1; seed <= 500; seed++) {
            LinkLab lab = new LinkLab(seed);
            lab.weather = new Weather(300_000, 200_000, MILLI, 400 * MILLI);
            Node a = LinkLab.node(1);
            Node b = LinkLab.node(2);
            List<List<End>> pairs = new ArrayList<>();
            pairs.add(lab.dial(a, b));
            lab.runFor(lab.prng.below(2 * SECOND));
            pairs.add(lab.dial(b, a));
            lab.runFor(lab.prng.below(2 * SECOND));
            pairs.add(lab.prng.chance(500_000) ? lab.dial(a, b) : lab.dial(b, a));
            lab.runFor(20 * SECOND);
            lab.weather = Weather.FAIR;
            lab.runFor(15 * SECOND);
            int upCount = 0;
            for (List<End> pair : pairs) {
                assertThat(pair.get(0).link.isUp())
                        .as("seed %d", seed)
                        .isEqualTo(pair.get(1).link.isUp());
                upCount += pair.get(0).link.isUp() ? 1 : 0;
            }
            assertThat(upCount).as("seed %d", seed).isLessThanOrEqualTo(1);
            if (upCount == 0) {
                assertThat(pairs.stream().flatMap(List::stream).flatMap(end -> end.closed.stream()))
                        .as("seed %d: only a fault may leave none", seed)
                        .anyMatch(reason -> reason.startsWith("SILENT") || reason.startsWith("TIMEOUT"));
            }
            linked += upCount;
        }
        assertThat(linked).isGreaterThan(450);
    }

    @Test
    void betterLinkThatNeverGetsThroughCostsNothing() {
        LinkLab lab = new LinkLab(1);
        Node a = LinkLab.node(1);
        Node b = LinkLab.node(2);
        List<End> good = lab.dial(b, a);
        lab.runFor(SECOND);
        List<End> halfDead = lab.dial(a, b);
        halfDead.get(1).cut = true;
        lab.runFor(20 * SECOND);
        assertThat(good.get(0).closed).isEmpty();
        assertThat(good.get(1).closed).isEmpty();
        assertThat(halfDead.get(0).closed.get(0)).startsWith("TIMEOUT");
        assertThat(b.table.nodeCount()).isEqualTo(1);
        assertThat(b.table.linksUp()).containsExactly(good.get(0).link);
    }

    @Test
    void betterLinkThatIsStuckInItsHandshakeRefusesNoOther() {
        LinkLab lab = new LinkLab(1);
        Node a = LinkLab.node(1);
        Node b = LinkLab.node(2);
        List<End> stuck = lab.dial(a, b);
        stuck.get(1).cut = true;
        lab.runFor(SECOND);
        assertThat(stuck.get(1).link.phase()).isEqualTo(Link.Phase.CONFIRMING);
        List<End> good = lab.dial(b, a);
        lab.runFor(20 * SECOND);
        assertThat(good.get(0).link.isUp()).isTrue();
        assertThat(good.get(1).link.isUp()).isTrue();
    }

    @Test
    void closedLinksLeaveNothingBehind() {
        LinkLab lab = new LinkLab(1);
        Node a = LinkLab.node(1);
        Node b = LinkLab.node(2);
        List<End> pair = lab.dial(a, b);
        lab.runFor(SECOND);
        pair.get(0).link.carrierLost("gone");
        pair.get(1).link.carrierLost("gone");
        assertThat(a.table.nodeCount()).isZero();
        assertThat(b.table.nodeCount()).isZero();
        assertThat(a.table.linkTo(b.self.node())).isEmpty();
    }

    @Test
    void connectionsOfOneNodeAreLimited() {
        LinkLab lab = new LinkLab(1);
        Node a = LinkLab.node(1);
        Node b = LinkLab.node(2);
        List<End> accepted = new ArrayList<>();
        for (int i = 0; i <= LinkTable.LINKS_PER_NODE_MAX; i++) {
            List<End> pair = lab.dial(a, b);
            pair.get(1).cut = true;
            accepted.add(pair.get(1));
        }
        lab.runFor(100 * MILLI);
        assertThat(accepted.get(0).closed).isEmpty();
        assertThat(accepted.get(LinkTable.LINKS_PER_NODE_MAX).closed.get(0)).startsWith("LIMIT|8 links to node");
    }

    /** Runs every order in which dials and frames can happen; returns how many there are. */
    private static int everyInterleaving(int[] diallers, int bestIndex) {
        List<int[]> path = new ArrayList<>();
        int runs = 0;
        while (true) {
            int[] depth = {0};
            IntUnaryOperator choose = width -> {
                if (depth[0] == path.size()) {
                    path.add(new int[] {0, width});
                }
                return path.get(depth[0]++)[0];
            };
            new Interleaving(diallers).run(choose, bestIndex, "path " + choices(path));
            runs++;
            while (!path.isEmpty()) {
                int[] last = path.get(path.size() - 1);
                if (++last[0] < last[1]) {
                    break;
                }
                path.remove(path.size() - 1);
            }
            if (path.isEmpty()) {
                return runs;
            }
        }
    }

    private static String choices(List<int[]> path) {
        StringBuilder text = new StringBuilder();
        path.forEach(choice -> text.append(choice[0]));
        return text.toString();
    }

    /** Connections that keep order, each frame of which is delivered by hand. */
    private static final class Interleaving {
        private final LinkLab lab = new LinkLab(1);
        private final List<List<End>> pairs = new ArrayList<>();
        private final List<Integer> delivered = new ArrayList<>();
        private int dialled;

        /** @param diallers the number of the node that makes each dial, 1 or 2 */
        Interleaving(int[] diallers) {
            Node a = LinkLab.node(1);
            Node b = LinkLab.node(2);
            for (int dialler : diallers) {
                pairs.add(dialler == 1 ? lab.connect(a, b) : lab.connect(b, a));
                delivered.add(0);
                delivered.add(0);
            }
        }

        void run(IntUnaryOperator choose, int bestIndex, String name) {
            while (true) {
                List<Runnable> possible = new ArrayList<>();
                if (dialled < pairs.size()) {
                    possible.add(() -> pairs.get(dialled++).forEach(end -> end.link.start(0)));
                }
                for (int i = 0; i < dialled; i++) {
                    for (int side = 0; side < 2; side++) {
                        next(2 * i + side, pairs.get(i).get(side), pairs.get(i).get(1 - side), possible);
                    }
                }
                if (possible.isEmpty()) {
                    break;
                }
                possible.get(possible.size() == 1 ? 0 : choose.applyAsInt(possible.size()))
                        .run();
            }
            for (int i = 0; i < pairs.size(); i++) {
                for (End end : pairs.get(i)) {
                    assertThat(end.link.isUp())
                            .as("%s, dial %d: %s", name, i, end.closed)
                            .isEqualTo(i == bestIndex);
                }
            }
        }

        private void next(int queue, End from, End to, List<Runnable> possible) {
            while (delivered.get(queue) < from.sent.size()) {
                Frame frame = from.sent.get(delivered.get(queue));
                if (frame.type() != FrameType.PING && frame.type() != FrameType.PONG) {
                    ByteView bytes = frame.encode();
                    possible.add(() -> {
                        delivered.set(queue, delivered.get(queue) + 1);
                        to.handle(bytes);
                    });
                    return;
                }
                // Heartbeats bear on nothing here and would make the orders countless.
                delivered.set(queue, delivered.get(queue) + 1);
            }
        }
    }
}
