package dev.weft.core.flow;

import static dev.weft.core.flow.GroupLab.MILLI;
import static dev.weft.core.flow.GroupLab.SECOND;
import static dev.weft.core.flow.GroupLab.config;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages for many, from one origin over a small mesh: who gets them, in which order, and what the origin learns. */
class GroupFlowTest {
    private static final int[][] LINE = {{0, 1}, {1, 2}, {2, 3}};

    /** A ring of six with a chord: two ways to everybody. */
    private static final int[][] RING = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}, {0, 3}};

    private static GroupLab lab(long seed, int nodes, int[][] links) {
        return new GroupLab(seed, GroupConfig.DEFAULT, nodes, links);
    }

    @Test
    void everyMemberHasTheMessageOnceAndTheOriginLearnsOfEach() {
        for (SocketKind kind : List.of(SocketKind.DGRAM, SocketKind.RDM, SocketKind.SEQPACKET)) {
            GroupLab lab = lab(1, 4, LINE);
            long ticket = lab.send(kind, "hello", SECOND, 1, 3);
            lab.run(100 * MILLI);
            assertThat(lab.nodes.get(1).received).containsExactly("hello");
            assertThat(lab.nodes.get(2).received).isEmpty();
            assertThat(lab.nodes.get(3).received).containsExactly("hello");
            assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
            assertThat(lab.outcome(ticket, 3).hops()).isEqualTo(3);
            assertThat(lab.ended).containsExactly(ticket);
            assertThat(lab.framesFromOrigin).isEqualTo(1);
            assertThat(lab.dataFrames).isEqualTo(3);
            assertThat(lab.acksAtOrigin).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void whatOneTurnSendsToTheSameMembersTravelsTogetherAndEndsWithATicketEach(GroupLab.Seal seal) {
        for (SocketKind kind : List.of(SocketKind.DGRAM, SocketKind.RDM, SocketKind.SEQPACKET)) {
            GroupLab lab = lab(1, 4, LINE);
            lab.seal = seal;
            List<Long> tickets = new ArrayList<>();
            lab.inOneTurn(() -> {
                for (String text : List.of("a", "b", "c")) {
                    tickets.add(lab.send(kind, text, SECOND, 1, 3));
                }
            });
            lab.run(100 * MILLI);
            assertThat(lab.nodes.get(1).received).containsExactly("a", "b", "c");
            assertThat(lab.nodes.get(3).received).containsExactly("a", "b", "c");
            for (long ticket : tickets) {
                assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
                assertThat(lab.outcome(ticket, 3).isDelivered()).isTrue();
            }
            assertThat(lab.ended).containsExactlyElementsOf(tickets);
            assertThat(lab.framesFromOrigin).isEqualTo(1);
            assertThat(lab.acksAtOrigin).isEqualTo(1);
        }
    }

    @Test
    void nobodyAnswersForMembersThatAreNotBehindIt() {
        GroupLab lab = lab(1, 4, new int[][] {{0, 1}, {1, 2}, {0, 3}});
        lab.silent.add(GroupLab.link(0, 1));
        lab.silent.add(GroupLab.link(0, 3));
        long ticket = lab.send(SocketKind.RDM, "hello", SECOND, 1, 2, 3);
        lab.run(MILLI);
        GroupAck lie = new GroupAck(
                GroupLab.id(0),
                1,
                List.of(new GroupAck.Answer(1, List.of(new GroupAck.Run(0, 1 << 16, Verdict.DELIVERED)))));
        NodeId stranger = GroupLab.id(7);
        lab.sender.handleAck(lie, stranger, lab.nowNanos);
        assertThat(lab.outcomes.get(ticket)).isNull();
        lab.sender.handleAck(lie, GroupLab.id(2), lab.nowNanos);
        assertThat(lab.outcomes.get(ticket)).containsOnlyKeys(2);
        lab.sender.handleAck(lie, GroupLab.id(1), lab.nowNanos);
        assertThat(lab.outcomes.get(ticket)).containsOnlyKeys(1, 2);
        lab.run(2 * SECOND);
        assertThat(lab.outcome(ticket, 3).isDelivered()).isFalse();
    }

    @Test
    void whatIsForOthersOrEndsAtAnotherTimeOrIsTooMuchTravelsOnItsOwnAndInOrder() {
        GroupLab lab = lab(1, 4, LINE);
        String half = "x".repeat(GroupConfig.DEFAULT.fragmentBytes() / 2);
        lab.inOneTurn(() -> {
            lab.send(SocketKind.SEQPACKET, "a", SECOND, 1, 3);
            lab.send(SocketKind.SEQPACKET, "b", SECOND, 1);
            lab.send(SocketKind.SEQPACKET, "c", 2 * SECOND, 1);
            lab.send(SocketKind.SEQPACKET, half, 2 * SECOND, 1);
            lab.send(SocketKind.SEQPACKET, half, 2 * SECOND, 1);
        });
        lab.run(100 * MILLI);
        assertThat(lab.framesFromOrigin).isEqualTo(4);
        assertThat(lab.nodes.get(1).received).containsExactly("a", "b", "c", "large", "large");
        assertThat(lab.nodes.get(3).received).containsExactly("a");
    }

    @Test
    void oneFrameHasNoMoreMessagesThanABundle() {
        GroupLab lab = lab(1, 4, LINE);
        lab.inOneTurn(() -> {
            for (int i = 0; i < 2 * Bundle.MESSAGES_MAX + 1; i++) {
                lab.send(SocketKind.RDM, "", SECOND, 1);
            }
        });
        lab.run(100 * MILLI);
        assertThat(lab.framesFromOrigin).isEqualTo(3);
        assertThat(lab.nodes.get(1).received).hasSize(2 * Bundle.MESSAGES_MAX + 1);
        assertThat(lab.ended).hasSize(2 * Bundle.MESSAGES_MAX + 1);
    }

    @Test
    void whatTheTurnHasGatheredIsSettledWhenTheSenderCloses() {
        GroupLab lab = lab(1, 4, LINE);
        List<Long> tickets = new ArrayList<>();
        lab.inOneTurn(() -> {
            tickets.add(lab.send(SocketKind.RDM, "a", SECOND, 1));
            tickets.add(lab.send(SocketKind.RDM, "b", SECOND, 1));
            lab.sender.close(lab.nowNanos);
        });
        assertThat(lab.ended).containsExactlyElementsOf(tickets);
        lab.sender.audit();
    }

    /** Two relays with thirty members behind each: two frames out, two answers in. */
    @Test
    void theOriginsCostGrowsWithItsNeighborsNotWithTheGroup() {
        List<int[]> links = new ArrayList<>(List.of(new int[] {0, 1}, new int[] {0, 2}));
        int[] members = new int[60];
        for (int i = 0; i < 60; i++) {
            links.add(new int[] {1 + i % 2, 3 + i});
            members[i] = 3 + i;
        }
        GroupLab lab = lab(1, 63, links.toArray(new int[0][]));
        for (int i = 0; i < 10; i++) {
            lab.send(SocketKind.RDM, "m" + i, SECOND, members);
            lab.run(20 * MILLI);
        }
        assertThat(lab.ended).hasSize(10);
        assertThat(lab.framesFromOrigin).isEqualTo(20);
        assertThat(lab.acksAtOrigin).isEqualTo(20);
        assertThat(lab.dataFrames).isEqualTo(620);
        for (int member : members) {
            assertThat(lab.nodes.get(member).received).hasSize(10);
        }
    }

    @Test
    void overAnyNetworkReliableMessagesArriveOnceAndInTheOrderOfTheSenderWhereThatCounts() {
        for (long seed = 1; seed <= 150; seed++) {
            Prng prng = new Prng(seed);
            GroupLab lab = lab(seed, 6, RING);
            lab.seal = GroupLab.Seal.values()[(int) (seed % 2)];
            lab.lossPerMillion = prng.below(300_000);
            lab.duplicationPerMillion = prng.below(200_000);
            lab.delayMaxNanos = MILLI + prng.below(30 * MILLI);
            SocketKind kind = prng.chance(500_000) ? SocketKind.RDM : SocketKind.SEQPACKET;
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                sent.add("m" + i);
                lab.send(kind, "m" + i, 300 * SECOND, 1, 2, 3, 4, 5);
                lab.run(prng.below(40 * MILLI));
            }
            lab.run(300 * SECOND);
            assertThat(lab.ended).as("seed %d", seed).hasSize(40);
            for (int member = 1; member <= 5; member++) {
                List<String> received = new ArrayList<>(lab.nodes.get(member).received);
                if (kind == SocketKind.RDM) {
                    assertThat(received)
                            .as("seed %d member %d", seed, member)
                            .containsExactlyInAnyOrderElementsOf(sent);
                } else {
                    assertThat(received).as("seed %d member %d", seed, member).containsExactlyElementsOf(sent);
                }
                assertThat(lab.nodes.get(member).gatheringCount()).isZero();
                for (long ticket : lab.ended) {
                    assertThat(lab.outcome(ticket, member).isDelivered())
                            .as("seed %d", seed)
                            .isTrue();
                }
            }
        }
    }

    /** What the origin is told agrees with what happened, even where nodes refuse, sleep, restart and lose state. */
    @Test
    void outcomesAgreeWithWhatMembersReceivedWhateverHappens() {
        for (long seed = 1; seed <= 200; seed++) {
            Prng prng = new Prng(seed);
            GroupLab lab = lab(seed, 6, RING);
            lab.seal = GroupLab.Seal.values()[(int) (seed % 2)];
            lab.lossPerMillion = prng.below(400_000);
            lab.duplicationPerMillion = prng.below(200_000);
            lab.delayMaxNanos = MILLI + prng.below(30 * MILLI);
            for (int node = 1; node < 6; node++) {
                Prng mood = prng.fork(node);
                lab.nodes.get(node).application = payload -> mood.chance(700_000)
                        ? Verdict.DELIVERED
                        : mood.chance(500_000) ? Verdict.HELD : Verdict.refused(Outcome.Reason.QUEUE_FULL);
            }
            SocketKind kind = SocketKind.values()[prng.below(3)];
            for (int i = 0; i < 40; i++) {
                lab.send(kind, "m" + i, 50 * MILLI + prng.below(3 * SECOND), 1, 2, 3, 4, 5);
                lab.run(prng.below(60 * MILLI));
                int victim = 1 + prng.below(5);
                if (prng.chance(100_000)) {
                    lab.nodes.get(victim).forgetGatherings();
                }
                if (prng.chance(100_000)) {
                    lab.silent.add(GroupLab.link(victim, (victim + 1) % 6));
                    lab.silent.remove(GroupLab.link(prng.below(5), prng.below(5)));
                }
            }
            lab.silent.clear();
            lab.run(60 * SECOND);
            assertThat(lab.ended).as("seed %d", seed).hasSize(40);
            for (int member = 1; member <= 5; member++) {
                List<String> received = lab.nodes.get(member).received;
                assertThat(new TreeSet<>(received)).as("seed %d once", seed).hasSameSizeAs(received);
                for (long ticket : lab.ended) {
                    boolean has = received.contains("m" + (ticket - 1));
                    switch (lab.outcome(ticket, member).kind()) {
                        case DELIVERED ->
                            assertThat(has)
                                    .as("seed %d ticket %d", seed, ticket)
                                    .isTrue();
                        case REJECTED, UNDELIVERABLE, EXPIRED ->
                            assertThat(has)
                                    .as("seed %d ticket %d at %d", seed, ticket, member)
                                    .isFalse();
                        case UNKNOWN -> {}
                    }
                }
                if (kind == SocketKind.SEQPACKET) {
                    List<Integer> numbers = received.stream()
                            .map(text -> Integer.parseInt(text.substring(1)))
                            .toList();
                    assertThat(numbers).as("seed %d order", seed).isSorted();
                }
            }
        }
    }

    @Test
    void aBranchThatIsReportedDeadIsServedAnotherWayAtOnce() {
        GroupLab lab = lab(1, 6, RING);
        lab.send(SocketKind.RDM, "first", SECOND, 1, 2, 3, 4, 5);
        lab.run(100 * MILLI);
        lab.down.add(GroupLab.link(1, 2));
        long ticket = lab.send(SocketKind.RDM, "second", SECOND, 1, 2, 3, 4, 5);
        lab.run(15 * MILLI);
        assertThat(lab.routeErrors).isPositive();
        assertThat(lab.nodes.get(2).received).containsExactly("first", "second");
        assertThat(lab.ended).contains(ticket);
    }

    @Test
    void aBranchThatSwallowsEverythingIsAvoidedWhenTheTimerExpires() {
        GroupLab lab = lab(1, 6, RING);
        lab.send(SocketKind.RDM, "first", SECOND, 1, 2, 3, 4, 5);
        lab.run(100 * MILLI);
        lab.silent.add(GroupLab.link(0, 1));
        long ticket = lab.send(SocketKind.RDM, "second", 2 * SECOND, 1, 2, 3, 4, 5);
        lab.run(400 * MILLI);
        assertThat(lab.nodes.get(1).received).containsExactly("first", "second");
        assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
    }

    @Test
    void aBranchThatTheTopologyLosesIsServedAnotherWayAtOnce() {
        GroupLab lab = lab(1, 6, RING);
        lab.silent.add(GroupLab.link(0, 1));
        long ticket = lab.send(SocketKind.RDM, "only", 2 * SECOND, 1, 2, 3, 4, 5);
        lab.run(5 * MILLI);
        lab.known.add(GroupLab.link(0, 1));
        lab.topologyChanged();
        lab.run(40 * MILLI);
        assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
        assertThat(lab.outcome(ticket, 2).isDelivered()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void aRelayThatForgetsWhatItGatheredCostsDirectAnswersOnly(GroupLab.Seal seal) {
        GroupLab lab = lab(1, 4, LINE);
        lab.seal = seal;
        long ticket = lab.send(SocketKind.RDM, "hello", SECOND, 1, 2, 3);
        lab.run(2 * MILLI);
        lab.nodes.get(1).forgetGatherings();
        lab.run(60 * MILLI);
        assertThat(lab.directAnswers).isPositive();
        assertThat(lab.outcome(ticket, 2).isDelivered()).isTrue();
        assertThat(lab.outcome(ticket, 3).isDelivered()).isTrue();
        assertThat(lab.nodes.get(3).received).containsExactly("hello");
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void refusalsReachTheOriginByMemberWithTheirReason(GroupLab.Seal seal) {
        GroupLab lab = lab(1, 4, LINE);
        lab.seal = seal;
        lab.nodes.get(2).application = payload -> Verdict.refused(Outcome.Reason.NO_ENDPOINT);
        long ticket = lab.send(SocketKind.RDM, "hello", SECOND, 1, 2, 3);
        lab.run(60 * MILLI);
        assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
        assertThat(lab.outcome(ticket, 2))
                .extracting(Outcome::kind, Outcome::reason)
                .containsExactly(Outcome.Kind.REJECTED, Outcome.Reason.NO_ENDPOINT);
        assertThat(lab.outcome(ticket, 3).isDelivered()).isTrue();
        assertThat(lab.acksAtOrigin).isEqualTo(1);
    }

    @Test
    void aMemberWithoutRoomHoldsTheSenderUpUntilItHasSome() {
        GroupLab lab = new GroupLab(1, config(4, 16), 4, LINE);
        lab.nodes.get(3).application = payload -> Verdict.HELD;
        for (int i = 0; i < 10; i++) {
            lab.send(SocketKind.SEQPACKET, "m" + i, 60 * SECOND, 1, 3);
        }
        lab.run(5 * SECOND);
        assertThat(lab.nodes.get(1).received).hasSize(4);
        lab.nodes.get(3).application = payload -> Verdict.DELIVERED;
        lab.nodes.get(3).room();
        lab.run(SECOND);
        assertThat(lab.nodes.get(1).received).hasSize(10);
        assertThat(lab.nodes.get(3).received).hasSize(10).isSorted();
        assertThat(lab.ended).hasSize(10);
    }

    @Test
    void aMemberThatDoesNotAnswerHoldsNobodyUpForLong() {
        GroupLab lab = new GroupLab(1, config(4, 16), 4, LINE);
        lab.send(SocketKind.SEQPACKET, "first", 60 * SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.silent.add(GroupLab.link(2, 3));
        for (int i = 0; i < 30; i++) {
            lab.send(SocketKind.SEQPACKET, "m" + i, 60 * SECOND, 1, 3);
            lab.run(100 * MILLI);
        }
        lab.run(3 * SECOND);
        assertThat(lab.nodes.get(1).received).hasSize(31);
        lab.silent.clear();
        lab.run(70 * SECOND);
        assertThat(lab.ended).hasSize(31);
        List<String> received = lab.nodes.get(3).received;
        assertThat(received).startsWith("first").endsWith("m29");
        // What the flow could not keep any longer is told as a gap, and nothing beyond it is missing.
        assertThat(received.size() + lab.nodes.get(3).missed).isEqualTo(31);
    }

    /**
     * Ten messages a millisecond, of which 256 may be under way and 1,024 are kept: far more than the silent member could
     * ever be sent before the others need room. One gap lasts until it is set aside, another until what is kept for it may
     * be given up; and there is none while it catches up.
     */
    @Test
    void aMemberThatFallsSilentAndOneThatIsBackHoldTheOthersUpForAThirdOfASecondAtMost() {
        for (SocketKind kind : List.of(SocketKind.RDM, SocketKind.SEQPACKET)) {
            GroupLab lab = lab(1, 5, new int[][] {{0, 1}, {0, 2}, {2, 3}, {2, 4}});
            int[] members = {1, 3, 4};
            int sent = 0;
            for (int phase = 0; phase < 4; phase++) {
                lab.nodes.get(1).takeLongestGapNanos();
                lab.nodes.get(3).takeLongestGapNanos();
                if (phase % 2 == 1) {
                    lab.silent.add(GroupLab.link(2, 4));
                } else {
                    lab.silent.clear();
                }
                for (int i = 0; i < 20_000; i++, sent++) {
                    lab.send(kind, "m" + sent, 600 * SECOND, members);
                    lab.run(MILLI / 10);
                }
                for (int other : new int[] {1, 3}) {
                    assertThat(lab.nodes.get(other).takeLongestGapNanos())
                            .as("%s, phase %d, at %d", kind, phase, other)
                            .isLessThan(350 * MILLI);
                }
            }
            lab.silent.clear();
            lab.run(60 * SECOND);
            assertThat(lab.ended).hasSize(sent);
            assertThat(lab.nodes.get(1).received).hasSize(sent).doesNotHaveDuplicates();
            List<String> late = lab.nodes.get(4).received;
            assertThat(late).doesNotHaveDuplicates();
            for (long ticket : lab.ended) {
                assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
            }
            if (kind == SocketKind.SEQPACKET) {
                assertThat(late.size() + lab.nodes.get(4).missed).isEqualTo(sent);
            }
        }
    }

    @Test
    void whoIsSilentForABlinkLosesNothingHoweverMuchIsSent() {
        GroupLab lab = lab(1, 5, new int[][] {{0, 1}, {0, 2}, {2, 3}, {2, 4}});
        for (int i = 0; i < 20_000; i++) {
            if (i == 5_000) {
                lab.silent.add(GroupLab.link(2, 4));
            } else if (i == 9_000) {
                lab.silent.clear();
            }
            lab.send(SocketKind.RDM, "m" + i, 600 * SECOND, 1, 3, 4);
            lab.run(MILLI / 10);
        }
        lab.run(20 * SECOND);
        for (int member : new int[] {1, 3, 4}) {
            assertThat(lab.nodes.get(member).received).hasSize(20_000);
        }
    }

    /** Then the window is to follow them again: it must not stay where their silence has left it. */
    @Test
    void whenAllWereSilentAndAnswerAgainTheyGetAsMuchAsBefore() {
        GroupLab lab = lab(1, 5, new int[][] {{0, 1}, {0, 2}, {2, 3}, {2, 4}});
        int sent = 0;
        for (int tick = 0; tick < 12_000; tick++) {
            if (tick == 2_000) {
                lab.silent.add(GroupLab.link(0, 1));
                lab.silent.add(GroupLab.link(0, 2));
            } else if (tick == 6_000) {
                lab.silent.clear();
            }
            // As an application that waits for room: never more than 4,000 are unsettled.
            for (int i = 0; i < 20 && sent - lab.ended.size() < 4_000; i++) {
                lab.send(SocketKind.RDM, "m" + sent++, 600 * SECOND, 1, 3, 4);
            }
            lab.run(MILLI);
            // By then the longest timer, of 4 s, has expired.
            if (tick == 10_000) {
                lab.nodes.get(3).takeLongestGapNanos();
            }
        }
        assertThat(lab.nodes.get(3).takeLongestGapNanos()).isLessThan(50 * MILLI);
        assertThat(sent).as("20 a millisecond, but for the silence").isGreaterThan(100_000);
    }

    /** Nobody is held up, so there is no reason to set anybody aside and to give up what is kept for him. */
    @Test
    void whereNobodyAnswersTheSenderWaits() {
        GroupLab lab = new GroupLab(1, config(4, 16), 4, LINE);
        lab.send(SocketKind.RDM, "first", 60 * SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.silent.add(GroupLab.link(0, 1));
        for (int i = 0; i < 30; i++) {
            lab.send(SocketKind.RDM, "m" + i, 60 * SECOND, 1, 3);
        }
        lab.run(1_500 * MILLI);
        lab.silent.clear();
        lab.run(20 * SECOND);
        assertThat(lab.nodes.get(1).received).hasSize(31);
        assertThat(lab.nodes.get(3).received).hasSize(31);
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void aMessageThatIsGivenUpIsToldAsAGapAndHoldsBackNothingBehindIt(GroupLab.Seal seal) {
        GroupLab lab = lab(1, 4, LINE);
        lab.seal = seal;
        lab.send(SocketKind.SEQPACKET, "first", SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.silent.add(GroupLab.link(2, 3));
        long lost = lab.send(SocketKind.SEQPACKET, "lost", 300 * MILLI, 1, 3);
        long kept = lab.send(SocketKind.SEQPACKET, "kept", 60 * SECOND, 1, 3);
        lab.run(SECOND);
        lab.silent.clear();
        lab.run(10 * SECOND);
        assertThat(lab.nodes.get(3).received).containsExactly("first", "kept");
        assertThat(lab.nodes.get(3).missed).isEqualTo(1);
        assertThat(lab.nodes.get(1).received).containsExactly("first", "lost", "kept");
        assertThat(lab.outcome(lost, 3).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
        assertThat(lab.outcome(lost, 1).isDelivered()).isTrue();
        assertThat(lab.outcome(kept, 3).isDelivered()).isTrue();
    }

    /** A third member has no room, so that what is decided for all does not say what the second need not wait for. */
    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void whatIsGivenUpBeforeEarlierMessagesAreDecidedHoldsBackNothingAfterThem(GroupLab.Seal seal) {
        GroupLab lab = lab(1, 4, LINE);
        lab.seal = seal;
        lab.send(SocketKind.SEQPACKET, "first", 60 * SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.nodes.get(3).application = payload -> Verdict.HELD;
        lab.send(SocketKind.SEQPACKET, "early", 60 * SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.silent.add(GroupLab.link(0, 1));
        lab.send(SocketKind.SEQPACKET, "middle", 60 * SECOND, 1, 3);
        lab.send(SocketKind.SEQPACKET, "lost", 300 * MILLI, 1, 3);
        lab.run(SECOND);
        lab.silent.clear();
        lab.send(SocketKind.SEQPACKET, "late", 60 * SECOND, 1, 3);
        lab.run(10 * SECOND);
        assertThat(lab.nodes.get(1).received).containsExactly("first", "early", "middle", "late");
        assertThat(lab.nodes.get(1).missed).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void whatIsGivenUpBeforeItsTurnIsToldAsAGapToo(GroupLab.Seal seal) {
        GroupLab lab = new GroupLab(1, config(2, 16), 4, LINE);
        lab.seal = seal;
        lab.send(SocketKind.SEQPACKET, "first", 60 * SECOND, 0, 1, 3);
        lab.run(100 * MILLI);
        lab.nodes.get(3).application = payload -> Verdict.HELD;
        lab.send(SocketKind.SEQPACKET, "a", 60 * SECOND, 0, 1, 3);
        lab.send(SocketKind.SEQPACKET, "b", 60 * SECOND, 0, 1, 3);
        long waited = lab.send(SocketKind.SEQPACKET, "waited in vain", SECOND, 0, 1, 3);
        lab.send(SocketKind.SEQPACKET, "c", 60 * SECOND, 0, 1, 3);
        lab.run(2 * SECOND);
        assertThat(lab.outcome(waited, 1).kind()).isEqualTo(Outcome.Kind.EXPIRED);
        lab.nodes.get(3).application = payload -> Verdict.DELIVERED;
        lab.nodes.get(3).room();
        lab.run(5 * SECOND);
        for (int member : new int[] {0, 1, 3}) {
            assertThat(lab.nodes.get(member).received).containsExactly("first", "a", "b", "c");
            assertThat(lab.nodes.get(member).missed).as("at %d", member).isEqualTo(1);
        }
    }

    @Test
    void aMemberWithoutRoomRefusesWhatIsNotToWait() {
        GroupLab lab = lab(1, 4, LINE);
        lab.whenFull = WhenFull.REFUSE;
        lab.nodes.get(0).application = payload -> Verdict.HELD;
        lab.nodes.get(3).application = payload -> Verdict.HELD;
        long ticket = lab.send(SocketKind.RDM, "now or never", 60 * SECOND, 0, 1, 3);
        lab.run(SECOND);
        assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
        for (int member : new int[] {0, 3}) {
            assertThat(lab.outcome(ticket, member))
                    .extracting(Outcome::kind, Outcome::reason)
                    .containsExactly(Outcome.Kind.REJECTED, Outcome.Reason.QUEUE_FULL);
        }
    }

    /** Whoever is gone for good gets copies now and then, which must not take the room of those who are there. */
    @Test
    void whatIsSentAgainToWhoLagsIsNoMoreThanTheOthersLeave() {
        GroupConfig plain = GroupConfig.DEFAULT;
        GroupLab lab = lab(1, 4, LINE);
        lab.send(SocketKind.RDM, "first", SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.silent.add(GroupLab.link(2, 3));
        for (int i = 0; i < 40; i++) {
            lab.send(SocketKind.RDM, ByteView.of(new byte[64 << 10]), 600 * SECOND, 1, 3);
            lab.run(100 * MILLI);
        }
        assertThat(lab.nodes.get(1).received).hasSize(41);
        lab.run(20 * SECOND);
        int before = lab.framesFromOrigin;
        lab.run(40 * SECOND);
        // 40 messages of four pieces each are kept; a window's worth goes out in the time of the longest timer.
        int windowPieces = plain.windowBytes() / plain.fragmentBytes();
        assertThat(lab.framesFromOrigin - before).isPositive().isLessThan(11 * windowPieces);
        lab.silent.clear();
        lab.run(10 * SECOND);
        assertThat(lab.nodes.get(3).received).hasSize(41);
    }

    @Test
    void whatIsUnderWayToALifeThatEndedIsUnknownAndTheNextLifeStartsAfresh() {
        GroupLab lab = lab(1, 4, LINE);
        lab.send(SocketKind.SEQPACKET, "first", SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.silent.add(GroupLab.link(2, 3));
        long underWay = lab.send(SocketKind.SEQPACKET, "under way", 60 * SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.nodes.get(3).restart();
        lab.silent.clear();
        lab.run(SECOND);
        assertThat(lab.nodes.get(3).received).as("the old life's message").containsExactly("first");
        lab.lives.put(GroupLab.id(3), 2L);
        lab.topologyChanged();
        long fresh = lab.send(SocketKind.SEQPACKET, "fresh", SECOND, 1, 3);
        lab.run(SECOND);
        assertThat(lab.outcome(underWay, 3))
                .extracting(Outcome::kind, Outcome::reason)
                .containsExactly(Outcome.Kind.UNKNOWN, Outcome.Reason.DESTINATION_RESTARTED);
        assertThat(lab.outcome(fresh, 3).isDelivered()).isTrue();
        assertThat(lab.nodes.get(3).received).containsExactly("first", "fresh");
        assertThat(lab.nodes.get(3).missed).isZero();
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void aMemberThatWasAwayNeedsNothingOfTheTimeBetween(GroupLab.Seal seal) {
        GroupLab lab = lab(1, 4, LINE);
        lab.seal = seal;
        lab.send(SocketKind.SEQPACKET, "a", 5 * SECOND, 1, 3);
        lab.run(100 * MILLI);
        lab.send(SocketKind.SEQPACKET, "b", SECOND, 1);
        lab.run(100 * MILLI);
        long back = lab.send(SocketKind.SEQPACKET, "c", 5 * SECOND, 1, 3);
        lab.run(500 * MILLI);
        assertThat(lab.nodes.get(3).received).containsExactly("a", "c");
        assertThat(lab.outcome(back, 3).isDelivered()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void aMemberThatJoinsLaterStartsWithWhatIsForIt(GroupLab.Seal seal) {
        GroupLab lab = lab(1, 4, LINE);
        lab.seal = seal;
        for (int i = 0; i < 20; i++) {
            lab.send(SocketKind.SEQPACKET, "old" + i, SECOND, 1);
        }
        long first = lab.send(SocketKind.SEQPACKET, "new", 5 * SECOND, 1, 3);
        lab.run(500 * MILLI);
        assertThat(lab.nodes.get(3).received).containsExactly("new");
        assertThat(lab.nodes.get(3).missed).isZero();
        assertThat(lab.outcome(first, 3).isDelivered()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(GroupLab.Seal.class)
    void largeMessagesTravelInPiecesAndArriveWhole(GroupLab.Seal seal) {
        GroupLab lab = lab(1, 6, RING);
        lab.seal = seal;
        lab.lossPerMillion = 50_000;
        byte[] large = new byte[300_000];
        List<ByteView> taken = new ArrayList<>();
        lab.nodes.get(4).application = payload -> {
            taken.add(payload);
            return Verdict.DELIVERED;
        };
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 ^ i >> 9);
        }
        long ticket = lab.send(SocketKind.RDM, ByteView.of(large), 60 * SECOND, 1, 2, 3, 4, 5);
        lab.run(60 * SECOND);
        for (int member = 1; member <= 5; member++) {
            assertThat(lab.outcome(ticket, member).isDelivered()).isTrue();
            assertThat(lab.nodes.get(member).received).containsExactly("large");
        }
        assertThat(taken).containsExactly(ByteView.of(large));
    }

    @Test
    void aDatagramIsTriedOnceAndItsFateIsUnknownWhereNobodyAnswers() {
        GroupLab lab = lab(1, 4, LINE);
        lab.silent.add(GroupLab.link(2, 3));
        long ticket = lab.send(SocketKind.DGRAM, "hello", SECOND, 1, 3);
        lab.run(2 * SECOND);
        assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
        assertThat(lab.outcome(ticket, 3).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
        assertThat(lab.framesFromOrigin).isEqualTo(1);
    }

    @Test
    void aNodeOfWhichNothingIsKnownYetIsWaitedFor() {
        GroupLab lab = lab(1, 4, LINE);
        lab.lives.put(GroupLab.id(3), 0L);
        lab.known.add(GroupLab.link(2, 3));
        long ticket = lab.send(SocketKind.SEQPACKET, "hello", 10 * SECOND, 1, 3);
        lab.run(SECOND);
        assertThat(lab.nodes.get(1).received).containsExactly("hello");
        lab.lives.put(GroupLab.id(3), 1L);
        lab.known.clear();
        lab.topologyChanged();
        lab.run(SECOND);
        assertThat(lab.outcome(ticket, 3).isDelivered()).isTrue();
    }

    @Test
    void aMemberThatNoLinkLeadsToIsUndeliverable() {
        GroupLab lab = new GroupLab(1, GroupConfig.DEFAULT, 5, LINE);
        long datagram = lab.send(SocketKind.DGRAM, "hello", SECOND, 1, 4);
        long reliable = lab.send(SocketKind.RDM, "hello", SECOND, 1, 4);
        lab.run(2 * SECOND);
        for (long ticket : new long[] {datagram, reliable}) {
            assertThat(lab.outcome(ticket, 4))
                    .extracting(Outcome::kind, Outcome::reason)
                    .containsExactly(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE);
            assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
        }
    }

    @Test
    void noTreeLeadsThroughForbiddenNodesAndWhoIsOnlyBehindThemIsUndeliverable() {
        for (SocketKind kind : List.of(SocketKind.DGRAM, SocketKind.RDM)) {
            GroupLab lab = lab(1, 6, RING);
            lab.manner = new GroupManner(3, Manner.RETRIES_UNBOUNDED, new TreeSet<>(List.of(GroupLab.id(3))));
            long ticket = lab.send(kind, "around", SECOND, 1, 2, 3, 4);
            lab.run(2 * SECOND);
            for (int member = 1; member <= 4; member++) {
                assertThat(lab.outcome(ticket, member).isDelivered())
                        .as("%s to %d", kind, member)
                        .isTrue();
            }
            assertThat(lab.nodes.get(3).forwarded()).isZero();
            lab.manner = new GroupManner(
                    3, Manner.RETRIES_UNBOUNDED, new TreeSet<>(List.of(GroupLab.id(1), GroupLab.id(3))));
            long cutOff = lab.send(kind, "cut off", SECOND, 1, 2, 4);
            lab.run(2 * SECOND);
            assertThat(lab.outcome(cutOff, 1).isDelivered()).isTrue();
            assertThat(lab.outcome(cutOff, 2))
                    .extracting(Outcome::kind, Outcome::reason)
                    .containsExactly(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE);
            assertThat(lab.outcome(cutOff, 4).isDelivered()).isTrue();
        }
    }

    @Test
    void aMemberIsSentNoMoreCopiesThanItsRetriesAllowAndTheOthersAreNotToldSo() {
        for (int retries = 0; retries <= 3; retries++) {
            GroupLab lab = lab(1, 4, LINE);
            lab.manner = new GroupManner(3, retries, new TreeSet<>());
            lab.silent.add(GroupLab.link(2, 3));
            long ticket = lab.send(SocketKind.SEQPACKET, "hello", 600 * SECOND, 1, 3);
            lab.run(60 * SECOND);
            assertThat(lab.framesFromOrigin).as("%d retries", retries).isEqualTo(1 + retries);
            assertThat(lab.outcome(ticket, 1).isDelivered()).isTrue();
            assertThat(lab.outcome(ticket, 3))
                    .extracting(Outcome::kind, Outcome::reason)
                    .containsExactly(Outcome.Kind.UNKNOWN, Outcome.Reason.RETRIES);
            lab.silent.clear();
            long next = lab.send(SocketKind.SEQPACKET, "next", 10 * SECOND, 1, 3);
            lab.run(20 * SECOND);
            assertThat(lab.outcome(next, 3).isDelivered()).isTrue();
            assertThat(lab.nodes.get(3).received).containsExactly("next");
            assertThat(lab.nodes.get(1).received).containsExactly("hello", "next");
        }
    }

    @Test
    void aSenderThatIsAMemberHearsItselfInOrder() {
        GroupLab lab = lab(1, 4, LINE);
        long ticket = lab.send(SocketKind.SEQPACKET, "a", SECOND, 0, 3);
        lab.send(SocketKind.SEQPACKET, "b", SECOND, 0, 3);
        lab.run(100 * MILLI);
        assertThat(lab.nodes.get(0).received).containsExactly("a", "b");
        assertThat(lab.outcome(ticket, 0).isDelivered()).isTrue();
        assertThat(lab.outcome(ticket, 3).isDelivered()).isTrue();
    }

    @Test
    void aMessageForNobodyEndsAtOnce() {
        GroupLab lab = lab(1, 4, LINE);
        long ticket = lab.send(SocketKind.RDM, "hello", SECOND);
        assertThat(lab.ended).containsExactly(ticket);
        assertThat(lab.outcomes).isEmpty();
    }

    @Test
    void closingSettlesEverything() {
        GroupLab lab = lab(1, 4, LINE);
        lab.silent.add(GroupLab.link(0, 1));
        long ticket = lab.send(SocketKind.RDM, "hello", SECOND, 1, 3);
        lab.sender.close(lab.nowNanos);
        assertThat(lab.outcome(ticket, 1).reason()).isEqualTo(Outcome.Reason.SENDER_CLOSED);
        assertThat(lab.ended).containsExactly(ticket);
        lab.sender.audit();
    }
}
