package dev.weft.core.flow;

import static dev.weft.core.flow.GroupLab.MILLI;
import static dev.weft.core.flow.GroupLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that detach, and what they have of a flow when they have caught up. */
class GroupDetachTest {
    private static final int[][] FORK = {{0, 1}, {1, 2}, {1, 3}};
    private static final Verdict DETACHED = Verdict.refused(Outcome.Reason.DETACHED);
    private static final Outcome REJECTED = Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.DETACHED);

    private final List<Long> tickets = new ArrayList<>();

    private static GroupLab lab(long putBackBytes) {
        return new GroupLab(1, GroupConfig.DEFAULT.withPutBack(putBackBytes), 4, FORK);
    }

    private static GroupLab lab() {
        return lab(4L << 20);
    }

    private static void detach(GroupLab lab, int member) {
        lab.nodes.get(member).application = payload -> DETACHED;
    }

    private static void catchUp(GroupLab lab, int member) {
        lab.nodes.get(member).application = payload -> Verdict.DELIVERED;
        lab.nodes.get(member).catchUp();
    }

    private void send(GroupLab lab, SocketKind kind, int from, int to) {
        for (int i = from; i < to; i++) {
            tickets.add(lab.send(kind, "m" + i, 60 * SECOND, 2, 3));
            lab.run(2 * MILLI);
        }
        lab.run(5 * MILLI);
    }

    private static String[] texts(int from, int to) {
        String[] texts = new String[to - from];
        for (int i = from; i < to; i++) {
            texts[i - from] = "m" + i;
        }
        return texts;
    }

    @Test
    void whatWasPutBackIsFetchedAndEachTicketEndsOnce() {
        for (SocketKind kind : List.of(SocketKind.RDM, SocketKind.SEQPACKET)) {
            tickets.clear();
            GroupLab lab = lab();
            send(lab, kind, 0, 5);
            detach(lab, 2);
            send(lab, kind, 5, 50);
            assertThat(lab.nodes.get(2).received).containsExactly(texts(0, 5));
            assertThat(lab.nodes.get(3).received).containsExactly(texts(0, 50));
            assertThat(lab.outcomes.get(tickets.get(20))).doesNotContainKey(2);
            assertThat(lab.sender.putBackBytes()).isPositive();
            catchUp(lab, 2);
            send(lab, kind, 50, 60);
            lab.run(SECOND);
            assertThat(lab.nodes.get(2).received).containsExactlyInAnyOrder(texts(0, 60));
            if (kind == SocketKind.SEQPACKET) {
                assertThat(lab.nodes.get(2).received).containsExactly(texts(0, 60));
                assertThat(lab.nodes.get(2).missed).isZero();
            }
            assertThat(tickets).allMatch(ticket -> lab.outcome(ticket, 2).isDelivered());
            assertThat(lab.ended).containsExactlyInAnyOrderElementsOf(tickets);
            assertThat(lab.sender.putBackBytes()).isZero();
        }
    }

    /** What is beyond the bound is rejected, which the member is told as a gap; so are its bytes given back. */
    @Test
    void beyondTheBoundTheOldestAreRejectedAndToldAsAGap() {
        GroupLab lab = lab(20 * 4_200);
        detach(lab, 2);
        send(lab, SocketKind.SEQPACKET, 0, 100);
        assertThat(lab.outcome(tickets.get(0), 2)).isEqualTo(REJECTED);
        assertThat(lab.outcome(tickets.get(79), 2)).isEqualTo(REJECTED);
        assertThat(lab.outcomes.get(tickets.get(80))).doesNotContainKey(2);
        catchUp(lab, 2);
        lab.run(SECOND);
        assertThat(lab.nodes.get(2).received).containsExactly(texts(80, 100));
        assertThat(lab.nodes.get(2).missed).isEqualTo(80);
        assertThat(tickets.subList(80, 100))
                .allMatch(ticket -> lab.outcome(ticket, 2).isDelivered());
        assertThat(lab.nodes.get(3).received).containsExactly(texts(0, 100));
    }

    @Test
    void whereNothingIsKeptEachIsRejectedAtOnceAndTheMemberGoesOnFromNow() {
        GroupLab lab = lab(0);
        detach(lab, 2);
        send(lab, SocketKind.SEQPACKET, 0, 10);
        assertThat(tickets).allMatch(ticket -> lab.outcome(ticket, 2).equals(REJECTED));
        catchUp(lab, 2);
        send(lab, SocketKind.SEQPACKET, 10, 12);
        lab.run(SECOND);
        assertThat(lab.nodes.get(2).received).containsExactly(texts(10, 12));
        assertThat(lab.nodes.get(2).missed).isEqualTo(10);
    }

    @Test
    void whoChoseNotToWaitIsToldAtOnce() {
        GroupLab lab = lab();
        lab.whenFull = WhenFull.REFUSE;
        detach(lab, 2);
        send(lab, SocketKind.RDM, 0, 3);
        assertThat(tickets).allMatch(ticket -> lab.outcome(ticket, 2).reason() == Outcome.Reason.DETACHED);
    }

    @Test
    void whatIsNotFetchedInTimeIsRejectedForTheMemberNeverHadIt() {
        GroupLab lab = lab();
        detach(lab, 2);
        long ticket = lab.send(SocketKind.SEQPACKET, "m", 5 * SECOND, 2, 3);
        lab.run(5 * SECOND - MILLI);
        assertThat(lab.outcomes.get(ticket)).doesNotContainKey(2);
        lab.run(20 * MILLI);
        assertThat(lab.outcomes.get(ticket).get(2))
                .isIn(REJECTED, Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT));
        assertThat(lab.nodes.get(2).received).isEmpty();
    }

    /** The word that it has caught up is one frame, and may be lost. */
    @Test
    void whoseWordThatItHasCaughtUpIsLostIsAskedNowAndThen() {
        for (SocketKind kind : List.of(SocketKind.RDM, SocketKind.SEQPACKET)) {
            tickets.clear();
            GroupLab lab = lab(20 * 4_200);
            detach(lab, 2);
            send(lab, kind, 0, 50);
            lab.nodes.get(2).application = payload -> Verdict.DELIVERED;
            lab.run(20 * SECOND);
            assertThat(lab.nodes.get(2).received).containsExactly(texts(30, 50));
        }
    }

    @Test
    void aMemberThatDetachesHoldsUpNobodyHoweverManyMessagesThereAre() {
        GroupLab lab = lab();
        detach(lab, 2);
        for (int i = 0; i < 5_000; i++) {
            lab.send(SocketKind.SEQPACKET, "m" + i, 60 * SECOND, 2, 3);
            lab.run(MILLI / 10);
        }
        lab.run(20 * MILLI);
        assertThat(lab.nodes.get(3).received).hasSize(5_000);
        assertThat(lab.sender.putBackBytes()).isLessThanOrEqualTo(4L << 20);
    }

    @Test
    void messagesOfManyPiecesArePutBackAndFetchedWhole() {
        GroupLab lab = lab();
        ByteView large = ByteView.of(new byte[100_000]);
        detach(lab, 2);
        for (int i = 0; i < 10; i++) {
            tickets.add(lab.send(SocketKind.SEQPACKET, large, 60 * SECOND, 2, 3));
        }
        lab.run(SECOND);
        assertThat(lab.nodes.get(2).received).isEmpty();
        catchUp(lab, 2);
        lab.run(SECOND);
        assertThat(lab.nodes.get(2).received).hasSize(10);
        assertThat(tickets).allMatch(ticket -> lab.outcome(ticket, 2).isDelivered());
    }

    /** Whatever the network does: at most once, in order, gaps told, and nothing rejected that was delivered. */
    @Test
    void outcomesAreTrueWhateverTheNetworkDoes() {
        for (int seed = 1; seed <= 60; seed++) {
            Prng prng = new Prng(seed);
            SocketKind kind = prng.chance(500_000) ? SocketKind.RDM : SocketKind.SEQPACKET;
            GroupLab lab = new GroupLab(seed, GroupConfig.DEFAULT.withPutBack(prng.between(0, 60 * 4_200)), 4, FORK);
            lab.lossPerMillion = prng.below(200_000);
            lab.duplicationPerMillion = prng.below(200_000);
            lab.delayMaxNanos = prng.between(MILLI, 20 * MILLI);
            tickets.clear();
            for (int i = 0; i < 200; i++) {
                tickets.add(lab.send(kind, "m" + i, prng.between(SECOND, 20 * SECOND), 2, 3));
                lab.run(prng.between(0, 30 * MILLI));
                if (prng.chance(30_000)) {
                    detach(lab, 2);
                } else if (prng.chance(30_000)) {
                    catchUp(lab, 2);
                }
            }
            catchUp(lab, 2);
            lab.run(60 * SECOND);
            List<String> received = lab.nodes.get(2).received;
            assertThat(received).as("seed %d", seed).doesNotHaveDuplicates();
            assertThat(lab.ended).as("seed %d", seed).hasSize(200);
            int missed = 0;
            for (int i = 0; i < 200; i++) {
                Outcome outcome = lab.outcome(tickets.get(i), 2);
                boolean has = received.contains("m" + i);
                missed += has ? 0 : 1;
                assertThat(outcome.isDelivered() ? has : outcome.kind() == Outcome.Kind.UNKNOWN || !has)
                        .as("seed %d, message %d: %s, received %s", seed, i, outcome, has)
                        .isTrue();
            }
            if (kind == SocketKind.SEQPACKET) {
                assertThat(received)
                        .as("seed %d", seed)
                        .isSortedAccordingTo(Comparator.comparingInt(text -> Integer.parseInt(text.substring(1))));
                assertThat(lab.nodes.get(2).missed).as("seed %d", seed).isLessThanOrEqualTo(missed);
            }
            assertThat(lab.sender.putBackBytes()).as("seed %d", seed).isZero();
        }
    }
}
