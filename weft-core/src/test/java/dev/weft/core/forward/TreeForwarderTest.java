package dev.weft.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.TreeLayout;
import dev.weft.core.wire.TreeMark;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** One relay of a tree: the copies it sends, and the one answer it makes of many. */
class TreeForwarderTest {
    private static final long MILLI = 1_000_000L;
    private static final NodeId ORIGIN = new NodeId(1, 1);
    private static final NodeId SELF = new NodeId(2, 2);
    private static final NodeId LEFT = new NodeId(3, 3);
    private static final NodeId RIGHT = new NodeId(4, 4);

    /** Origin, this relay, which is a member, and two members behind it by labels 7 and 9. */
    private static final TreeLayout LAYOUT = TreeLayout.of(
            new int[] {0, 0, 1, 1},
            new int[] {0, 5, 7, 9},
            List.of(TreeMark.RELAY, member(SELF), member(LEFT), member(RIGHT)));

    private record Sent(NodeId to, Frame frame) {}

    private final TreeMap<Integer, NodeId> links = new TreeMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<GroupAck> direct = new ArrayList<>();
    private final TreeForwarder forwarder = new TreeForwarder(SELF, 1, new Labels(), new Out());
    private OptionalLong own = OptionalLong.empty();
    private boolean full;
    private boolean originIsUp = true;

    private static TreeMark member(NodeId node) {
        return TreeMark.member(TreeMark.checkOf(node, 1));
    }

    private TreeForwarderTest() {
        links.put(5, ORIGIN);
        links.put(7, LEFT);
        links.put(9, RIGHT);
    }

    private final class Labels implements Forwarder.Labels {
        @Override
        public Optional<NodeId> neighborOf(int label) {
            return Optional.ofNullable(links.get(label));
        }

        @Override
        public int labelOf(NodeId neighbor) {
            return 11;
        }
    }

    private final class Out implements TreeForwarder.Output {
        @Override
        public TreeForwarder.Reply take(TreeFrame frame) {
            return new TreeForwarder.Reply(Verdict.DELIVERED, own);
        }

        @Override
        public LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {
            if (full && frame.type() == FrameType.GROUP_DATA) {
                return LinkQueue.Taken.FULL;
            }
            sent.add(new Sent(neighbor, frame));
            return LinkQueue.Taken.QUEUED;
        }

        @Override
        public boolean isUp(NodeId neighbor) {
            return neighbor.equals(ORIGIN) && originIsUp;
        }

        @Override
        public void sendTo(NodeId origin, Frame frame) {
            direct.add((GroupAck) frame);
        }
    }

    private void arrive(long transmission) {
        TreeHeader header = TreeHeader.first(new TreeHeader.TreeOrigin(ORIGIN, 1, transmission), 40, LAYOUT, 1);
        forwarder.handle(ORIGIN, new TreeFrame(FrameType.GROUP_DATA, header, ByteView.utf8("body")), 0);
        forwarder.flush();
    }

    private void answer(NodeId from, long transmission, int node, Verdict verdict) {
        GroupAck.Run run = new GroupAck.Run(LAYOUT.offset(node), LAYOUT.end(node), verdict);
        forwarder.handleAck(from, new GroupAck(ORIGIN, 1, List.of(new GroupAck.Answer(transmission, List.of(run)))));
        forwarder.flush();
    }

    private List<GroupAck> acks() {
        List<GroupAck> acks = new ArrayList<>();
        for (Sent each : sent) {
            if (each.frame.type() == FrameType.GROUP_ACK) {
                try {
                    acks.add(GroupAck.decode(new WireReader(((RoutedFrame) each.frame).body())));
                } catch (MalformedFrame e) {
                    throw new AssertionError(e);
                }
            }
        }
        return acks;
    }

    @Test
    void eachBranchGetsOneCopyWithItsOwnPartOfTheTree() {
        arrive(1);
        assertThat(sent).extracting(Sent::to).containsExactly(LEFT, RIGHT);
        TreeHeader left = ((TreeFrame) sent.get(0).frame).header();
        assertThat(left.branches()).isEmpty();
        assertThat(left.from()).isEqualTo(LAYOUT.offset(2));
        assertThat(left.back()).isEqualTo(RouteHeader.along(11));
    }

    @Test
    void whenAllHaveAnsweredOneRunSaysSo() {
        arrive(1);
        answer(LEFT, 1, 2, Verdict.DELIVERED);
        assertThat(acks()).isEmpty();
        answer(RIGHT, 1, 3, Verdict.DELIVERED);
        assertThat(acks())
                .containsExactly(new GroupAck(
                        ORIGIN,
                        1,
                        List.of(new GroupAck.Answer(
                                1, List.of(new GroupAck.Run(LAYOUT.offset(1), LAYOUT.end(1), Verdict.DELIVERED))))));
        assertThat(forwarder.gatheringCount()).isZero();
        assertThat(forwarder.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    private void answerWith(NodeId from, int node, long code) {
        GroupAck.Run run = new GroupAck.Run(
                LAYOUT.offset(node), LAYOUT.end(node), Verdict.DELIVERED, RouteHeader.Mark.NONE, OptionalLong.of(code));
        forwarder.handleAck(from, new GroupAck(ORIGIN, 1, List.of(new GroupAck.Answer(1, List.of(run)))));
    }

    @Test
    void theCodesOfThoseThatSayTheSameAreAddedUpEachOnceHoweverOftenItComes() {
        own = OptionalLong.of(0b1000);
        arrive(1);
        answerWith(LEFT, 2, 0b0011);
        answerWith(LEFT, 2, 0b0011);
        answerWith(RIGHT, 3, 0b0101);
        forwarder.flush();
        GroupAck.Run all = new GroupAck.Run(
                LAYOUT.offset(1),
                LAYOUT.end(1),
                Verdict.DELIVERED,
                RouteHeader.Mark.NONE,
                OptionalLong.of(0b1000 ^ 0b0011 ^ 0b0101));
        assertThat(acks()).hasSize(1);
        assertThat(acks().get(0).answers().get(0).runs()).containsExactly(all);
    }

    @Test
    void whoDoesNotVouchStaysApartFromThoseWhoDo() {
        own = OptionalLong.of(0b1000);
        arrive(1);
        answerWith(LEFT, 2, 0b0011);
        answer(RIGHT, 1, 3, Verdict.DELIVERED);
        assertThat(acks().get(0).answers().get(0).runs())
                .extracting(GroupAck.Run::code)
                .containsExactly(OptionalLong.of(0b1000 ^ 0b0011), OptionalLong.empty());
    }

    @Test
    void exceptionsKeepTheirPlace() {
        arrive(1);
        answer(LEFT, 1, 2, Verdict.refused(Outcome.Reason.NO_ENDPOINT));
        answer(RIGHT, 1, 3, Verdict.DELIVERED);
        assertThat(acks().get(0).answers().get(0).runs())
                .extracting(GroupAck.Run::verdict)
                .containsExactly(Verdict.DELIVERED, Verdict.refused(Outcome.Reason.NO_ENDPOINT), Verdict.DELIVERED);
    }

    @Test
    void whereTheFrameHasMetCongestionIsSaidForEachBranch() {
        arrive(1);
        answer(LEFT, 1, 2, Verdict.DELIVERED);
        GroupAck.Run marked =
                new GroupAck.Run(LAYOUT.offset(3), LAYOUT.end(3), Verdict.DELIVERED, RouteHeader.Mark.CONGESTION);
        forwarder.handleAck(RIGHT, new GroupAck(ORIGIN, 1, List.of(new GroupAck.Answer(1, List.of(marked)))));
        forwarder.flush();
        assertThat(acks().get(0).answers().get(0).runs())
                .containsExactly(
                        new GroupAck.Run(LAYOUT.offset(1), LAYOUT.end(2), Verdict.DELIVERED),
                        marked.widened(LAYOUT.end(2), LAYOUT.end(3)));
    }

    @Test
    void itsOwnWordTellsWhetherTheFrameCameMarked() {
        TreeHeader header = TreeHeader.first(new TreeHeader.TreeOrigin(ORIGIN, 1, 1), 40, LAYOUT, 2)
                .marked();
        TreeForwarder left = new TreeForwarder(LEFT, 1, new Labels(), new Out());
        left.handle(ORIGIN, new TreeFrame(FrameType.GROUP_DATA, header, ByteView.EMPTY), 0);
        left.flush();
        assertThat(acks().get(0).answers().get(0).runs())
                .extracting(GroupAck.Run::congestion)
                .containsExactly(RouteHeader.Mark.CONGESTION);
    }

    @Test
    void whenPatienceEndsItSaysWhatThereIsAndPassesOnWhatComesLater() {
        arrive(1);
        answer(LEFT, 1, 2, Verdict.DELIVERED);
        assertThat(forwarder.nextDeadlineNanos()).isEqualTo(40 * MILLI);
        forwarder.handleTime(40 * MILLI);
        forwarder.flush();
        assertThat(acks()).hasSize(1);
        assertThat(acks().get(0).answers().get(0).runs())
                .containsExactly(new GroupAck.Run(LAYOUT.offset(1), LAYOUT.end(2), Verdict.DELIVERED));
        answer(RIGHT, 1, 3, Verdict.DELIVERED);
        assertThat(acks()).hasSize(2);
        assertThat(forwarder.gatheringCount()).isZero();
    }

    @Test
    void whoIsAboutToLeaveSaysWhatThereIsAtOnce() {
        arrive(1);
        answer(LEFT, 1, 2, Verdict.DELIVERED);
        assertThat(acks()).isEmpty();
        forwarder.handOver();
        forwarder.flush();
        assertThat(acks().get(0).answers().get(0).runs())
                .containsExactly(new GroupAck.Run(LAYOUT.offset(1), LAYOUT.end(2), Verdict.DELIVERED));
    }

    @Test
    void aNeighborSpeaksForItsOwnBranchOnly() {
        arrive(1);
        answer(LEFT, 1, 3, Verdict.DELIVERED);
        forwarder.handleTime(40 * MILLI);
        forwarder.flush();
        assertThat(acks().get(0).answers().get(0).runs())
                .extracting(GroupAck.Run::to)
                .allSatisfy(to -> assertThat(to).isLessThan(LAYOUT.offset(2)));
    }

    @Test
    void aBranchWithoutALinkIsReportedAndAnsweredForAsAbsent() throws MalformedFrame {
        links.remove(9);
        arrive(1);
        answer(LEFT, 1, 2, Verdict.DELIVERED);
        RoutedFrame routed = (RoutedFrame) sent.get(1).frame;
        RouteError error = RouteError.decode(new WireReader(routed.body()));
        assertThat(error.reason()).isEqualTo(RouteError.Reason.NO_LINK);
        assertThat(error.failedLabel()).isEqualTo(9);
        assertThat(TreeForwarder.LostBranch.decode(error.excerpt()))
                .isEqualTo(new TreeForwarder.LostBranch(1, LAYOUT.offset(3), LAYOUT.end(3)));
        assertThat(acks().get(0).answers().get(0).runs())
                .extracting(GroupAck.Run::verdict)
                .containsExactly(Verdict.DELIVERED, Verdict.ABSENT);
    }

    @Test
    void aBranchThatLeadsBackIsRefused() {
        links.put(9, ORIGIN);
        arrive(1);
        assertThat(sent)
                .filteredOn(each -> each.frame.type() == FrameType.GROUP_DATA)
                .hasSize(1);
        assertThat(forwarder.refusedCount()).isEqualTo(1);
    }

    @Test
    void fullQueuesAreAnsweredForAsAbsent() {
        full = true;
        arrive(1);
        assertThat(acks().get(0).answers().get(0).runs())
                .extracting(GroupAck.Run::verdict)
                .containsExactly(Verdict.DELIVERED, Verdict.ABSENT);
    }

    @Test
    void aFrameForAnotherMemberIsNeitherTakenNorPassedOnNorAnsweredFor() {
        TreeForwarder nextLife = new TreeForwarder(SELF, 2, new Labels(), new Out());
        TreeHeader header = TreeHeader.first(new TreeHeader.TreeOrigin(ORIGIN, 1, 1), 40, LAYOUT, 1);
        nextLife.handle(ORIGIN, new TreeFrame(FrameType.GROUP_DATA, header, ByteView.EMPTY), 0);
        nextLife.flush();
        assertThat(sent).isEmpty();
        assertThat(nextLife.strayCount()).isEqualTo(1);
    }

    @Test
    void answersToWhatIsNotKnownHereGoStraightToTheOrigin() {
        answer(LEFT, 77, 2, Verdict.DELIVERED);
        assertThat(direct).hasSize(1);
        assertThat(sent).isEmpty();
    }

    @Test
    void answersGoStraightToTheOriginWhenTheNodeBeforeHasGone() {
        arrive(1);
        originIsUp = false;
        forwarder.handleLinkDown(LEFT);
        forwarder.handleLinkDown(RIGHT);
        forwarder.flush();
        assertThat(direct).hasSize(1);
        assertThat(forwarder.gatheringCount()).isZero();
    }

    @Test
    void whatIsGatheredIsBoundedAndTheOldestIsSaidBeforeItIsForgotten() {
        for (int i = 1; i <= TreeForwarder.GATHERINGS_MAX + 10; i++) {
            arrive(i);
        }
        assertThat(forwarder.gatheringCount()).isEqualTo(TreeForwarder.GATHERINGS_MAX);
        assertThat(acks()).hasSize(10);
        forwarder.handleTime(40 * MILLI);
        forwarder.handleTime(6_000 * MILLI);
        forwarder.flush();
        assertThat(forwarder.gatheringCount()).isZero();
    }

    @Test
    void aCopyThatComesWhenTheTimeOfAllThatIsGatheredIsOverFindsRoom() {
        for (int i = 1; i <= TreeForwarder.GATHERINGS_MAX; i++) {
            arrive(i);
        }
        forwarder.handleTime(6_000 * MILLI);
        arrive(TreeForwarder.GATHERINGS_MAX + 1);
        forwarder.flush();
        assertThat(acks().stream().mapToInt(ack -> ack.answers().size()).sum()).isEqualTo(TreeForwarder.GATHERINGS_MAX);
        assertThat(forwarder.gatheringCount()).isOne();
    }

    @Test
    void aCopyOfACopyIsNotPassedOnAgain() {
        arrive(1);
        arrive(1);
        assertThat(sent).hasSize(2);
    }
}
