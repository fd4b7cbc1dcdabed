package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.wire.GroupName;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whom the others of a flow to many wait for: driven by hand, one member heard and another not. */
class GroupPaceTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final int WINDOW_MESSAGES = 4;

    /** A flow of which every message is for two members, and has left for both. */
    private static final class Bench {
        private final GroupName name;
        private final GroupMessages messages = new GroupMessages();
        private final GroupWindow window;
        private final GroupDues dues = new GroupDues(FlowConfig.Retransmission.DEFAULT);
        private final GroupResends resends = new GroupResends();
        private final GroupPace pace;
        private final GroupMember silent = new GroupMember(new NodeId(0, 1), 1, 0, 0);
        private final GroupMember talking = new GroupMember(new NodeId(0, 2), 1, 0, 0);

        private Bench(SocketKind kind) {
            GroupConfig config = GroupLab.config(WINDOW_MESSAGES, 64);
            name = new GroupName(GroupName.Scope.GROUP, kind, "all", "");
            window = new GroupWindow(config);
            pace = new GroupPace(name, config, messages, window, dues, resends, 0);
        }

        private GroupMessage send(long nowNanos) {
            GroupMember[] members = {silent, talking};
            TreeSet<NodeId> nodes = new TreeSet<>(List.of(silent.node, talking.node));
            GroupSend send = new GroupSend(messages.next() + 1, name, nodes, ByteView.utf8("word"), 10 * SECOND);
            GroupMessage message =
                    new GroupMessage(new GroupParcel(List.of(send), send.payload()), members, 1_024, nowNanos);
            messages.add(message);
            messages.number(message);
            Piece piece = message.pieces.get(message.fresh++);
            piece.state = Piece.State.UNDER_WAY;
            piece.sentNanos = nowNanos;
            for (GroupMember member : members) {
                member.underWay++;
                message.laggingCount += member.lagging ? 1 : 0;
            }
            window.recount(message);
            window.recount(piece);
            return message;
        }

        /** A member has all that has left. */
        private void has(GroupMember member) {
            for (GroupMessage message : messages.openFor(member)) {
                int i = message.openIndexOf(member);
                message.open.clear(i);
                message.laggingCount -= member.lagging ? 1 : 0;
                member.underWay--;
                message.pieces.forEach(piece -> piece.missing.clear(i));
                message.pieces.forEach(window::recount);
                window.recount(message);
            }
        }

        private void hear(GroupMember member, long nowNanos) {
            pace.handleAnswer(nowNanos);
            pace.hear(member, nowNanos);
        }

        private List<Piece> polled() {
            List<Piece> polled = new ArrayList<>();
            for (Piece next = resends.poll(window); next != null; next = resends.poll(window)) {
                polled.add(next);
            }
            return polled;
        }
    }

    private final Bench bench = new Bench(SocketKind.SEQPACKET);
    private final GroupPace pace = bench.pace;
    private final long silence = bench.dues.silenceNanos();

    // ------------------------------------------------------------------ who is set aside

    @Test
    void whoIsSilentWhileAnotherAnswersIsWaitedForNoMore() {
        GroupMessage message = bench.send(0);
        pace.suspect(bench.silent, 0, silence);
        bench.hear(bench.talking, MILLI);
        assertThat(pace.nextNanos()).isEqualTo(silence);
        pace.judge(silence - 1);
        assertThat(bench.silent.lagging).isFalse();
        assertThat(message.laggingCount).isZero();
        pace.judge(silence);
        assertThat(bench.silent.lagging).isTrue();
        assertThat(bench.talking.lagging).isFalse();
        assertThat(message.laggingCount).isOne();
        assertThat(pace.nextNanos()).as("nothing is left to judge").isEqualTo(Deadlines.NEVER);
    }

    @Test
    void aMessageThatOnlyWhoLagsHasNotAnsweredHoldsUpNobody() {
        GroupMessage message = bench.send(0);
        bench.has(bench.talking);
        assertThat(bench.window.awaitedMessages()).isOne();
        pace.putAside(bench.silent);
        assertThat(message.isAwaited()).isFalse();
        assertThat(bench.window.awaitedMessages()).isZero();
    }

    @Test
    void whereNobodyAnswersNobodyIsSetAsideUntilTheLongestSilence() {
        assertThat(silence).isLessThan(GroupDues.SILENCE_NANOS_MAX);
        pace.suspect(bench.silent, 0, silence);
        long judged = 0;
        while (pace.nextNanos() < GroupDues.SILENCE_NANOS_MAX) {
            assertThat(pace.nextNanos()).as("it is judged ever later").isGreaterThan(judged);
            judged = pace.nextNanos();
            pace.judge(judged);
            assertThat(bench.silent.lagging).isFalse();
        }
        assertThat(pace.nextNanos()).isEqualTo(GroupDues.SILENCE_NANOS_MAX);
        pace.judge(GroupDues.SILENCE_NANOS_MAX);
        assertThat(bench.silent.lagging).isTrue();
    }

    @Test
    void anAnswerSinceTheSuspicionAcquits() {
        pace.suspect(bench.silent, 0, silence);
        bench.hear(bench.silent, 1);
        pace.judge(silence);
        assertThat(bench.silent.lagging).isFalse();
        assertThat(bench.silent.isSuspected()).isFalse();
        assertThat(pace.nextNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void whatWasHeardInTheMomentOfTheQuestionAnswersAnEarlierOne() {
        bench.hear(bench.silent, MILLI);
        pace.suspect(bench.silent, MILLI, silence);
        bench.hear(bench.talking, 2 * MILLI);
        pace.judge(MILLI + silence);
        assertThat(bench.silent.lagging).isTrue();
    }

    @Test
    void aSecondQuestionLeavesTheFirstItsTime() {
        pace.suspect(bench.silent, 0, silence);
        pace.suspect(bench.silent, silence / 2, silence);
        bench.hear(bench.talking, MILLI);
        pace.judge(silence);
        assertThat(bench.silent.lagging).isTrue();
    }

    @Test
    void whoLagsIsNotSuspectedOnceMore() {
        pace.putAside(bench.silent);
        pace.suspect(bench.silent, 0, silence);
        assertThat(pace.nextNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void whoIsPutAsideTwiceCountsOnce() {
        GroupMessage message = bench.send(0);
        pace.putAside(bench.silent);
        pace.putAside(bench.silent);
        assertThat(message.laggingCount).isOne();
    }

    // ------------------------------------------------------------------ who is waited for again

    /** Messages of which one member has answered all and the other, put aside, none. */
    private void fallBehind(int count) {
        pace.putAside(bench.silent);
        for (int i = 0; i < count; i++) {
            bench.send(0);
        }
        bench.has(bench.talking);
    }

    @Test
    void whoIsHalfAWindowBehindIsWaitedForAgainAsSoonAsItIsHeard() {
        fallBehind(WINDOW_MESSAGES / 2);
        bench.hear(bench.silent, MILLI);
        assertThat(bench.silent.lagging).isFalse();
        assertThat(bench.window.awaitedMessages()).isEqualTo(WINDOW_MESSAGES / 2);
    }

    @Test
    void whoIsFurtherBehindWouldHoldUpTheOthersAndIsNotWaitedFor() {
        fallBehind(WINDOW_MESSAGES / 2 + 1);
        bench.hear(bench.silent, MILLI);
        assertThat(bench.silent.lagging).isTrue();
        assertThat(bench.window.awaitedMessages()).isZero();
    }

    @Test
    void whatTheOthersHaveNotAnsweredEitherIsNotBeingBehind() {
        pace.putAside(bench.silent);
        for (int i = 0; i < 3 * WINDOW_MESSAGES; i++) {
            bench.send(0);
        }
        bench.hear(bench.silent, MILLI);
        assertThat(bench.silent.lagging).isFalse();
    }

    @Test
    void whereNobodyKeepsUpNobodyIsHeldUpByWhoIsFarBehind() {
        fallBehind(3 * WINDOW_MESSAGES);
        bench.hear(bench.silent, silence);
        assertThat(bench.silent.lagging)
                .as("another has kept up until a silence ago")
                .isTrue();
        bench.hear(bench.silent, silence + 1);
        assertThat(bench.silent.lagging).isFalse();
    }

    @Test
    void whoHasDetachedOrIsLeavingIsNotWaitedForWhateverItSays() {
        pace.putAside(bench.silent);
        bench.silent.detachedNanos = 0;
        bench.hear(bench.silent, 10 * SECOND);
        assertThat(bench.silent.lagging).isTrue();
        bench.silent.detachedNanos = -1;
        bench.silent.leaving = true;
        bench.hear(bench.silent, 20 * SECOND);
        assertThat(bench.silent.lagging).isTrue();
        bench.silent.leaving = false;
        bench.hear(bench.silent, 30 * SECOND);
        assertThat(bench.silent.lagging).isFalse();
    }

    // ------------------------------------------------------------------ what goes again

    @Test
    void whatWasLostWhileAMemberWasSilentGoesAgainAsSoonAsItIsHeard() {
        Piece piece = bench.send(0).pieces.get(0);
        bench.dues.schedule(piece, 0);
        piece.expiries = 3;
        bench.hear(bench.silent, silence + 1);
        assertThat(piece.state).isEqualTo(Piece.State.DUE);
        assertThat(piece.expiries).isZero();
        assertThat(bench.dues.nextNanos()).as("no timer is left").isEqualTo(Deadlines.NEVER);
        assertThat(bench.polled()).containsExactly(piece);
    }

    @Test
    void whatLeftALittleWhileAgoMayBeUnderWayStill() {
        Piece piece = bench.send(1).pieces.get(0);
        bench.hear(bench.silent, silence + 1);
        assertThat(piece.state).isEqualTo(Piece.State.UNDER_WAY);
        assertThat(bench.polled()).isEmpty();
    }

    @Test
    void whatGoesToWhoWasNotSilentWaitsForItsTimer() {
        Piece piece = bench.send(0).pieces.get(0);
        bench.hear(bench.silent, silence);
        bench.hear(bench.silent, 2 * silence);
        assertThat(piece.state).isEqualTo(Piece.State.UNDER_WAY);
    }

    @Test
    void aDatagramGoesOnceWhoeverIsHeardOfLater() {
        Bench datagrams = new Bench(SocketKind.DGRAM);
        Piece piece = datagrams.send(0).pieces.get(0);
        datagrams.hear(datagrams.silent, 10 * SECOND);
        assertThat(piece.state).isEqualTo(Piece.State.UNDER_WAY);
        assertThat(datagrams.polled()).isEmpty();
    }

    @Test
    void whatOnlyWhoLagsMissesGoesAgainAfterWhatTheOthersMiss() {
        Piece first = bench.send(0).pieces.get(0);
        bench.has(bench.talking);
        Piece second = bench.send(0).pieces.get(0);
        bench.resends.add(first);
        bench.resends.add(second);
        pace.putAside(bench.silent);
        assertThat(bench.resends.poll(bench.window)).isSameAs(second);
        assertThat(bench.resends.poll(bench.window)).isSameAs(first);
    }
}
