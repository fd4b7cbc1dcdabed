package dev.weft.core.flow;

import static dev.weft.core.flow.FlowLab.MILLI;
import static dev.weft.core.flow.FlowLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of messages between one origin and one destination. */
class FlowTest {
    private final FlowLab lab = new FlowLab(1);

    private Outcome outcome(long ticket) {
        Outcome outcome = lab.outcomes.get(ticket);
        assertThat(outcome).as("outcome of ticket %d", ticket).isNotNull();
        return outcome == null ? Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.NONE) : outcome;
    }

    @Test
    void aMessageIsDeliveredAndItsSenderLearnsRoundTripAndHops() {
        long ticket = lab.send(SocketKind.RDM, 100);
        lab.run(SECOND);
        assertThat(outcome(ticket).isDelivered()).isTrue();
        assertThat(outcome(ticket).roundTrip().toMillis()).isEqualTo(2);
        assertThat(outcome(ticket).hops()).isEqualTo(2);
        assertThat(lab.received).hasSize(1);
    }

    @Test
    void anEmptyMessageIsAMessage() {
        long ticket = lab.send(SocketKind.RDM, 0);
        lab.run(SECOND);
        assertThat(outcome(ticket).isDelivered()).isTrue();
        assertThat(lab.received).containsExactly(ByteView.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everythingArrivesOnceWhateverIsLostDoubledAndReordered(long seed) {
        FlowLab rough = new FlowLab(seed);
        for (FlowLab.Way way : List.of(rough.primary, rough.alternate)) {
            way.lossPerMillion = 300_000;
            way.duplicationPerMillion = 200_000;
            way.delayMaxNanos = 40 * MILLI;
        }
        Prng sizes = new Prng(seed).fork(5);
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            tickets.add(rough.send(SocketKind.RDM, sizes.below(sizes.chance(100_000) ? 100_000 : 300), 300 * SECOND));
            rough.run(sizes.below((int) (5 * MILLI)));
        }
        rough.run(300 * SECOND);
        for (long ticket : tickets) {
            Outcome outcome = rough.outcomes.get(ticket);
            assertThat(outcome != null && outcome.isDelivered())
                    .as("seed %d, ticket %d: %s", seed, ticket, outcome)
                    .isTrue();
        }
        assertThat(rough.received).as("seed %d", seed).hasSize(300);
        assertThat(rough.sender.inFlight()).isZero();
        assertThat(rough.sender.queuedBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void datagramsArriveAtMostOnceAndAreSentOnce(long seed) {
        FlowLab rough = new FlowLab(seed);
        rough.primary.lossPerMillion = 300_000;
        rough.primary.duplicationPerMillion = 300_000;
        rough.primary.delayMaxNanos = 40 * MILLI;
        for (int i = 0; i < 200; i++) {
            rough.send(SocketKind.DGRAM, 50, 2 * SECOND);
            rough.run(MILLI);
        }
        rough.run(10 * SECOND);
        assertThat(rough.primary.carried).hasSize(200);
        assertThat(rough.received).doesNotHaveDuplicates().hasSizeLessThan(200);
        assertThat(rough.outcomes).hasSize(200);
        long delivered =
                rough.outcomes.values().stream().filter(Outcome::isDelivered).count();
        assertThat(delivered).isPositive().isLessThanOrEqualTo(rough.received.size());
        assertThat(rough.outcomes.values())
                .allMatch(outcome -> outcome.isDelivered() || outcome.kind() == Outcome.Kind.UNKNOWN);
    }

    @Test
    void theWindowBoundsWhatIsUnderWay() {
        for (int i = 0; i < 20; i++) {
            lab.send(SocketKind.RDM, 1 << 20);
        }
        assertThat(lab.bytesUnderWay())
                .isLessThan(lab.config.roomBytes() + 2L * lab.config.fragmentBytes())
                .isGreaterThan(lab.config.roomBytes() / 2);
        lab.run(30 * SECOND);
        assertThat(lab.received).hasSize(20);
    }

    @Test
    void aSilentPrimaryPathIsLeftForTheAlternateWhenTheTimerExpires() {
        long warm = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(warm).isDelivered()).isTrue();
        lab.primary.lossPerMillion = 1_000_000;
        long ticket = lab.send(SocketKind.RDM, 10);
        lab.run(300 * MILLI);
        assertThat(outcome(ticket).isDelivered()).isTrue();
        assertThat(lab.alternate.carried).isNotEmpty();
    }

    @Test
    void aRouteErrorSendsTheMessageByTheOtherWayAtOnce() {
        long warm = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(warm).isDelivered()).isTrue();
        lab.primary.lossPerMillion = 1_000_000;
        lab.send(SocketKind.RDM, 10);
        Data dropped = lab.primary.carried.get(lab.primary.carried.size() - 1);
        lab.hasPrimary = false;
        lab.routeError(dropped);
        assertThat(lab.alternate.carried).hasSize(1);
        assertThat(lab.alternate.carried.get(0).sequence()).isEqualTo(dropped.sequence());
    }

    /** Found by the simulator: while routes could not be computed anew, each error made the next at network speed. */
    @Test
    void aRouteErrorWithoutAnotherWayWaitsForTheTimer() {
        long warm = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(warm).isDelivered()).isTrue();
        lab.hasAlternate = false;
        lab.primary.lossPerMillion = 1_000_000;
        lab.send(SocketKind.RDM, 10);
        Data dropped = lab.primary.carried.get(lab.primary.carried.size() - 1);
        int before = lab.primary.carried.size();
        for (int i = 0; i < 100; i++) {
            lab.routeError(dropped);
        }
        assertThat(lab.primary.carried).hasSize(before);
        lab.run(SECOND);
        assertThat(lab.primary.carried.size()).isBetween(before + 1, before + 10);
    }

    @Test
    void aPathThatTheTopologyTookAwayIsLeftAtOnce() {
        long warm = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(warm).isDelivered()).isTrue();
        lab.primary.lossPerMillion = 1_000_000;
        long ticket = lab.send(SocketKind.RDM, 10);
        lab.hasPrimary = false;
        lab.sender.handleTopologyChange(lab.nowNanos);
        assertThat(lab.alternate.carried).hasSize(1);
        lab.run(10 * MILLI);
        assertThat(outcome(ticket).isDelivered()).isTrue();
    }

    @Test
    void withoutARouteAMessageWaitsAndGoesWhenThereIsOne() {
        lab.hasPrimary = false;
        lab.hasAlternate = false;
        long patient = lab.send(SocketKind.RDM, 10, 20 * SECOND);
        long hasty = lab.send(SocketKind.RDM, 10, SECOND);
        long datagram = lab.send(SocketKind.DGRAM, 10);
        lab.run(5 * SECOND);
        assertThat(outcome(hasty).kind()).isEqualTo(Outcome.Kind.UNDELIVERABLE);
        assertThat(outcome(hasty).reason()).isEqualTo(Outcome.Reason.NO_ROUTE);
        assertThat(outcome(datagram).reason()).isEqualTo(Outcome.Reason.NO_ROUTE);
        assertThat(lab.outcomes).doesNotContainKey(patient);
        lab.hasPrimary = true;
        lab.sender.handleTopologyChange(lab.nowNanos);
        lab.run(SECOND);
        assertThat(outcome(patient).isDelivered()).isTrue();
    }

    @Test
    void whatWasSentAndNeverAnsweredEndsUnknown() {
        lab.stopDestination();
        long ticket = lab.send(SocketKind.RDM, 10, 3 * SECOND);
        lab.run(10 * SECOND);
        assertThat(outcome(ticket).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
        assertThat(outcome(ticket).reason()).isEqualTo(Outcome.Reason.TIMEOUT);
        assertThat(lab.primary.carried.size() + lab.alternate.carried.size())
                .as("copies sent, at growing distances")
                .isBetween(3, 30);
    }

    @Test
    void aLaterLifeOfTheDestinationIsNeverSplicedIntoTheFlow() {
        lab.application = payload -> Acceptance.TAKEN;
        long before = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(before).isDelivered()).isTrue();
        lab.stopDestination();
        long underWay = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        lab.destinationLife = 2;
        lab.startDestination();
        lab.sender.handleTopologyChange(lab.nowNanos);
        assertThat(outcome(underWay).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
        assertThat(outcome(underWay).reason()).isEqualTo(Outcome.Reason.DESTINATION_RESTARTED);
        long after = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(after).isDelivered()).isTrue();
        assertThat(lab.received).hasSize(2);
    }

    @Test
    void aDestinationThatForgotTheFlowSaysSoAndWhatWasUnderWayEndsUnknown() {
        long before = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(before).isDelivered()).isTrue();
        // A restart that the link-state database does not know of yet.
        lab.destinationLife = 2;
        lab.startDestination();
        lab.destinationLife = 1;
        long ticket = lab.send(SocketKind.RDM, 10);
        lab.run(SECOND);
        assertThat(outcome(ticket).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
        assertThat(lab.received).hasSize(1);
    }

    @Test
    void smallMessagesOfOneTurnTravelTogetherAndEachHasItsOutcome() {
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            tickets.add(lab.gather(SocketKind.RDM, ByteView.utf8("message " + i), 30 * SECOND));
        }
        lab.run(SECOND);
        assertThat(lab.primary.carried).hasSize(1);
        assertThat(lab.received).hasSize(100).doesNotHaveDuplicates();
        assertThat(tickets).allMatch(ticket -> outcome(ticket).isDelivered());
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28, 29, 30})
    void bundledMessagesArriveOnceWithTheirOwnFatesThoughSomeAreGivenUpEarly(long seed) {
        FlowLab rough = new FlowLab(seed);
        for (FlowLab.Way way : List.of(rough.primary, rough.alternate)) {
            way.lossPerMillion = 400_000;
            way.duplicationPerMillion = 200_000;
            way.delayMaxNanos = 40 * MILLI;
        }
        Prng prng = new Prng(seed).fork(6);
        TreeMap<Long, ByteView> sent = new TreeMap<>();
        for (int i = 0; i < 2_000; i++) {
            ByteView payload = ByteView.utf8("message " + i + "x".repeat(prng.below(200)));
            long timeoutNanos = prng.chance(300_000) ? prng.below(100) * MILLI : 300 * SECOND;
            sent.put(rough.gather(SocketKind.RDM, payload, timeoutNanos), payload);
            if (prng.chance(50_000)) {
                rough.run(prng.below((int) (50 * MILLI)));
            }
        }
        rough.run(400 * SECOND);
        assertThat(rough.received).as("seed %d", seed).doesNotHaveDuplicates();
        assertThat(rough.outcomes).as("seed %d", seed).hasSize(2_000);
        rough.outcomes.forEach((ticket, outcome) -> {
            boolean arrived = rough.received.contains(sent.get(ticket));
            switch (outcome.kind()) {
                case DELIVERED ->
                    assertThat(arrived).as("seed %d, ticket %d", seed, ticket).isTrue();
                case EXPIRED ->
                    assertThat(arrived).as("seed %d, ticket %d", seed, ticket).isFalse();
                case UNKNOWN -> {}
                case REJECTED, UNDELIVERABLE ->
                    throw new AssertionError("seed " + seed + ", ticket " + ticket + ": " + outcome);
            }
        });
        assertThat(rough.outcomes.values()).extracting(Outcome::kind).contains(Outcome.Kind.DELIVERED);
        assertThat(rough.sender.inFlight()).isZero();
        assertThat(rough.sender.queuedBytes()).isZero();
        assertThat(rough.buffer.used()).isZero();
    }

    @Test
    void aRefusedBundleIsRefusedMessageByMessage() {
        lab.application = payload -> Acceptance.QUEUE_FULL;
        for (int i = 0; i < 500; i++) {
            lab.gather(SocketKind.RDM, ByteView.utf8("message " + i), 30 * SECOND);
        }
        lab.run(10 * SECOND);
        assertThat(lab.outcomes).hasSize(500);
        assertThat(lab.outcomes.values()).allMatch(outcome -> outcome.reason() == Outcome.Reason.QUEUE_FULL);
        assertThat(lab.received).isEmpty();
        assertThat(lab.buffer.used()).isZero();
    }

    @Test
    void eachRefusalReachesTheSenderWithItsReasonHoweverManyThereAre() {
        lab.application = payload -> Acceptance.QUEUE_FULL;
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            tickets.add(lab.send(SocketKind.RDM, 10));
        }
        lab.run(10 * SECOND);
        for (long ticket : tickets) {
            assertThat(outcome(ticket).kind()).isEqualTo(Outcome.Kind.REJECTED);
            assertThat(outcome(ticket).reason()).isEqualTo(Outcome.Reason.QUEUE_FULL);
        }
        assertThat(lab.received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aMessageInFragmentsThatIsRefusedIsNeverTakenForDelivered(long seed) {
        FlowLab lab = new FlowLab(seed);
        lab.application = payload -> Acceptance.QUEUE_FULL;
        for (FlowLab.Way way : List.of(lab.primary, lab.alternate)) {
            way.delayMaxNanos = 20 * FlowLab.MILLI;
            way.lossPerMillion = 200_000;
        }
        for (int i = 0; i < 20; i++) {
            lab.send(SocketKind.RDM, 100_000);
            lab.run(10 * FlowLab.MILLI);
        }
        lab.run(40 * FlowLab.SECOND);
        assertThat(lab.outcomes).as("seed %d", seed).hasSize(20);
        assertThat(lab.outcomes.values())
                .as("seed %d", seed)
                .allMatch(outcome ->
                        outcome.kind() == Outcome.Kind.REJECTED && outcome.reason() == Outcome.Reason.QUEUE_FULL);
    }

    @Test
    void anEndThatNobodyKnowsOfAnyMoreIsToldWithTheReason() {
        FlowLabel theirs = new FlowLabel(
                FlowLab.DESTINATION, 1, 5, FlowLab.ORIGIN, 7, SocketKind.STREAM, WhenFull.WAIT, "inbox", 0);
        lab.endpointIs = Acceptance.NO_ENDPOINT;
        long number = lab.sender.answer(theirs, Manner.DEFAULT, 30 * SECOND, lab.nowNanos);
        lab.sender.finish(number, Outcome.Reason.NONE, lab.nowNanos);
        lab.run(SECOND);
        assertThat(lab.said).contains("refused NO_ENDPOINT 0");
        assertThat(lab.sender.flowCount()).isZero();
    }

    @Test
    void aMessageOfMoreFragmentsThanTheWindowTakesArrives() {
        FlowConfig all = FlowConfig.DEFAULT;
        FlowConfig narrow = new FlowConfig(
                256,
                256,
                1,
                all.queuedBytesMax(),
                all.queuedMessagesMax(),
                all.flowsMax(),
                all.reassemblyBytesMax(),
                all.roomBytes(),
                all.retransmission());
        FlowLab lab = new FlowLab(1, narrow);
        long ticket = lab.send(SocketKind.RDM, 2_000);
        lab.run(FlowLab.SECOND);
        assertThat(lab.outcomes.get(ticket)).matches(Outcome::isDelivered);
    }

    /** The first fragments are acknowledged, and done with, long before the endpoint is asked. */
    @Test
    void aRefusalOfManyFragmentsReachesTheSenderWhateverGetsLost() {
        for (long seed = 1; seed <= 200; seed++) {
            FlowLab lossy = new FlowLab(seed);
            lossy.application = payload -> Acceptance.NO_ENDPOINT;
            lossy.primary.lossPerMillion = 300_000;
            lossy.primary.delayMaxNanos = 20 * MILLI;
            long ticket = lossy.send(SocketKind.RDM, 100_000);
            lossy.run(29 * SECOND);
            Outcome outcome = lossy.outcomes.get(ticket);
            assertThat(outcome == null ? null : outcome.reason())
                    .as("seed %d", seed)
                    .isEqualTo(Outcome.Reason.NO_ENDPOINT);
        }
    }

    @Test
    void sixteenMebibytesArriveWholeAndOneByteMoreIsRefusedAtOnce() {
        long largest = lab.send(SocketKind.RDM, Data.MESSAGE_BYTES_MAX);
        long tooLarge = lab.send(SocketKind.RDM, Data.MESSAGE_BYTES_MAX + 1);
        assertThat(outcome(tooLarge).reason()).isEqualTo(Outcome.Reason.TOO_LARGE);
        lab.run(30 * SECOND);
        assertThat(outcome(largest).isDelivered()).isTrue();
        assertThat(lab.received.get(0).length()).isEqualTo(Data.MESSAGE_BYTES_MAX);
        assertThat(lab.received.get(0).at(12_345_678)).isEqualTo((byte) (31 + 12_345_678));
    }

    @Test
    void aDatagramOfManyFragmentsArrivesWholeOrNotAtAll() {
        lab.primary.lossPerMillion = 50_000;
        for (int i = 0; i < 100; i++) {
            lab.send(SocketKind.DGRAM, 200_000, 5 * SECOND);
            lab.run(100 * MILLI);
        }
        lab.run(90 * SECOND);
        assertThat(lab.received).isNotEmpty().hasSizeLessThan(100).allMatch(payload -> payload.length() == 200_000);
        assertThat(lab.outcomes).hasSize(100);
        assertThat(lab.receiver == null ? -1 : lab.receiver.reassemblyBytes()).isZero();
    }

    @Test
    void acknowledgementsOfOneTurnAreOneFrame() {
        for (int i = 0; i < 100; i++) {
            lab.send(SocketKind.RDM, 10);
        }
        lab.run(SECOND);
        assertThat(lab.received).hasSize(100);
        assertThat(lab.acks).hasSize(1);
    }

    @Test
    void aFullSenderRefusesAtOnce() {
        FlowConfig small = new FlowConfig(
                16 << 10, 1 << 20, 4_096, 1 << 20, 10, 100, 64L << 20, 256 << 10, FlowConfig.Retransmission.DEFAULT);
        FlowLab full = new FlowLab(1, small);
        full.stopDestination();
        for (int i = 0; i < 10; i++) {
            full.send(SocketKind.RDM, 10);
        }
        long many = full.send(SocketKind.RDM, 10);
        Outcome outcome = full.outcomes.get(many);
        assertThat(outcome == null ? null : outcome.reason()).isEqualTo(Outcome.Reason.QUEUE_FULL);
        FlowLab heavy = new FlowLab(1, small);
        heavy.stopDestination();
        heavy.send(SocketKind.RDM, (1 << 20) - 5);
        long large = heavy.send(SocketKind.RDM, 10);
        Outcome refused = heavy.outcomes.get(large);
        assertThat(refused == null ? null : refused.reason()).isEqualTo(Outcome.Reason.QUEUE_FULL);
    }

    @Test
    void aNodeThatSaysGoodByeSettlesEverythingAtOnce() {
        lab.stopDestination();
        long left = lab.send(SocketKind.RDM, 10);
        lab.hasPrimary = false;
        lab.hasAlternate = false;
        long waiting = lab.send(SocketKind.RDM, 10);
        lab.sender.handleNodeGone(FlowLab.DESTINATION, lab.nowNanos);
        assertThat(outcome(left).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
        assertThat(outcome(waiting).kind()).isEqualTo(Outcome.Kind.UNDELIVERABLE);
        assertThat(outcome(waiting).reason()).isEqualTo(Outcome.Reason.NODE_GONE);
        assertThat(lab.sender.flowCount()).isZero();
    }

    @Test
    void closingSettlesEverything() {
        lab.stopDestination();
        for (int i = 0; i < 50; i++) {
            lab.send(SocketKind.RDM, 100_000);
        }
        lab.sender.close();
        assertThat(lab.outcomes).hasSize(50);
        assertThat(lab.sender.inFlight()).isZero();
        assertThat(lab.sender.queuedBytes()).isZero();
    }

    @Test
    void incompleteMessagesHoldNoMoreThanTheyMay() {
        FlowConfig small = new FlowConfig(
                1 << 10,
                32 << 20,
                32_768,
                256L << 20,
                1_000,
                100,
                16L << 20,
                256 << 10,
                FlowConfig.Retransmission.DEFAULT);
        FlowLab tight = new FlowLab(3, small);
        tight.primary.lossPerMillion = 100_000;
        tight.alternate.lossPerMillion = 100_000;
        for (int i = 0; i < 6; i++) {
            tight.send(SocketKind.RDM, 5 << 20, 300 * SECOND);
        }
        tight.run(300 * SECOND);
        assertThat(tight.outcomes).hasSize(6);
        assertThat(tight.outcomes.values())
                .allMatch(outcome -> outcome.isDelivered() || outcome.reason() == Outcome.Reason.LIMIT);
        assertThat(tight.outcomes.values()).anyMatch(Outcome::isDelivered);
        assertThat(tight.receiver == null ? -1 : tight.receiver.reassemblyBytes())
                .isZero();
    }

    @Test
    void moreFlowsThanTheDestinationWillKeepAreRefusedWithTheirMessages() {
        FlowConfig small = new FlowConfig(
                16 << 10, 1 << 20, 4_096, 64L << 20, 1_000, 1, 64L << 20, 256 << 10, FlowConfig.Retransmission.DEFAULT);
        FlowLab crowded = new FlowLab(1, small);
        crowded.send(SocketKind.RDM, 10);
        crowded.run(SECOND);
        long second = crowded.send(SocketKind.DGRAM, 10);
        crowded.run(SECOND);
        Outcome outcome = crowded.outcomes.get(second);
        assertThat(outcome == null ? null : outcome.kind()).isEqualTo(Outcome.Kind.REJECTED);
        assertThat(outcome == null ? null : outcome.reason()).isEqualTo(Outcome.Reason.LIMIT);
    }

    @Test
    void equalSeedsGiveEqualRuns() {
        List<List<ByteView>> runs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            FlowLab rough = new FlowLab(99);
            rough.primary.lossPerMillion = 200_000;
            for (int i = 0; i < 50; i++) {
                rough.send(SocketKind.RDM, 40_000);
            }
            rough.run(60 * SECOND);
            runs.add(rough.received);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1));
    }
}
