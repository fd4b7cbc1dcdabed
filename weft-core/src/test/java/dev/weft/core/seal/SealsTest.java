package dev.weft.core.seal;

import static dev.weft.core.seal.SealsLab.MILLI;
import static dev.weft.core.seal.SealsLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.forward.Arrival;
import dev.weft.core.seal.Sealer.Policy;
import dev.weft.core.seal.Sealer.Terms;
import dev.weft.core.seal.SealsLab.Node;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SealsTest {
    private final SealsLab lab = new SealsLab();
    private final Node alice = lab.node(1);
    private final Node bob = lab.node(2);

    /** What Alice sends once Bob has her keys, and she knows. */
    private RoutedFrame established(String payload) {
        if (alice.count("begun") == 0) {
            alice.send(bob, "first");
            lab.settle();
            bob.opened.clear();
        }
        alice.send(bob, payload);
        return alice.sent.remove(alice.sent.size() - 1);
    }

    @Test
    void whatIsSentBeforeThereAreKeysWaitsForThemAndThenArrivesWithoutARoundTrip() {
        alice.send(bob, "one");
        alice.send(bob, "two");
        assertThat(alice.sent).isEmpty();
        alice.work();
        assertThat(alice.sent).hasSize(2).allMatch(frame -> frame.type() == FrameType.SEALED);
        List.copyOf(alice.sent).forEach(bob::receive);
        assertThat(bob.opened).isEmpty();
        bob.work();
        assertThat(bob.opened).containsExactly("one", "two");
        assertThat(bob.origins).containsOnly(alice.id);
    }

    @Test
    void openingsAreShownUntilTheDestinationProvesThatItHasTheKeys() throws MalformedFrame {
        alice.send(bob, "one");
        alice.work();
        RoutedFrame first = alice.sent.get(0);
        int association = decoded(first).association();
        alice.seals.handleAnswer(new SealAnswer(association, bob.id, ByteView.of(new byte[16])), lab.nowNanos);
        alice.send(bob, "two");
        assertThat(decoded(alice.sent.get(1)).opening()).isPresent();
        bob.receive(first);
        bob.work();
        assertThat(bob.answers).hasSize(1);
        alice.seals.handleAnswer(bob.answers.get(0), lab.nowNanos);
        alice.send(bob, "three");
        assertThat(decoded(alice.sent.get(2)).opening()).isEmpty();
        assertThat(alice.sent.get(2).body().length()).isLessThan(first.body().length() - 60);
        bob.receive(alice.sent.get(2));
        assertThat(bob.opened).containsExactly("one", "three");
        assertThat(alice.count("forged")).isEqualTo(1);
    }

    private static Sealed decoded(RoutedFrame frame) throws MalformedFrame {
        return Sealed.decode(frame.type(), new WireReader(frame.body()));
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsRefused() {
        RoutedFrame frame = established("secret");
        for (int bit = 0; bit < 8 * frame.body().length(); bit++) {
            byte[] altered = frame.body().toByteArray();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            tryToReceive(new RoutedFrame(frame.type(), frame.route(), ByteView.of(altered)));
        }
        for (int length = 0; length < frame.body().length(); length++) {
            tryToReceive(
                    new RoutedFrame(frame.type(), frame.route(), frame.body().slice(0, length)));
        }
        tryToReceive(new RoutedFrame(FrameType.SEALED_CONTROL, frame.route(), frame.body()));
        tryToReceive(new RoutedFrame(
                frame.type(), frame.route().withPriority(frame.route().priority() ^ 1), frame.body()));
        assertThat(bob.opened).isEmpty();
        assertThat(bob.count("forged")).isGreaterThan(100);
        bob.receive(frame);
        assertThat(bob.opened).containsExactly("secret");
    }

    private void tryToReceive(RoutedFrame frame) {
        Arrival arrival = Arrival.over(SealsLab.RELAY, frame.route().forwarded(7));
        RoutedFrame last = new RoutedFrame(frame.type(), arrival.route(), frame.body());
        try {
            assertThat(bob.seals.open(last, arrival, lab.nowNanos)).isEmpty();
        } catch (MalformedFrame refusedToo) {
            assertThat(refusedToo.getMessage()).isNotBlank();
        }
        bob.work();
    }

    @Test
    void whatRelaysMayChangeTheyMay() {
        RoutedFrame frame = established("marked");
        bob.receive(frame.marked());
        assertThat(bob.opened).containsExactly("marked");
    }

    @Test
    void nothingIsOpenedTwiceAndReorderedFramesAreWithinTheWindow() {
        for (long seed = 1; seed <= 20; seed++) {
            bob.opened.clear();
            Prng prng = new Prng(seed);
            List<RoutedFrame> frames = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                RoutedFrame frame = established("m" + i);
                frames.add(frame);
                if (prng.chance(300_000)) {
                    frames.add(frame);
                }
            }
            for (int i = frames.size() - 1; i > 0; i--) {
                frames.add(frames.remove(prng.below(i + 1)));
            }
            frames.forEach(bob::receive);
            frames.forEach(bob::receive);
            assertThat(bob.opened).as("seed %d", seed).hasSize(500).doesNotHaveDuplicates();
        }
    }

    @Test
    void aFrameOlderThanTheWindowIsRefused() {
        RoutedFrame old = established("old");
        for (int i = 0; i < ReplayWindow.SIZE; i++) {
            bob.receive(established("new"));
        }
        bob.opened.clear();
        bob.receive(old);
        assertThat(bob.opened).isEmpty();
        assertThat(bob.count("replayed")).isEqualTo(1);
    }

    @Test
    void theWindowAgreesWithASetOfAllThatWasSeen() {
        for (long seed = 1; seed <= 50; seed++) {
            Prng prng = new Prng(seed);
            ReplayWindow window = new ReplayWindow();
            java.util.TreeSet<Long> seen = new java.util.TreeSet<>();
            long highest = 0;
            for (int i = 0; i < 2_000; i++) {
                long jump = prng.chance(20_000) ? prng.below(20_000) : prng.below(200);
                long counter = prng.chance(600_000) ? highest + jump : Math.max(0, highest - prng.below(5_000));
                boolean expected = !seen.contains(counter) && (seen.isEmpty() || counter > highest - ReplayWindow.SIZE);
                assertThat(window.isNew(counter))
                        .as("seed %d, counter %d", seed, counter)
                        .isEqualTo(expected);
                if (expected) {
                    window.mark(counter);
                    seen.add(counter);
                    highest = Math.max(highest, counter);
                }
            }
        }
    }

    @Test
    void aRecordedOpeningBeginsNothingASecondTime() {
        alice.send(bob, "pay");
        alice.work();
        RoutedFrame recorded = alice.sent.get(0);
        lab.settle();
        assertThat(bob.opened).containsExactly("pay");
        for (int i = 0; i < 3; i++) {
            // Another prekey each hour, so another association each hour; the first is given up in the end.
            lab.pass(3_600 * SECOND);
            alice.send(bob, "more");
            lab.settle();
            alice.send(bob, "more");
            lab.settle();
        }
        bob.opened.clear();
        bob.receive(recorded);
        bob.work();
        assertThat(bob.opened).isEmpty();
    }

    @Test
    void aRestartOfTheDestinationMakesAssociationsVoidAndTheNextFrameBeginsAnother() {
        RoutedFrame before = established("lost");
        lab.nodes.remove(bob.id);
        Node again = lab.node(2, 2, Terms.of(Policy.RELAYED));
        again.receive(before);
        assertThat(again.answers).hasSize(1).allMatch(answer -> !answer.isKnown());
        again.answers.clear();
        again.work();
        alice.send(again, "after");
        assertThat(alice.sent).isEmpty();
        alice.work();
        again.receive(alice.sent.get(0));
        again.work();
        assertThat(again.opened).containsExactly("after");
    }

    @Test
    void aRestartOfTheOriginMakesItsAssociationsVoid() {
        RoutedFrame before = established("of an earlier life");
        lab.nodes.remove(alice.id);
        Node again = lab.node(1, 2, Terms.of(Policy.RELAYED));
        again.work();
        again.send(bob, "hello");
        lab.settle();
        assertThat(bob.opened).containsExactly("hello");
        bob.receive(before);
        bob.work();
        assertThat(bob.opened).containsExactly("hello");
    }

    @Test
    void aDestinationThatHasLostTheKeysIsBelievedOnceASecondAndTheOldKeysStayInUseMeanwhile() {
        established("x");
        Node other = lab.node(3);
        for (int i = 0; i < 100; i++) {
            RoutedFrame frame = established("y");
            int association = association(frame);
            alice.seals.handleAnswer(new SealAnswer(association, other.id, ByteView.EMPTY), lab.nowNanos);
            alice.seals.handleAnswer(new SealAnswer(association, bob.id, ByteView.EMPTY), lab.nowNanos);
            bob.receive(frame);
            bob.work();
            alice.work();
        }
        assertThat(bob.opened).hasSizeGreaterThan(90);
        assertThat(alice.count("begun")).isEqualTo(2);
    }

    private static int association(RoutedFrame frame) {
        try {
            return decoded(frame).association();
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void keysChangeWithTimeWithoutALoss() {
        int sent = 0;
        for (int minute = 0; minute < 300; minute++) {
            lab.pass(60 * SECOND);
            alice.send(bob, "m" + sent++);
            lab.settle();
        }
        assertThat(bob.opened).hasSize(sent);
        assertThat(alice.count("begun")).isBetween(5L, 15L);
        assertThat(bob.publishedCount).isBetween(5, 6);
        assertThat(bob.count("inbound")).isLessThanOrEqualTo(2);
    }

    @Test
    void keysChangeWithCountAndVolumeWithoutALoss() {
        Terms few = new Terms(Policy.RELAYED, 3_600 * SECOND, SECOND, 3_600 * SECOND, 10, 10_000);
        Node carol = lab.node(3, 1, few);
        carol.work();
        for (int i = 0; i < 100; i++) {
            carol.send(bob, "m" + i);
            lab.settle();
        }
        assertThat(carol.count("begun")).isBetween(9L, 11L);
        for (int i = 0; i < 10; i++) {
            carol.send(bob, "x".repeat(9_000));
            lab.settle();
        }
        assertThat(bob.opened).hasSize(110);
        assertThat(carol.count("begun")).isGreaterThanOrEqualTo(13L);
    }

    @Test
    void aPrekeyThatHasBeenReplacedIsGoodForTheGraceAndNotLonger() {
        alice.send(bob, "late");
        alice.work();
        RoutedFrame late = alice.sent.remove(0);
        lab.pass(3_600 * SECOND + MILLI);
        bob.receive(late);
        bob.work();
        assertThat(bob.opened).containsExactly("late");
        Node carol = lab.node(3);
        carol.send(bob, "later");
        carol.work();
        RoutedFrame later = carol.sent.remove(0);
        lab.pass(3_600 * SECOND + 301 * SECOND);
        bob.receive(later);
        bob.work();
        assertThat(bob.opened).containsExactly("late");
    }

    @Test
    void anOlderPrekeyThatSomebodyFloodsAgainIsNotUsed() {
        Seals.Published first = alice.recordOf(bob.id).orElseThrow();
        lab.pass(3_601 * SECOND);
        lab.announce(bob.id, first);
        alice.send(bob, "x");
        lab.announce(bob.id, first);
        lab.settle();
        assertThat(bob.opened).isNotEmpty();
    }

    @Test
    void recordsOfAnotherNodeAreNotSealedTo() {
        SealRecord forged = FakeSealer.record(new NodeId(77, 1), SealRecord.Manner.RELAYED, 9);
        lab.announce(bob.id, new Seals.Published(forged, 1));
        alice.send(bob, "secret");
        alice.work();
        assertThat(alice.sent).isEmpty();
        assertThat(alice.count("failed")).isPositive();
        lab.pass(5 * SECOND);
        assertThat(alice.count("dropped")).isEqualTo(1);
    }

    @Test
    void whatWaitsIsBounded() {
        NodeId nobody = new NodeId(55, 1);
        for (int i = 0; i < 1_000; i++) {
            alice.seals.send(nobody, SealsLab.RELAY, SealsLab.WAY, new Probe(i), lab.nowNanos);
        }
        assertThat(alice.count("dropped")).isEqualTo(1_000 - Seals.WAITING_FRAMES_MAX);
        ByteView large = ByteView.of(new byte[1 << 20]);
        for (int i = 0; i < 100; i++) {
            Data data = Data.whole(FlowRef.established(1), i, 0, large);
            alice.seals.send(new NodeId(100 + i, 1), SealsLab.RELAY, SealsLab.WAY, data, lab.nowNanos);
            alice.seals.audit();
        }
        for (int i = 0; i < 2 * Seals.OUTGOING_MAX; i++) {
            alice.seals.send(new NodeId(1_000 + i, 1), SealsLab.RELAY, SealsLab.WAY, new Probe(1), lab.nowNanos);
        }
        alice.seals.audit();
    }

    @Test
    void associationsOfManyOriginsAreBounded() {
        for (int i = 0; i < 3 * InboundSeals.PENDING_MAX; i++) {
            Node origin = lab.node(100 + i);
            origin.send(bob, "m");
            origin.work();
            bob.receive(origin.sent.get(0));
        }
        assertThat(bob.count("dropped")).isEqualTo(2 * InboundSeals.PENDING_MAX);
        bob.work();
        assertThat(bob.opened).hasSize(InboundSeals.PENDING_MAX);
    }

    @Test
    void aRelayThatCouldNotPassOnAFrameIsUnderstood() throws MalformedFrame {
        RoutedFrame frame = established("lost");
        RouteError error = RouteError.about(frame, RouteError.Reason.NO_LINK, SealsLab.RELAY);
        RouteError unsealed = alice.seals.unsealed(error);
        assertThat(unsealed.failedType()).isEqualTo(FrameType.DATA);
        Data lost = Data.decodeHead(new WireReader(unsealed.excerpt()));
        assertThat(lost.flow()).isEqualTo(FlowRef.established(9));
        byte[] altered = error.excerpt().toByteArray();
        altered[0] ^= 1;
        RouteError strange = new RouteError(
                error.reason(), error.reporter(), error.failedLabel(), FrameType.SEALED, ByteView.of(altered));
        assertThat(alice.seals.unsealed(strange)).isEqualTo(strange);
    }

    @Test
    void plainFramesOverARelayAreRefusedAndThoseOfANeighborAreNot() {
        RoutedFrame relayed = RoutedFrame.of(RouteHeader.along(3).forwarded(4), new Probe(1));
        RoutedFrame direct = RoutedFrame.of(RouteHeader.DIRECT, new Probe(1));
        assertThat(bob.seals.isToRefuse(relayed, Arrival.over(SealsLab.RELAY, relayed.route())))
                .isTrue();
        assertThat(bob.seals.isToRefuse(direct, Arrival.over(SealsLab.RELAY, direct.route())))
                .isFalse();
        assertThat(bob.seals.isImposture(alice.id, Arrival.over(SealsLab.RELAY, direct.route())))
                .isTrue();
        assertThat(bob.seals.isToSeal(alice.id, 1)).isFalse();
        assertThat(bob.seals.isToSeal(alice.id, 2)).isTrue();
        Node strict = lab.node(4, 1, Terms.of(Policy.ALWAYS));
        strict.work();
        assertThat(strict.seals.isToRefuse(direct, Arrival.over(SealsLab.RELAY, direct.route())))
                .isTrue();
        assertThat(bob.seals.isToSeal(strict.id, 1)).isTrue();
    }

    @Test
    void aFlowThatIsToBeSealedIsTakenFromASealAndFromThisNodeItselfAlone() {
        Arrival direct = Arrival.over(SealsLab.RELAY, RouteHeader.DIRECT);
        assertThat(bob.seals.isToRefuse(Secrecy.BY_POLICY, direct)).isFalse();
        assertThat(bob.seals.isToRefuse(Secrecy.SEALED, direct)).isTrue();
        assertThat(bob.seals.isToRefuse(Secrecy.SEALED, direct.sealedBy(alice.id)))
                .isFalse();
        assertThat(bob.seals.isToRefuse(Secrecy.SEALED, Arrival.atSelf(bob.id, RouteHeader.DIRECT)))
                .isFalse();
        TreeMap<String, Long> counters = new TreeMap<>();
        bob.seals.count(counters);
        assertThat(counters).containsEntry("seal.plain-refused", 1L);
    }

    @Test
    void aNodeWithoutAKeyDoesAsTheOthersDo() {
        SealsLab quiet = new SealsLab();
        Node guest = quiet.node(1, 1, Terms.of(Policy.AS_OTHERS));
        Node second = quiet.node(2, 1, Terms.of(Policy.AS_OTHERS));
        assertThat(guest.seals.isToSeal(second.id, 2)).isFalse();
        Node keyed = quiet.node(3);
        assertThat(guest.seals.isActive()).isTrue();
        guest.work();
        guest.send(keyed, "hello");
        quiet.settle();
        assertThat(keyed.opened).containsExactly("hello");
    }

    @Test
    void noFrameOfALinkComesOutOfASeal() {
        alice.send(bob, "x");
        lab.settle();
        bob.opened.clear();
        alice.seals.send(
                bob.id,
                SealsLab.RELAY,
                SealsLab.WAY,
                new RouteError(RouteError.Reason.NO_LINK, alice.id, 3, FrameType.DATA, ByteView.EMPTY),
                lab.nowNanos);
        bob.receive(alice.sent.get(0));
        assertThat(bob.opened).isEmpty();
        assertThat(bob.count("forged")).isEqualTo(1);
    }
}
