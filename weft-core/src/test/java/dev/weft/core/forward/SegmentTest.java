package dev.weft.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Cast;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeLayout;
import dev.weft.core.wire.TreeMark;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who hears the datagrams of a node, and what rides on them, on a clock of its own. Node 0 speaks. */
class SegmentTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long MESH = 77;
    private static final int BYTES_MAX = 1_400;

    private final Prng prng = new Prng(5);
    private final List<Node> nodes = new ArrayList<>();
    private final TreeSet<Integer> deaf = new TreeSet<>();
    private final TreeMap<Integer, Integer> lossPerMillion = new TreeMap<>();
    private final List<ByteView> datagrams = new ArrayList<>();
    private final TreeMap<NodeId, Long> lives = new TreeMap<>();
    private long nowNanos;
    private long transmission;

    private static NodeId id(int index) {
        return new NodeId(3, 1 + index);
    }

    private final class Node implements Segment.Output {
        private final int index;
        private final Segment segment;
        private final List<TreeFrame> byDatagram = new ArrayList<>();
        private int byLink;

        private Node(int index) {
            this.index = index;
            segment = new Segment(id(index), 1, MESH, this);
            segment.open(BYTES_MAX);
        }

        @Override
        public void cast(ByteView datagram) {
            assertThat(datagram.length()).isLessThanOrEqualTo(BYTES_MAX);
            datagrams.add(datagram);
            for (Node node : nodes) {
                boolean isLost = deaf.contains(node.index) || prng.chance(lossPerMillion.getOrDefault(node.index, 0));
                if (node != this && !isLost) {
                    node.hear(datagram);
                }
            }
        }

        private void hear(ByteView datagram) {
            byDatagram.addAll(segment.handle(datagram, nowNanos).frames());
        }

        @Override
        public void send(NodeId neighbor, TreeFrame frame) {
            nodes.get((int) neighbor.low() - 1).byLink++;
        }

        @Override
        public void tell(NodeId neighbor, CastHeard heard) {
            nodes.get((int) neighbor.low() - 1).segment.handleHeard(id(index), heard, nowNanos);
        }

        @Override
        public boolean isUp(NodeId neighbor) {
            return neighbor.low() <= nodes.size();
        }

        @Override
        public long incarnationOf(NodeId node) {
            return lives.getOrDefault(node, 1L);
        }

        private long counter(String name) {
            TreeMap<String, Long> counters = new TreeMap<>();
            segment.count(counters);
            return counters.get(name);
        }
    }

    private void nodes(int count) {
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(i));
        }
    }

    private void run(long nanos) {
        long until = nowNanos + nanos;
        while (true) {
            long next = Long.MAX_VALUE;
            for (Node node : nodes) {
                next = Math.min(next, node.segment.nextDeadlineNanos());
            }
            if (next > until) {
                nowNanos = until;
                return;
            }
            nowNanos = Math.max(nowNanos, next);
            for (Node node : nodes) {
                node.segment.handleTime(nowNanos);
                node.segment.flush(nowNanos);
            }
        }
    }

    /** Sends a frame to neighbors as a turn does. */
    private void send(int payloadBytes, int... to) {
        offer(payloadBytes, to);
        nodes.get(0).segment.flush(nowNanos);
    }

    private void offer(int payloadBytes, int... to) {
        int[] parents = new int[1 + to.length];
        int[] labels = new int[1 + to.length];
        List<TreeMark> marks = new ArrayList<>(List.of(TreeMark.RELAY));
        for (int i = 0; i < to.length; i++) {
            labels[1 + i] = 1 + i;
            marks.add(TreeMark.member(TreeMark.checkOf(id(to[i]), 1)));
        }
        TreeLayout layout = TreeLayout.of(parents, labels, marks);
        GroupData data = new GroupData(
                1, transmission, 0, Optional.empty(), 0, 1, payloadBytes, ByteView.of(new byte[payloadBytes]));
        WireWriter body = new WireWriter();
        data.encodeBody(body);
        TreeHeader.TreeOrigin origin = new TreeHeader.TreeOrigin(id(0), 1, ++transmission);
        ByteView bytes = body.view();
        for (int i = 0; i < to.length; i++) {
            TreeFrame frame = new TreeFrame(FrameType.GROUP_DATA, TreeHeader.first(origin, 40, layout, 1 + i), bytes);
            if (nodes.get(0).segment.offer(id(to[i]), frame, nowNanos) == Segment.Way.LINK) {
                nodes.get(to[i]).byLink++;
            }
        }
    }

    /** A frame every 10 ms. */
    private void stream(int count, int... to) {
        for (int i = 0; i < count; i++) {
            send(100, to);
            run(10 * MILLI);
        }
    }

    @Test
    void nobodyIsTrustedBeforeItHasHeardARowOfDatagrams() {
        nodes(4);
        send(100, 1, 2, 3);
        send(100, 1, 2, 3);
        assertThat(nodes.get(1).byLink).isEqualTo(2);
        stream(60, 1, 2, 3);
        for (int i = 1; i <= 3; i++) {
            assertThat(nodes.get(i).byLink).as("node %d", i).isLessThan(40);
            assertThat(nodes.get(i).byLink + nodes.get(i).byDatagram.size()).isEqualTo(62);
        }
        nodes.get(1).byDatagram.clear();
        send(100, 1, 2, 3);
        TreeFrame frame = nodes.get(1).byDatagram.get(0);
        assertThat(frame.header().mark().check()).isEqualTo(TreeMark.checkOf(id(1), 1));
        assertThat(frame.header().origin().transmission()).isEqualTo(transmission);
    }

    @Test
    void whereNoFrameHasTwoBranchesNoDatagramEverLeaves() {
        nodes(3);
        stream(100, 1);
        assertThat(datagrams).isEmpty();
    }

    @Test
    void datagramsEndWithTheTrafficThatAsksForThem() {
        nodes(3);
        stream(100, 1, 2);
        run(20 * SECOND);
        int before = datagrams.size();
        run(600 * SECOND);
        assertThat(datagrams).hasSize(before);
    }

    @Test
    void whoHearsNothingGetsEverythingOverItsLinkAndTheOthersDoNot() {
        nodes(4);
        deaf.add(3);
        stream(200, 1, 2, 3);
        assertThat(nodes.get(3).byLink).isEqualTo(200);
        assertThat(nodes.get(1).byDatagram).hasSizeGreaterThan(150);
    }

    @Test
    void aSingleNeighborThatHearsGetsNoDatagramOfItsOwn() {
        nodes(3);
        deaf.add(2);
        stream(200, 1, 2);
        assertThat(nodes.get(1).byLink).isEqualTo(200);
    }

    @Test
    void whoseLossesPassTheBoundFallsBackToItsLinkForAWhile() {
        nodes(4);
        stream(60, 1, 2, 3);
        lossPerMillion.put(2, 200_000);
        int before = nodes.get(2).byLink;
        stream(400, 1, 2, 3);
        assertThat(nodes.get(0).counter("segment.rested")).isPositive();
        assertThat(nodes.get(2).byLink - before).isGreaterThan(200);
        lossPerMillion.clear();
        run(10 * SECOND);
        stream(1_200, 1, 2, 3);
        before = nodes.get(2).byLink;
        stream(100, 1, 2, 3);
        assertThat(nodes.get(2).byLink).isEqualTo(before);
    }

    @Test
    void aFewLossesAreLeftToTheFlow() {
        nodes(4);
        stream(60, 1, 2, 3);
        for (int i = 1; i <= 3; i++) {
            lossPerMillion.put(i, 10_000);
        }
        stream(1_000, 1, 2, 3);
        assertThat(nodes.get(0).counter("segment.rested")).isZero();
    }

    @Test
    void whoFallsSilentIsTrustedNoLongerThanTwoSeconds() {
        nodes(4);
        stream(60, 1, 2, 3);
        deaf.add(1);
        stream(205, 1, 2, 3);
        int before = nodes.get(1).byLink;
        stream(100, 1, 2, 3);
        assertThat(nodes.get(1).byLink - before).isEqualTo(100);
    }

    @Test
    void smallFramesOfATurnShareADatagramAndLargeOnesGoOverLinks() {
        nodes(4);
        stream(60, 1, 2, 3);
        int before = datagrams.size();
        nodes.get(1).byDatagram.clear();
        for (int i = 0; i < 10; i++) {
            offer(64, 1, 2, 3);
        }
        nodes.get(0).segment.flush(nowNanos);
        assertThat(datagrams).hasSizeBetween(before + 1, before + 2);
        assertThat(nodes.get(1).byDatagram).hasSize(10);
        int byLink = nodes.get(1).byLink;
        send(1_400, 1, 2, 3);
        assertThat(nodes.get(1).byLink).isEqualTo(byLink + 1);
    }

    @Test
    void aDatagramThatComesTwiceOrLateIsTakenOnce() {
        nodes(4);
        stream(60, 1, 2, 3);
        int frames = nodes.get(1).byDatagram.size();
        for (ByteView datagram : List.copyOf(datagrams)) {
            nodes.get(1).hear(datagram);
        }
        assertThat(nodes.get(1).byDatagram).hasSize(frames);
        assertThat(nodes.get(1).counter("segment.repeated")).isPositive();
    }

    @Test
    void whatNoNeighborOfThisLifeHasSentIsCountedAndDropped() {
        nodes(4);
        stream(60, 1, 2, 3);
        int frames = nodes.get(1).byDatagram.size();
        lives.put(id(0), 2L);
        ByteView last = datagrams.get(datagrams.size() - 1);
        nodes.get(1).hear(last);
        nodes.get(1).hear(new Cast(MESH, id(50), 1, 1, List.of()).encode());
        assertThat(nodes.get(1).counter("segment.strangers")).isEqualTo(2);
        nodes.get(1).hear(new Cast(MESH + 1, id(0), 2, 1, List.of()).encode());
        assertThat(nodes.get(1).counter("segment.strangers")).isEqualTo(2);
        for (int length = 0; length < last.length(); length++) {
            nodes.get(1).hear(last.slice(0, length));
        }
        assertThat(nodes.get(1).counter("segment.malformed")).isPositive();
        assertThat(nodes.get(1).byDatagram).hasSize(frames);
    }

    @Test
    void aReportOfWhatWasNeverSentIsNotBelieved() {
        nodes(3);
        send(100, 1, 2);
        nodes.get(0).segment.handleHeard(id(1), new CastHeard(1_000_000, 999_000), nowNanos);
        nodes.get(0).segment.handleHeard(id(1), new CastHeard(2_000_000, 1_999_000), nowNanos);
        assertThat(nodes.get(0).counter("segment.hearers")).isZero();
    }

    @Test
    void withoutAMediumNothingIsSentAndNothingHeard() {
        nodes(2);
        Node mute = nodes.get(0);
        Segment closed = new Segment(id(9), 1, MESH, mute);
        assertThat(closed.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(closed.handle(new Cast(MESH, id(1), 1, 1, List.of()).encode(), 0)
                        .frames())
                .isEmpty();
    }
}
