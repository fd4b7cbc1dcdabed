package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.Verdict;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Where nodes seal, relays pass on what members say and can say nothing for them. */
class GroupAnswersTest {
    private static final long SECOND = GroupLab.SECOND;
    private static final Verdict REFUSED = Verdict.refused(Outcome.Reason.NO_ENDPOINT);

    /** The relay alters what it tells the origin, its own word and that of those behind it. */
    private static void lies(GroupLab lab, UnaryOperator<GroupAck.Answer> lie) {
        lies(lab, 1, lie);
    }

    private static void lies(GroupLab lab, int times, UnaryOperator<GroupAck.Answer> lie) {
        lab.tampering = (from, to, frame) -> from == 1 && to == 0 ? altered(frame, times, lie) : frame;
    }

    private static Frame altered(Frame frame, int times, UnaryOperator<GroupAck.Answer> lie) {
        if (!(frame instanceof RoutedFrame routed) || frame.type() != FrameType.GROUP_ACK) {
            return frame;
        }
        try {
            GroupAck ack = GroupAck.decode(new WireReader(routed.body()));
            return RoutedFrame.of(
                    routed.route(),
                    new GroupAck(
                            ack.origin(),
                            ack.incarnation(),
                            ack.answers().stream()
                                    .flatMap(truth -> Collections.nCopies(times, lie.apply(truth)).stream())
                                    .toList()));
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    private static GroupAck.Answer forAll(GroupAck.Answer truth, Verdict verdict, OptionalLong code) {
        GroupAck.Run run = new GroupAck.Run(0, 1 << 16, verdict, RouteHeader.Mark.NONE, code);
        return new GroupAck.Answer(truth.transmission(), List.of(run));
    }

    private static OptionalLong codeIn(GroupAck.Answer answer) {
        return answer.runs().stream()
                .map(GroupAck.Run::code)
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    @Test
    void whatAllHaveTakenIsSettledByOneCode() {
        GroupLab lab = GroupLab.sealedBehindOneRelay();
        List<GroupAck.Answer> seen = new ArrayList<>();
        lies(lab, truth -> {
            seen.add(truth);
            return truth;
        });
        long ticket = lab.send(SocketKind.RDM, "m", 2 * SECOND, 1, 2, 3);
        lab.run(SECOND);
        for (int member = 1; member <= 3; member++) {
            assertThat(lab.outcome(ticket, member).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        }
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).runs()).hasSize(1);
        assertThat(codeIn(seen.get(0))).isPresent();
        assertThat(lab.directAnswers).isZero();
        assertThat(lab.sender.doubtedCount()).isZero();
    }

    @Test
    void aRelayThatSaysDeliveredForOneThatHasNothingIsNotBelievedAndTheOthersAreAskedThemselves() {
        for (SocketKind kind : List.of(SocketKind.RDM, SocketKind.SEQPACKET, SocketKind.DGRAM)) {
            GroupLab lab = GroupLab.sealedBehindOneRelay();
            lab.silent.add(GroupLab.link(1, 2));
            lies(lab, truth -> forAll(truth, Verdict.DELIVERED, codeIn(truth)));
            long ticket = lab.send(kind, "m", 2 * SECOND, 1, 2, 3);
            lab.run(5 * SECOND);
            assertThat(lab.outcome(ticket, 1).kind()).as("%s", kind).isEqualTo(Outcome.Kind.DELIVERED);
            assertThat(lab.outcome(ticket, 3).kind()).as("%s", kind).isEqualTo(Outcome.Kind.DELIVERED);
            assertThat(lab.outcome(ticket, 2))
                    .as("%s", kind)
                    .isEqualTo(Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT));
            assertThat(lab.sender.doubtedCount()).isPositive();
        }
    }

    @Test
    void aRefusalIsNotBelievedOfARelayEither() {
        for (Verdict lie : List.of(REFUSED, Verdict.refused(Outcome.Reason.DETACHED))) {
            GroupLab lab = GroupLab.sealedBehindOneRelay();
            lies(lab, truth -> forAll(truth, lie, OptionalLong.empty()));
            long ticket = lab.send(SocketKind.SEQPACKET, "m", 2 * SECOND, 1, 2, 3);
            long next = lab.send(SocketKind.SEQPACKET, "n", 2 * SECOND, 1, 2, 3);
            lab.run(5 * SECOND);
            // Of itself it may say what it likes.
            for (int member = 2; member <= 3; member++) {
                assertThat(lab.outcome(ticket, member).kind()).as("%s", lie).isEqualTo(Outcome.Kind.DELIVERED);
                assertThat(lab.outcome(next, member).kind()).as("%s", lie).isEqualTo(Outcome.Kind.DELIVERED);
                assertThat(lab.nodes.get(member).received).containsExactly("m", "n");
            }
        }
    }

    /** It could as well say nothing. */
    @Test
    void aRelayThatSaysThatNobodyKnowsTheFlowHasNobodyMissAnything() {
        GroupLab lab = GroupLab.sealedBehindOneRelay();
        lies(lab, truth -> forAll(truth, Verdict.UNKNOWN_FLOW, OptionalLong.empty()));
        long ticket = lab.send(SocketKind.SEQPACKET, "m", 2 * SECOND, 1, 2, 3);
        lab.run(SECOND / 2);
        lab.send(SocketKind.SEQPACKET, "n", 2 * SECOND, 1, 2, 3);
        lab.run(5 * SECOND);
        for (int member = 1; member <= 3; member++) {
            assertThat(lab.outcome(ticket, member).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
            assertThat(lab.nodes.get(member).received).containsExactly("m", "n");
        }
    }

    @Test
    void aCodeThatIsDoubledMissingOrOfAnEarlierMessageSettlesNothing() {
        List<OptionalLong> earlier = new ArrayList<>();
        List<UnaryOperator<GroupAck.Answer>> lies = List.of(
                truth -> forAll(truth, Verdict.DELIVERED, OptionalLong.of(0)),
                truth -> forAll(truth, Verdict.DELIVERED, OptionalLong.empty()),
                truth -> {
                    earlier.add(codeIn(truth));
                    return forAll(truth, Verdict.DELIVERED, earlier.get(0));
                });
        for (UnaryOperator<GroupAck.Answer> lie : lies) {
            GroupLab lab = GroupLab.sealedBehindOneRelay();
            long first = lab.send(SocketKind.RDM, "m", SECOND, 1, 2, 3);
            lies(lab, lie);
            lab.run(SECOND / 2);
            lab.silent.add(GroupLab.link(1, 2));
            long second = lab.send(SocketKind.RDM, "n", SECOND, 1, 2, 3);
            lab.run(5 * SECOND);
            assertThat(lab.outcome(first, 2).kind()).isEqualTo(Outcome.Kind.DELIVERED);
            assertThat(lab.outcome(second, 2).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
            assertThat(lab.outcome(second, 3).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        }
    }

    @Test
    void howOftenARelayLiesDecidesNotHowOftenMembersAreAsked() {
        GroupLab lab = GroupLab.sealedBehindOneRelay();
        lab.silent.add(GroupLab.link(1, 2));
        lies(lab, 20, truth -> forAll(truth, Verdict.DELIVERED, OptionalLong.empty()));
        lab.send(SocketKind.RDM, "m", 10 * SECOND, 1, 2, 3);
        lab.run(10 * SECOND);
        assertThat(lab.sender.doubtedCount()).isGreaterThanOrEqualTo(20);
        // Each transmission that a timer has sent leads to one question more.
        assertThat(lab.framesFromOrigin).isLessThan(20);
    }

    @Test
    void aWordThatIsKnownLaterGoesStraightToTheOriginAndItsCodeVouchesForIt() {
        GroupLab lab = GroupLab.sealedBehindOneRelay();
        lab.nodes.get(2).application = payload -> Verdict.HELD;
        long ticket = lab.send(SocketKind.RDM, "m", 5 * SECOND, 1, 2, 3);
        lab.run(SECOND / 2);
        assertThat(lab.outcome(ticket, 3).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        assertThat(lab.openAnswers).isEmpty();
        lab.nodes.get(2).application = payload -> Verdict.DELIVERED;
        lab.nodes.get(2).room();
        lab.run(SECOND / 100);
        assertThat(lab.outcome(ticket, 2).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        assertThat(lab.openAnswers).hasSize(1);
        assertThat(lab.directAnswers).isZero();
    }

    @Test
    void whatAnybodyMaySaySettlesNothingWithoutItsCodeAndHasNobodyAsked() {
        for (Verdict lie : List.of(Verdict.DELIVERED, REFUSED, Verdict.ABSENT, Verdict.UNKNOWN_FLOW)) {
            for (OptionalLong code : List.of(OptionalLong.empty(), OptionalLong.of(0), OptionalLong.of(4711))) {
                GroupLab lab = GroupLab.sealedBehindOneRelay();
                lab.nodes.get(2).application = payload -> Verdict.HELD;
                long ticket = lab.send(SocketKind.RDM, "m", 2 * SECOND, 1, 2, 3);
                lab.run(SECOND / 10);
                int frames = lab.framesFromOrigin;
                for (long transmission = 0; transmission < 10; transmission++) {
                    GroupAck.Run run = new GroupAck.Run(0, 1 << 16, lie, RouteHeader.Mark.NONE, code);
                    GroupAck.Answer answer = new GroupAck.Answer(transmission, List.of(run));
                    lab.sender.handleOpenAck(new GroupAck(GroupLab.id(0), 1, List.of(answer)), lab.nowNanos);
                }
                assertThat(lab.isOpen(ticket, 2)).as("%s %s", lie, code).isTrue();
                assertThat(lab.framesFromOrigin).isEqualTo(frames);
                assertThat(lab.sender.doubtedCount()).isZero();
            }
        }
    }

    /** What an outsider sends now and then while the second of two messages waits for the first. */
    private static int framesOfTwo(GroupLab lab, List<GroupAck.Run> said) {
        List<GroupAck.Answer> seen = new ArrayList<>();
        lies(lab, truth -> {
            seen.add(truth);
            return truth;
        });
        lab.nodes.get(3).application = payload -> Verdict.HELD;
        lab.send(SocketKind.RDM, "m", 20 * SECOND, 1, 2, 3);
        lab.run(SECOND / 10);
        lab.silent.add(GroupLab.link(0, 1));
        lab.send(SocketKind.RDM, "n", 20 * SECOND, 1, 2, 3);
        for (int i = 0; i < 40; i++) {
            lab.run(SECOND / 10);
            List<GroupAck.Run> runs = said.isEmpty() ? vouchedFor(seen.get(0)) : said;
            for (long transmission = 0; transmission < 10; transmission++) {
                GroupAck.Answer answer = new GroupAck.Answer(transmission, runs);
                lab.sender.handleOpenAck(new GroupAck(GroupLab.id(0), 1, List.of(answer)), lab.nowNanos);
            }
        }
        return lab.framesFromOrigin;
    }

    private static List<GroupAck.Run> vouchedFor(GroupAck.Answer answer) {
        return answer.runs().stream().filter(run -> run.code().isPresent()).toList();
    }

    private static List<GroupAck.Run> ofOne(int from, OptionalLong code) {
        return List.of(new GroupAck.Run(from, from + (1 << 16), Verdict.DELIVERED, RouteHeader.Mark.NONE, code));
    }

    /** What is repeated while a member that had detached is sent again what it had put back. */
    private static int framesOfOneThatCatchesUp(UnaryOperator<List<GroupAck.Run>> repeated) {
        GroupLab lab = GroupLab.sealedBehindOneRelay();
        List<GroupAck.Answer> seen = new ArrayList<>();
        lies(lab, truth -> {
            seen.add(truth);
            return truth;
        });
        lab.nodes.get(2).application = payload -> Verdict.refused(Outcome.Reason.DETACHED);
        long ticket = lab.send(SocketKind.RDM, "m", 20 * SECOND, 1, 2, 3);
        lab.run(SECOND / 10);
        assertThat(lab.isOpen(ticket, 2)).isTrue();
        GroupAck.Answer said = seen.get(0);
        lab.silent.add(GroupLab.link(1, 2));
        lab.nodes.get(2).application = payload -> Verdict.DELIVERED;
        lab.nodes.get(2).catchUp();
        for (int i = 0; i < 40; i++) {
            lab.run(SECOND / 10);
            List<GroupAck.Run> runs = repeated.apply(vouchedFor(said));
            if (!runs.isEmpty()) {
                GroupAck.Answer answer = new GroupAck.Answer(said.transmission(), runs);
                lab.sender.handleOpenAck(new GroupAck(GroupLab.id(0), 1, List.of(answer)), lab.nowNanos);
            }
        }
        return lab.framesFromOrigin;
    }

    @Test
    void thatAMemberHadDetachedIsNotHeardAgainWhenItHasCaughtUp() {
        assertThat(framesOfOneThatCatchesUp(runs -> runs)).isEqualTo(framesOfOneThatCatchesUp(runs -> List.of()));
    }

    @Test
    void neitherARunOfNobodyNorAWordThatIsRepeatedMakesAnybodyHeard() {
        int undisturbed = framesOfTwo(GroupLab.sealedBehindOneRelay(), ofOne(0, OptionalLong.empty()));
        assertThat(framesOfTwo(GroupLab.sealedBehindOneRelay(), ofOne(1 << 16, OptionalLong.of(0))))
                .as("a run of nobody")
                .isEqualTo(undisturbed);
        assertThat(framesOfTwo(GroupLab.sealedBehindOneRelay(), List.of()))
                .as("what members have said")
                .isEqualTo(undisturbed);
    }

    @Test
    void whatAMemberRefusesIsItsWordAndIsGatheredToo() {
        GroupLab lab = GroupLab.sealedBehindOneRelay();
        lab.nodes.get(2).application = payload -> REFUSED;
        long ticket = lab.send(SocketKind.RDM, "m", 2 * SECOND, 1, 2, 3);
        lab.run(SECOND);
        assertThat(lab.outcome(ticket, 2).reason()).isEqualTo(Outcome.Reason.NO_ENDPOINT);
        assertThat(lab.outcome(ticket, 3).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        assertThat(lab.directAnswers).isZero();
    }
}
