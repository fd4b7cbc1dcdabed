package dev.weft.core.link;

import static dev.weft.core.link.LinkLab.MILLI;
import static dev.weft.core.link.LinkLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.InvariantError;
import dev.weft.core.link.LinkLab.End;
import dev.weft.core.link.LinkLab.Node;
import dev.weft.core.link.LinkLab.Weather;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import dev.weft.core.wire.Push;
import dev.weft.core.wire.VersionRange;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LinkTest {
    private final LinkLab lab = new LinkLab(1);
    private final Node a = LinkLab.node(1);
    private final Node b = LinkLab.node(2);

    // --- handshake ---

    @Test
    void bothEndsComeUpAndAgree() {
        a.config = LinkConfig.LAN.withFrameBytesMax(5_000);
        b.config = LinkConfig.WAN;
        List<End> pair = lab.dial(a, b);
        lab.runFor(100 * MILLI);

        LinkTerms terms = pair.get(0).link.terms().orElseThrow();
        LinkTerms others = pair.get(1).link.terms().orElseThrow();
        assertThat(terms.peer().node()).isEqualTo(b.self.node());
        assertThat(others.peer().node()).isEqualTo(a.self.node());
        for (LinkTerms each : List.of(terms, others)) {
            assertThat(each.version()).isEqualTo(1);
            assertThat(each.heartbeatNanos()).isEqualTo(5 * SECOND);
            assertThat(each.deadNanos()).isEqualTo(17_500 * MILLI);
            assertThat(each.frameBytesMax()).isEqualTo(5_000);
        }
        assertThat(others.peer().locators()).containsExactly(Locator.parse("tcp/n1:1"));
        assertThat(others.peer().observed()).contains(Locator.parse("tcp/there:1"));
        assertThat(terms.peer().observed()).isEmpty();
    }

    @Test
    void diallerIsUpAfterOneRoundTripAndTheOtherHalfALater() {
        List<End> pair = lab.dial(a, b);
        lab.runFor(100 * MILLI);
        assertThat(pair.get(0).upAtNanos).isEqualTo(2 * MILLI);
        assertThat(pair.get(1).upAtNanos).isEqualTo(3 * MILLI);
        assertThat(pair.get(0).sentCount(FrameType.HELLO)).isEqualTo(1);
        assertThat(pair.get(1).sentCount(FrameType.HELLO)).isEqualTo(1);
    }

    @Test
    void dialledEndIsSilentUntilItIsSpokenTo() {
        List<End> pair = lab.connect(a, b);
        pair.get(1).link.start(0);
        lab.runFor(9 * SECOND);
        assertThat(pair.get(1).sent).isEmpty();
    }

    @Test
    void highestCommonVersionIsSpoken() {
        Node old = new Node(withVersions(1, new VersionRange(1, 3)));
        Node young = new Node(withVersions(2, new VersionRange(2, 5)));
        List<End> pair = lab.dial(old, young);
        lab.runFor(SECOND);
        assertThat(pair.get(0).link.terms().orElseThrow().version()).isEqualTo(3);
        assertThat(pair.get(1).link.terms().orElseThrow().version()).isEqualTo(3);
    }

    @Test
    void acceptThatOvertakesItsHelloIsRemembered() {
        List<End> pair = lab.connect(a, b);
        End dialled = pair.get(0);
        dialled.link.start(0);
        dialled.link.handleAccept(new Accept(a.self.instance(), List.of(), 1), MILLI);
        assertThat(dialled.link.isUp()).isFalse();
        dialled.link.handleHello(b.self.greeting(b.config, Connection.accepted(), List.of()), 2 * MILLI);
        assertThat(dialled.link.isUp()).isTrue();
    }

    @Test
    void lateAndRepeatedFramesAreHarmless() {
        List<End> pair = lab.dial(a, b);
        End dialled = pair.get(0);
        dialled.link.handleAccept(new Accept(a.self.instance() + 1, List.of(), 1), 0);
        dialled.link.handlePing(new Ping(1, 0, 0, Interest.WANTED, Push.EAGER), 0);
        dialled.link.handlePong(new Pong(1, 0, 0, 0), 0);
        assertThat(dialled.link.phase()).isEqualTo(Link.Phase.GREETING);
        lab.runFor(SECOND);

        Hello theirs = dialled.link.peer().orElseThrow();
        long acceptsBefore = dialled.sentCount(FrameType.ACCEPT);
        dialled.link.handleHello(theirs, lab.nowNanos);
        assertThat(dialled.sentCount(FrameType.ACCEPT)).isEqualTo(acceptsBefore + 1);
        dialled.link.handleHello(LinkLab.local(3).greeting(a.config, Connection.accepted(), List.of()), lab.nowNanos);
        dialled.link.handleAccept(new Accept(a.self.instance(), List.of(), 1), lab.nowNanos);
        dialled.link.handlePong(new Pong(1, 0, 0, 0), lab.nowNanos);
        dialled.link.handlePong(new Pong(Long.MAX_VALUE, 0, 0, 0), lab.nowNanos);
        assertThat(dialled.link.isUp()).isTrue();
    }

    @Test
    void framesBeforeTheStartAreOurBug() {
        End end = lab.connect(a, b).get(0);
        assertThatThrownBy(() -> end.link.handleAccept(new Accept(1, List.of(), 1), 0))
                .isInstanceOf(InvariantError.class);
    }

    @Test
    void phasesChangeAsTheDiagramSays() {
        assertThat(Link.Phase.NEW.mayBecome(Link.Phase.UP)).isFalse();
        assertThat(Link.Phase.UP.mayBecome(Link.Phase.CONFIRMING)).isFalse();
        for (Link.Phase phase : Link.Phase.values()) {
            assertThat(phase.mayBecome(Link.Phase.CLOSED)).isEqualTo(phase != Link.Phase.CLOSED);
            assertThat(Link.Phase.CLOSED.mayBecome(phase)).isFalse();
        }
    }

    // --- refusals ---

    @Test
    void otherMeshIsRefused() {
        LocalNode self = LinkLab.local(1);
        Node stranger = new Node(
                LinkLab.local("other", self.node(), self.instance(), 1, "x", self.hostId(), 0, VersionRange.OURS, 0));
        assertRefused(stranger, b, CloseReason.WRONG_MESH, "mesh other is not known here");
    }

    @Test
    void ownReflectionIsRefused() {
        assertRefused(a, a, CloseReason.SELF, "node 00000000 has dialled itself");
    }

    @Test
    void copyOfOurselvesIsRefused() {
        assertRefused(reborn(2, 77, 1), b, CloseReason.DUPLICATE_NODE_ID, "two processes use node id");
    }

    @Test
    void copyOfAPeerIsRefused() {
        lab.dial(a, b);
        lab.runFor(SECOND);
        assertRefused(reborn(1, 77, 1), b, CloseReason.DUPLICATE_NODE_ID, "two processes use node id");
        assertThat(b.table.linkTo(a.self.node()).orElseThrow().isUp()).isTrue();
    }

    @Test
    void earlierIncarnationIsRefused() {
        lab.dial(reborn(1, 55, 5), b);
        lab.runFor(SECOND);
        assertRefused(
                reborn(1, 44, 4), b, CloseReason.STALE_INCARNATION, "incarnation 4 of node 00000000, but 5 is known");
    }

    @Test
    void laterIncarnationReplacesTheEarlier() {
        List<End> old = lab.dial(reborn(1, 44, 4), b);
        lab.runFor(SECOND);
        List<End> young = lab.dial(reborn(1, 55, 5), b);
        lab.runFor(SECOND);
        assertThat(young.get(1).link.isUp()).isTrue();
        String text = "STALE_INCARNATION|node 00000000 has started anew as incarnation 5|";
        assertThat(old.get(1).closed).containsExactly(text + "OURS");
        assertThat(old.get(0).closed).containsExactly(text + "THEIRS");
    }

    @Test
    void restartAtTheSameAddressEndsTheOldLink() {
        List<End> pair = lab.dial(reborn(1, 44, 4), b);
        lab.runFor(SECOND);
        LocalNode young = reborn(1, 55, 5).self;
        Connection dial = Connection.dialled(1, Locator.parse("udp/x:1"));
        pair.get(1).link.handleHello(young.greeting(a.config, dial, List.of()), lab.nowNanos);
        assertThat(pair.get(1).closed.get(0)).startsWith("STALE_INCARNATION");
    }

    @Test
    void noCommonVersionIsRefused() {
        Node old = new Node(withVersions(1, new VersionRange(1, 2)));
        Node young = new Node(withVersions(2, new VersionRange(3, 4)));
        assertRefused(old, young, CloseReason.VERSION, "00000000 speaks versions 3 to 4, 00000000 versions 1 to 2");
    }

    @Test
    void ownerMayForbid() {
        b.veto = Optional.of(Close.because(CloseReason.FORBIDDEN, "by the peers file"));
        assertRefused(a, b, CloseReason.FORBIDDEN, "by the peers file");
    }

    @Test
    void helloWithoutDialNumberIsRefusedWhereWeWereDialled() {
        End accepted = lab.connect(a, b).get(1);
        accepted.link.start(0);
        accepted.link.handleHello(a.self.greeting(a.config, Connection.accepted(), List.of()), 0);
        assertThat(accepted.closed.get(0)).startsWith("PROTOCOL_VIOLATION|Hello without a dial number");
    }

    @Test
    void acceptOfAnotherVersionIsAViolation() {
        List<End> pair = lab.dial(a, b);
        lab.runUntil(MILLI);
        pair.get(1).link.handleAccept(new Accept(b.self.instance(), List.of(), 2), lab.nowNanos);
        lab.runFor(100 * MILLI);
        assertClosed(pair, CloseReason.PROTOCOL_VIOLATION, "version 2 accepted instead of 1");
    }

    @Test
    void unreadableFrameClosesTheLink() {
        List<End> pair = lab.dial(a, b);
        lab.runFor(SECOND);
        pair.get(1).link.handleMalformed(new MalformedFrame("label", "7 is not from 1 to 5"));
        lab.runFor(SECOND);
        assertClosed(pair, CloseReason.MALFORMED, "label: 7 is not from 1 to 5");
    }

    @Test
    void goodbyeIsShownAtBothEnds() {
        for (CloseReason reason : List.of(CloseReason.SHUTDOWN, CloseReason.NOT_NEEDED)) {
            List<End> pair = lab.dial(a, b);
            lab.runFor(SECOND);
            pair.get(1).link.close(reason, "for a test");
            pair.get(1).link.close(CloseReason.UNKNOWN, "again");
            lab.runFor(SECOND);
            assertClosed(pair, reason, "for a test");
        }
    }

    @Test
    void limitOnNodesIsKept() {
        b.table = new LinkTable(1);
        lab.dial(a, b);
        lab.runFor(SECOND);
        assertRefused(LinkLab.node(3), b, CloseReason.LIMIT, "already linked to 1 nodes");
    }

    @Test
    void brokenCarrierIsReportedOnce() {
        End end = lab.dial(a, b).get(0);
        lab.runFor(SECOND);
        end.link.carrierLost("connection reset");
        end.link.carrierLost("again");
        assertThat(end.closed).containsExactly("CARRIER_LOST|connection reset|CARRIER");
        assertThat(end.link.nextDeadlineNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void lostCloseIsSaidAgain() {
        List<End> pair = lab.dial(a, b);
        lab.runFor(SECOND);
        pair.get(0).cut = true;
        pair.get(0).link.close(CloseReason.SHUTDOWN, "bye");
        pair.get(0).cut = false;
        assertThat(pair.get(1).link.isUp()).isTrue();
        lab.runFor(SECOND);
        assertClosed(List.of(pair.get(1), pair.get(0)), CloseReason.SHUTDOWN, "bye");
    }

    // --- time limits of the handshake ---

    @Test
    void silentPeerIsDroppedAfterTenSecondsWhereWeDialled() {
        List<End> pair = lab.connect(a, b);
        pair.get(0).cut = true;
        pair.get(0).link.start(0);
        lab.runUntil(10 * SECOND - 1);
        assertThat(pair.get(0).link.phase()).isEqualTo(Link.Phase.GREETING);
        assertThat(pair.get(0).sentCount(FrameType.HELLO)).isEqualTo(10);
        lab.runUntil(10 * SECOND);
        assertThat(pair.get(0).closed).containsExactly("TIMEOUT|Hello not answered within 10000 ms|OURS");
    }

    @Test
    void silentPeerIsDroppedAfterTenSecondsWhereWeWereDialled() {
        End accepted = lab.connect(a, b).get(1);
        accepted.cut = true;
        accepted.link.start(0);
        lab.runUntil(10 * SECOND - 1);
        assertThat(accepted.link.phase()).isEqualTo(Link.Phase.LISTENING);
        lab.runUntil(10 * SECOND);
        assertThat(accepted.closed).containsExactly("TIMEOUT|no Hello within 10000 ms|OURS");
    }

    @Test
    void peerThatNeverAcceptsIsDroppedAfterTenSeconds() {
        List<End> pair = lab.dial(a, b);
        pair.get(1).cut = true;
        lab.runUntil(10 * SECOND - 1);
        assertThat(pair.get(1).link.phase()).isEqualTo(Link.Phase.CONFIRMING);
        pair.get(0).cut = true;
        lab.runUntil(10 * SECOND);
        assertThat(pair.get(1).closed).containsExactly("TIMEOUT|Hello not accepted within 10000 ms|OURS");
    }

    // --- while up ---

    @Test
    void cutIsNoticedWithinFourIntervals() {
        for (long cutMillis = 0; cutMillis < 1_000; cutMillis += 37) {
            LinkLab cold = new LinkLab(cutMillis);
            List<End> pair = cold.dial(LinkLab.node(1), LinkLab.node(2));
            cold.runFor(5 * SECOND + cutMillis * MILLI);
            pair.forEach(end -> end.cut = true);
            long cutNanos = cold.nowNanos;
            cold.runFor(10 * SECOND);
            for (End end : pair) {
                assertThat(end.closed.get(0)).as("cut at %d ms", cutMillis).startsWith("SILENT|nothing heard for ");
                assertThat(end.closedAtNanos - cutNanos)
                        .as("cut at %d ms", cutMillis)
                        .isBetween(2_900 * MILLI, 4_010 * MILLI);
            }
        }
    }

    @Test
    void peerThatPausesForLessThanTheLimitKeepsItsLink() {
        for (long startMillis = 0; startMillis < 1_100; startMillis += 13) {
            LinkLab cold = new LinkLab(startMillis);
            Node sleeper = LinkLab.node(2);
            List<End> pair = cold.dial(LinkLab.node(1), sleeper);
            cold.runFor(5 * SECOND + startMillis * MILLI);
            sleeper.pausedUntilNanos = cold.nowNanos + 3_490 * MILLI;
            cold.runFor(20 * SECOND);
            assertThat(pair.get(0).closed).as("pause at %d ms", startMillis).isEmpty();
            assertThat(pair.get(1).closed).as("pause at %d ms", startMillis).isEmpty();
        }
    }

    @Test
    void peerThatPausesForLongLosesItsLink() {
        List<End> pair = lab.dial(a, b);
        lab.runFor(5 * SECOND);
        b.pausedUntilNanos = lab.nowNanos + 4_100 * MILLI;
        lab.runFor(20 * SECOND);
        assertThat(pair.get(0).closed.get(0)).startsWith("SILENT");
        assertThat(pair.get(1).closed.get(0)).startsWith("SILENT").endsWith("THEIRS");
    }

    @Test
    void hostThatSleepsAsAWholeKeepsItsLinks() {
        List<End> pair = lab.dial(a, b);
        lab.runFor(5 * SECOND);
        a.pausedUntilNanos = lab.nowNanos + 3_600 * SECOND;
        b.pausedUntilNanos = a.pausedUntilNanos;
        lab.runFor(3_700 * SECOND);
        assertThat(pair.get(0).closed).isEmpty();
        assertThat(pair.get(1).closed).isEmpty();
    }

    @Test
    void anyTrafficCountsAsLife() {
        List<End> pair = lab.dial(a, b);
        lab.runFor(SECOND);
        pair.get(1).cut = true;
        for (int i = 0; i < 100; i++) {
            lab.runFor(300 * MILLI);
            pair.get(0).link.handleTraffic(lab.nowNanos);
        }
        assertThat(pair.get(0).link.isUp()).isTrue();
    }

    @Test
    void idleLinkIsPingedOnceOrTwicePerInterval() {
        End end = lab.dial(a, b).get(0);
        lab.runFor(100 * SECOND);
        assertThat(end.sentCount(FrameType.PING)).isBetween(100L, 200L);
    }

    @Test
    void pingsCarryInterestAndWhatTheOtherIsToKnowOfFlooding() {
        a.spreading = new Spreading(-5, Push.LAZY);
        List<End> pair = lab.dial(a, b);
        lab.runFor(3 * SECOND);
        assertThat(pair.get(1).heard).contains(a.spreading).doesNotContain(b.spreading);
        assertThat(pair.get(1).interests).isEmpty();
        pair.get(0).link.want(Interest.UNWANTED, lab.nowNanos);
        lab.runFor(2 * MILLI);
        assertThat(pair.get(1).interests).containsExactly(Interest.UNWANTED);
        assertThat(pair.get(1).link.theirInterest()).isEqualTo(Interest.UNWANTED);
        pair.get(1).link.handlePing(new Ping(1, 0, 9, Interest.WANTED, Push.EAGER), lab.nowNanos);
        assertThat(pair.get(1).link.theirInterest()).as("a Ping from before").isEqualTo(Interest.UNWANTED);
    }

    @Test
    void answersGiveRoundTripAndClockOffset() {
        lab.weather = new Weather(0, 0, 4 * MILLI, 6 * MILLI);
        List<End> pair = lab.dial(a, b);
        lab.runFor(60 * SECOND);
        Link link = pair.get(0).link;
        assertThat(link.roundTrip().smoothedNanos()).isBetween(8 * MILLI, 12 * MILLI);
        assertThat(pair.get(0).rtts).hasSize((int) link.roundTrip().sampleCount());
        long offsetNanos = b.self.clockZeroNanos() - a.self.clockZeroNanos();
        assertThat(link.clockOffset().offsetNanos()).isBetween(offsetNanos - 2 * MILLI, offsetNanos + 2 * MILLI);
        assertThat(pair.get(1).link.clockOffset().offsetNanos())
                .isBetween(-offsetNanos - 2 * MILLI, -offsetNanos + 2 * MILLI);
    }

    @Test
    void answerIsTakenOnce() {
        End end = lab.dial(a, b).get(0);
        lab.runFor(10 * MILLI);
        long samples = end.link.roundTrip().sampleCount();
        Pong answer = new Pong(1, a.self.clockNanos(2 * MILLI), 0, 0);
        end.link.handlePong(answer, lab.nowNanos);
        end.link.handlePong(answer, lab.nowNanos);
        assertThat(end.link.roundTrip().sampleCount()).isEqualTo(samples);
    }

    // --- lossy carriers ---

    @Test
    void lossyCarrierEndsUpOrClosedOnBothSides() {
        int upCount = 0;
        for (long seed = 1; seed <= 500; seed++) {
            LinkLab wild = new LinkLab(seed);
            wild.weather = new Weather(300_000, 200_000, MILLI, 400 * MILLI);
            List<End> pair = wild.dial(LinkLab.node(1), LinkLab.node(2));
            wild.runFor(30 * SECOND);
            wild.weather = Weather.FAIR;
            wild.runFor(15 * SECOND);
            Link one = pair.get(0).link;
            Link two = pair.get(1).link;
            assertThat(one.phase()).as("seed %d", seed).isIn(Link.Phase.UP, Link.Phase.CLOSED);
            assertThat(one.phase()).as("seed %d", seed).isEqualTo(two.phase());
            upCount += one.isUp() ? 1 : 0;
        }
        assertThat(upCount).as("30 %% loss seldom ends a link").isGreaterThan(450);
    }

    // --- what we say of ourselves ---

    @Test
    void nodeThatCouldNotGreetIsRefusedAtOnce() {
        LocalNode self = a.self;
        assertThatThrownBy(
                        () -> LinkLab.local("a mesh", self.node(), 1, 1, "x", self.hostId(), 0, VersionRange.OURS, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mesh name");
    }

    @Test
    void configurationsThatCannotWorkAreRefused() {
        assertThatThrownBy(() -> LinkConfig.LAN.withDeadNanos(2 * SECOND))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deadNanos=2000000000");
        assertThatThrownBy(() -> LinkConfig.LAN.withHeartbeatNanos(SECOND + 1)).hasMessageContaining("whole");
        assertThat(LinkConfig.WAN.deadNanos()).isEqualTo(17_500 * MILLI);
    }

    private void assertRefused(Node dialler, Node refuser, CloseReason reason, String text) {
        List<End> pair = lab.dial(dialler, refuser);
        lab.runFor(SECOND);
        assertClosed(pair, reason, text);
        assertThat(pair.get(0).upAtNanos).isEqualTo(-1);
        assertThat(pair.get(1).upAtNanos).isEqualTo(-1);
    }

    /** Closed by the second end, and shown alike at both. */
    private static void assertClosed(List<End> pair, CloseReason reason, String text) {
        assertThat(pair.get(1).closed)
                .singleElement()
                .asString()
                .startsWith(reason + "|" + text)
                .endsWith("|OURS");
        assertThat(pair.get(0).closed).containsExactly(pair.get(1).closed.get(0).replaceAll("OURS$", "THEIRS"));
    }

    private static Node reborn(int number, long instance, long incarnation) {
        LocalNode self = LinkLab.local(number);
        return new Node(LinkLab.local(
                self.mesh(), self.node(), instance, incarnation, self.name(), self.hostId(), 0, VersionRange.OURS, 0));
    }

    private static LocalNode withVersions(int number, VersionRange versions) {
        LocalNode self = LinkLab.local(number);
        return LinkLab.local(
                self.mesh(),
                new NodeId(number, 0x8000000000000000L),
                self.instance(),
                1,
                self.name(),
                self.hostId(),
                0,
                versions,
                0);
    }
}
