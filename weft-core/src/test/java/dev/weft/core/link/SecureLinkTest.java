package dev.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.LinkLab.End;
import dev.weft.core.link.LinkLab.Weather;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.VersionRange;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who is let in and who is not, and that both ends know why. */
final class SecureLinkTest {
    private static final long KEY = 77;
    private static final long OTHER_KEY = 78;
    private static final long MILLI = LinkLab.MILLI;
    private static final long SECOND = LinkLab.SECOND;

    private final LinkLab lab = new LinkLab(1);

    /** A node with an identity that connections can vouch for. */
    private static final class Keyed {
        final FakeProver prover;
        final ByteView keyHash;
        final LinkLab.Node node;

        Keyed(int number, String mesh, Security.Carriage carriage, Long... keys) {
            prover = new FakeProver(number, keys);
            keyHash = FakeProver.words(new Prng(1_000 + number), 4);
            LocalNode plain = LinkLab.local(number);
            node = new LinkLab.Node(LinkLab.local(
                    mesh,
                    NodeId.fromDigest(keyHash.toByteArray()),
                    plain.instance(),
                    1,
                    plain.name(),
                    plain.hostId(),
                    3,
                    VersionRange.OURS,
                    plain.clockZeroNanos(),
                    new Security(carriage, prover)));
        }
    }

    private static Keyed member(int number) {
        return keyed(number, KEY);
    }

    private static Keyed keyed(int number, Long... keys) {
        return new Keyed(number, "demo", Security.Carriage.PROTECTED, keys);
    }

    private List<End> dial(Keyed from, Keyed to) {
        return start(lab.connect(
                from.node,
                to.node,
                Assurance.authenticated(from.keyHash, to.keyHash),
                Assurance.authenticated(to.keyHash, from.keyHash)));
    }

    private List<End> start(List<End> pair) {
        pair.forEach(end -> end.link.start(lab.nowNanos));
        return pair;
    }

    private void assertUp(List<End> pair) {
        lab.runFor(SECOND);
        assertThat(pair)
                .allSatisfy(
                        end -> assertThat(end.link.isUp()).as("%s", end.closed).isTrue());
    }

    /** Both ends closed for the same reason, one of them of its own will, and neither was ever up. */
    private void assertRefused(List<End> pair, String reason, String text) {
        lab.runFor(SECOND);
        assertThat(pair).allSatisfy(end -> {
            assertThat(end.upAtNanos).as("was up: %s", end.closed).isNegative();
            assertThat(end.closed).hasSize(1);
            assertThat(end.closed.get(0)).startsWith(reason + "|").contains(text);
        });
        assertThat(pair).anySatisfy(end -> assertThat(end.closed.get(0)).endsWith("|OURS"));
    }

    /** The other end was told the reason. */
    private static void assertTold(End refusing, CloseReason reason) {
        assertThat(refusing.sent)
                .anySatisfy(frame -> assertThat(frame)
                        .isInstanceOfSatisfying(
                                Close.class, close -> assertThat(close.reason()).isEqualTo(reason)));
    }

    @Test
    void membersLink() {
        assertUp(dial(member(1), member(2)));
    }

    @Test
    void membersLinkUnderLossDuplicationAndReordering() {
        for (long seed = 1; seed <= 200; seed++) {
            LinkLab stormy = new LinkLab(seed);
            stormy.weather = new Weather(300_000, 200_000, MILLI, 50 * MILLI);
            Keyed a = member(1);
            Keyed b = member(2);
            List<End> pair = stormy.connect(
                    a.node,
                    b.node,
                    Assurance.authenticated(a.keyHash, b.keyHash),
                    Assurance.authenticated(b.keyHash, a.keyHash));
            pair.forEach(end -> end.link.start(0));
            stormy.runFor(9 * SECOND);
            assertThat(pair)
                    .as("seed %d", seed)
                    .noneSatisfy(end -> assertThat(end.closed.toString()).contains("NOT_A_MEMBER"));
        }
    }

    @Test
    void whoHasAnotherKeyIsRefused() {
        assertRefused(dial(member(1), keyed(2, OTHER_KEY)), "NOT_A_MEMBER", "another mesh key");
    }

    @Test
    void whoHasNoKeyIsRefusedWhoeverDials() {
        assertRefused(dial(keyed(1), member(2)), "NOT_A_MEMBER", "has shown no key of the mesh");
        assertRefused(dial(member(3), keyed(4)), "NOT_A_MEMBER", "has shown no key of the mesh");
    }

    @Test
    void aNodeOfAnotherMeshWithTheSameKeyIsRefused() {
        Keyed other = new Keyed(2, "other", Security.Carriage.PROTECTED, KEY);
        assertRefused(dial(member(1), other), "WRONG_MESH", "mesh");
    }

    @Test
    void whoClaimsTheIdOfAnotherIsRefusedThoughHeKnowsTheKey() {
        Keyed a = member(1);
        Keyed b = member(2);
        Keyed thief = member(3);
        List<End> pair = lab.connect(
                a.node,
                b.node,
                Assurance.authenticated(a.keyHash, b.keyHash),
                Assurance.authenticated(b.keyHash, thief.keyHash));
        assertRefused(start(pair), "WRONG_IDENTITY", a.node.self.node().toString());
    }

    @Test
    void aCapabilityThatIsStrippedOnTheWayIsNoticed() {
        lab.meddler = frame -> frame instanceof Hello hello ? with(hello, hello.versions(), 1) : frame;
        assertRefused(dial(member(1), member(2)), "NOT_A_MEMBER", "altered on its way");
    }

    @Test
    void aVersionThatIsStrippedOnTheWayIsNoticed() {
        lab.meddler = frame ->
                frame instanceof Hello hello ? with(hello, new VersionRange(1, 9), hello.capabilities()) : frame;
        assertRefused(dial(member(1), member(2)), "NOT_A_MEMBER", "altered on its way");
    }

    @Test
    void aRecordedHandshakeLetsNobodyIn() {
        Keyed a = new Keyed(1, "demo", Security.Carriage.ANY, KEY);
        Keyed b = new Keyed(2, "demo", Security.Carriage.ANY, KEY);
        List<End> recorded = start(lab.connect(a.node, b.node));
        assertUp(recorded);
        recorded.forEach(end -> end.link.carrierLost("cut"));
        List<Frame> said = recorded.get(0).sent;
        Frame hello = said.get(0);
        Frame proof = said.stream().filter(Accept.class::isInstance).findFirst().orElseThrow();

        // Somebody dials b in plain and says what a has said.
        End victim = lab.connect(LinkLab.node(9), b.node).get(1);
        victim.link.start(lab.nowNanos);
        victim.handle(hello.encode());
        victim.handle(proof.encode());
        assertThat(victim.upAtNanos).isNegative();
        assertThat(victim.closed.get(0)).startsWith("NOT_A_MEMBER|");
        assertTold(victim, CloseReason.NOT_A_MEMBER);
    }

    @Test
    void aProofThatIsSentBackToItsMakerLetsNobodyIn() {
        Keyed b = new Keyed(2, "demo", Security.Carriage.ANY, KEY);
        LinkLab.Node stranger = LinkLab.node(9);
        End victim = lab.connect(stranger, b.node).get(1);
        victim.link.start(lab.nowNanos);
        Connection dial = Connection.dialled(5, dev.weft.Locator.parse("tcp/there:1"));
        victim.handle(stranger.self.greeting(stranger.config, dial, List.of()).encode());
        Accept own = (Accept) victim.sent.stream()
                .filter(Accept.class::isInstance)
                .findFirst()
                .orElseThrow();
        victim.handle(new Accept(b.node.self.instance(), own.proofs(), own.version()).encode());
        assertThat(victim.upAtNanos).isNegative();
        assertThat(victim.closed.get(0)).startsWith("NOT_A_MEMBER|");
        assertTold(victim, CloseReason.NOT_A_MEMBER);
    }

    @Test
    void aProofIsWorthNothingOnAConnectionWithOtherKeys() {
        Keyed a = member(1);
        Keyed b = member(2);
        // Somebody in the middle whose key b takes for a's own, should that ever happen.
        ByteView middle = FakeProver.words(new Prng(5), 4);
        List<End> pair = lab.connect(
                a.node,
                b.node,
                Assurance.authenticated(a.keyHash, b.keyHash),
                Assurance.authenticated(middle, a.keyHash));
        assertRefused(start(pair), "NOT_A_MEMBER", "altered on its way");
    }

    @Test
    void notAByteIsSaidOnAPlainConnectionWhereEncryptionIsDemanded() {
        List<End> pair = start(lab.connect(member(1).node, member(2).node));
        lab.runFor(SECOND);
        assertThat(pair).allSatisfy(end -> {
            assertThat(end.sent).isEmpty();
            assertThat(end.closed.get(0)).startsWith("NOT_ENCRYPTED|");
        });
    }

    @Test
    void processesOfOneUserNeedNoKeyAmongThemselves() {
        assertUp(start(lab.connect(member(1).node, keyed(2).node, Assurance.SAME_USER, Assurance.SAME_USER)));
    }

    @Test
    void twoKeysDoNotMixEvenAmongProcessesOfOneUser() {
        List<End> pair =
                lab.connect(member(1).node, keyed(2, OTHER_KEY).node, Assurance.SAME_USER, Assurance.SAME_USER);
        assertRefused(start(pair), "NOT_A_MEMBER", "another mesh key");
    }

    @Test
    void aKeyIsChangedWithoutLosingTheLink() {
        Keyed a = member(1);
        Keyed b = member(2);
        List<End> pair = dial(a, b);
        assertUp(pair);
        for (long key = KEY; key < KEY + 20; key++) {
            change(a, pair.get(0), key, key + 1);
            change(b, pair.get(1), key, key + 1);
            change(b, pair.get(1), key + 1);
            change(a, pair.get(0), key + 1);
        }
        assertThat(pair).allSatisfy(end -> assertThat(end.closed).isEmpty());
    }

    @Test
    void whoDoesNotFollowAChangeOfKeysIsCutOffAndToldWhy() {
        Keyed a = member(1);
        Keyed b = member(2);
        List<End> pair = dial(a, b);
        assertUp(pair);
        a.prover.replace(OTHER_KEY);
        pair.get(0).link.keysChanged(lab.nowNanos);
        lab.runFor(3 * SECOND);
        assertThat(pair).allSatisfy(end -> {
            assertThat(end.closed.get(0)).startsWith("NOT_A_MEMBER|");
            assertThat(end.closedAtNanos - end.upAtNanos).isLessThan(4 * SECOND);
        });
    }

    @Test
    void whoFollowsAChangeOfKeysInTimeKeepsTheLink() {
        Keyed a = member(1);
        Keyed b = member(2);
        List<End> pair = dial(a, b);
        assertUp(pair);
        a.prover.replace(OTHER_KEY);
        pair.get(0).link.keysChanged(lab.nowNanos);
        lab.runFor(500 * MILLI);
        b.prover.replace(OTHER_KEY);
        pair.get(1).link.keysChanged(lab.nowNanos);
        lab.runFor(5 * SECOND);
        assertThat(pair).allSatisfy(end -> assertThat(end.closed).isEmpty());
    }

    @Test
    void eachConnectionHasItsOwnNonce() {
        Keyed a = member(1);
        Hello first = a.node.self.greeting(a.node.config, Connection.accepted(), List.of());
        Hello second = a.node.self.greeting(a.node.config, Connection.accepted(), List.of());
        assertThat(first.nonce()).isNotEqualTo(second.nonce());
        assertThat(Objects.requireNonNull(first).type()).isEqualTo(FrameType.HELLO);
    }

    private void change(Keyed node, End end, Long... keys) {
        node.prover.replace(keys);
        end.link.keysChanged(lab.nowNanos);
        lab.runFor(300 * MILLI);
    }

    private static Hello with(Hello hello, VersionRange versions, long capabilities) {
        return new Hello(
                versions,
                hello.mesh(),
                hello.node(),
                hello.instance(),
                hello.incarnation(),
                hello.name(),
                hello.hostId(),
                capabilities,
                hello.locators(),
                hello.observed(),
                hello.dialNumber(),
                hello.heartbeatMillis(),
                hello.frameBytesMax(),
                hello.nonce());
    }
}
