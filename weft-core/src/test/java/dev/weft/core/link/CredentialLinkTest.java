package dev.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.core.authority.FakeNotary;
import dev.weft.core.authority.Register;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.LinkLab.End;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Hello;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is let into a mesh that has an authority, who is not, and that both ends know why. */
final class CredentialLinkTest {
    private static final long AUTHORITY = 4;
    private static final long SECOND = LinkLab.SECOND;

    private final LinkLab lab = new LinkLab(1);

    /** A node of the authority, with or without a credential. */
    private static final class Citizen {
        final ByteView keyHash;
        final NodeId id;
        final String name;
        final FakeNotary notary;
        final Register register;
        final LinkLab.Node node;

        Citizen(int number, long authority, Long... keys) {
            keyHash = FakeProver.words(new Prng(1_000 + number), 4);
            id = NodeId.fromDigest(keyHash.toByteArray());
            notary = new FakeNotary(authority, keyHash);
            LocalNode plain = LinkLab.local(number);
            name = plain.name();
            register = new Register("demo", id, notary);
            node = new LinkLab.Node(new LocalNode(
                    "demo",
                    id,
                    plain.instance(),
                    1,
                    name,
                    plain.hostId(),
                    0,
                    plain.versions(),
                    plain.clockZeroNanos(),
                    new Security(Security.Carriage.ANY, new FakeProver(number, keys), notary),
                    register));
        }

        Citizen with(Credential credential) {
            notary.own(credential);
            return this;
        }

        Credential credential(long serial) {
            return FakeNotary.credential(AUTHORITY, "demo", id, name, serial);
        }
    }

    private static Citizen stranger(int number) {
        return new Citizen(number, AUTHORITY);
    }

    private static Citizen citizen(int number) {
        Citizen citizen = stranger(number);
        return citizen.with(citizen.credential(number));
    }

    private List<End> dial(Citizen from, Citizen to) {
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

    private void assertRefused(List<End> pair, String reason, String text) {
        lab.runFor(SECOND);
        assertThat(pair).allSatisfy(end -> {
            assertThat(end.closed).hasSize(1);
            assertThat(end.closed.get(0)).startsWith(reason + "|").contains(text);
        });
        assertThat(pair).anySatisfy(end -> assertThat(end.upAtNanos).isNegative());
    }

    @Test
    void whoIsRefusedByTheEndHeDialledWasNeverUp() {
        Citizen b = citizen(2);
        Citizen a = citizen(1);
        b.register.adopt(FakeNotary.revocations(AUTHORITY, "demo", 1, a.id));
        List<End> pair = dial(a, b);
        assertRefused(pair, "REVOKED", "is revoked");
        assertThat(pair).allSatisfy(end -> assertThat(end.upAtNanos).isNegative());
    }

    @Test
    void nodesWithCredentialsLinkUnderLossDuplicationAndReordering() {
        int up = 0;
        for (long seed = 1; seed <= 100; seed++) {
            LinkLab stormy = new LinkLab(seed);
            stormy.weather = new LinkLab.Weather(300_000, 200_000, LinkLab.MILLI, 50 * LinkLab.MILLI);
            Citizen a = citizen(1);
            Citizen b = citizen(2);
            List<End> pair = stormy.connect(
                    a.node,
                    b.node,
                    Assurance.authenticated(a.keyHash, b.keyHash),
                    Assurance.authenticated(b.keyHash, a.keyHash));
            pair.forEach(end -> end.link.start(0));
            stormy.runFor(9 * SECOND);
            assertThat(pair)
                    .as("seed %d", seed)
                    .noneSatisfy(end -> assertThat(end.closed.toString()).contains("CREDENTIAL"));
            up += pair.stream().allMatch(end -> end.upAtNanos >= 0) ? 1 : 0;
        }
        assertThat(up).isGreaterThan(90);
    }

    @Test
    void nodesWithCredentialsLink() {
        assertUp(dial(citizen(1), citizen(2)));
    }

    @Test
    void aSignatureIsLookedAtOnceForAllLinksToANode() {
        Citizen a = citizen(1);
        Citizen b = citizen(2);
        List<End> first = dial(a, b);
        assertUp(first);
        first.forEach(end -> end.link.carrierLost("cut"));
        assertUp(dial(a, b));
        assertThat(a.notary.checked).isEqualTo(1);
    }

    @Test
    void whoShowsNoCredentialIsRefusedWhoeverDialsAndWhateverKeyHeHas() {
        assertRefused(dial(stranger(1), citizen(2)), "NO_CREDENTIAL", "has shown no credential");
        assertRefused(dial(citizen(3), stranger(4)), "NO_CREDENTIAL", "has shown no credential");
        Citizen keyed = new Citizen(5, AUTHORITY, 77L);
        Citizen member = new Citizen(6, AUTHORITY, 77L);
        assertRefused(dial(keyed, member.with(member.credential(1))), "NO_CREDENTIAL", "has shown no credential");
    }

    @Test
    void aCredentialIsNoKeyWhereBothAreAskedFor() {
        Citizen keyless = citizen(1);
        Citizen keyed = new Citizen(2, AUTHORITY, 77L);
        assertRefused(dial(keyless, keyed.with(keyed.credential(1))), "NOT_A_MEMBER", "has shown no key");
    }

    @Test
    void aCredentialOfAnotherAuthorityIsRefused() {
        Citizen b = stranger(2);
        b.with(FakeNotary.credential(5, "demo", b.id, b.name, 1));
        assertRefused(dial(citizen(1), b), "WRONG_AUTHORITY", "of authority 00000000");
    }

    @Test
    void aForgedCredentialIsRefused() {
        Citizen b = stranger(2);
        Credential real = b.credential(1);
        byte[] forged = real.signature();
        forged[3] ^= 1;
        b.with(Credential.of(real.grant(), forged));
        assertRefused(dial(citizen(1), b), "BAD_CREDENTIAL", "was not signed by authority");
    }

    /** A link stands on its key and its credential's dates alone, whatever the clock did in between. */
    @Test
    void aClockThatJumpsByADayEndsLinksOnlyWhereItLeavesTheDatesAndTheyComeBackWithIt() {
        long day = 86_400;
        Citizen a = citizen(1);
        Citizen b = citizen(2);
        long begin = b.credential(2).grant().notBefore().getEpochSecond();
        long end = b.credential(2).grant().notAfter().getEpochSecond();
        List<End> pair = dial(a, b);
        assertUp(pair);
        // Half of the credential's time is as good as the other half.
        a.notary.epochSeconds = (begin + end) / 2;
        pair.forEach(each -> each.link.review(lab.nowNanos));
        assertUp(pair);
        for (long wrong : new long[] {end + day, begin - day}) {
            long right = a.notary.epochSeconds;
            a.notary.epochSeconds = wrong;
            pair.get(0).link.review(lab.nowNanos);
            lab.runFor(3 * SECOND);
            String reason = wrong > end ? "EXPIRED" : "NOT_YET_VALID";
            assertThat(pair)
                    .allSatisfy(each ->
                            assertThat(each.closed).singleElement().asString().startsWith(reason));
            assertRefused(dial(a, b), reason, "the credential of node");
            a.notary.epochSeconds = right;
            pair = dial(a, b);
            assertUp(pair);
        }
    }

    @Test
    void aCredentialOfAnotherMeshIsRefused() {
        Citizen b = stranger(2);
        b.with(FakeNotary.credential(AUTHORITY, "other", b.id, b.name, 1));
        assertRefused(dial(citizen(1), b), "WRONG_MESH", "is for mesh other");
    }

    @Test
    void theCredentialOfAnotherNodeIsRefused() {
        Citizen a = citizen(1);
        Citizen thief = stranger(2);
        thief.with(citizen(3).credential(1));
        assertRefused(dial(a, thief), "WRONG_IDENTITY", "shows the credential of node");
    }

    @Test
    void whoHasNotTheKeyOfTheCredentialIsRefusedEvenWhereTheConnectionVouchesForNothing() {
        Citizen a = citizen(1);
        Citizen victim = citizen(2);
        // Somebody in plain who has heard the victim's credential: everything of his is right but the key.
        lab.meddler = frame -> frame instanceof Accept accept && accept.instance() == a.node.self.instance()
                ? new Accept(
                        accept.instance(),
                        accept.proofs(),
                        accept.credential(),
                        citizen(3).notary.possession(ByteView.utf8("anything")),
                        accept.version())
                : frame;
        assertRefused(start(lab.connect(a.node, victim.node)), "BAD_CREDENTIAL", "has not shown the key");
    }

    @Test
    void aCredentialThatIsStrippedOnTheWayIsMissed() {
        lab.meddler = frame -> frame instanceof Accept accept
                ? new Accept(accept.instance(), accept.proofs(), accept.version())
                : frame;
        assertRefused(dial(citizen(1), citizen(2)), "NO_CREDENTIAL", "has shown no credential");
    }

    @Test
    void aCapabilityThatIsStrippedOnTheWayIsNoticed() {
        lab.meddler = frame -> frame instanceof Hello hello
                ? new Hello(
                        hello.versions(),
                        hello.mesh(),
                        hello.node(),
                        hello.instance(),
                        hello.incarnation(),
                        hello.name(),
                        hello.hostId(),
                        hello.capabilities() ^ 1,
                        hello.locators(),
                        hello.observed(),
                        hello.dialNumber(),
                        hello.heartbeatMillis(),
                        hello.frameBytesMax(),
                        hello.nonce())
                : frame;
        assertRefused(dial(citizen(1), citizen(2)), "BAD_CREDENTIAL", "altered on its way");
    }

    @Test
    void whoGoesByAnotherNameIsRefused() {
        Citizen b = stranger(2);
        b.with(FakeNotary.credential(AUTHORITY, "demo", b.id, "boss", 1));
        assertRefused(dial(citizen(1), b), "WRONG_NAME", "its credential 'boss'");
    }

    @Test
    void aCredentialHoldsFromItsBeginningToItsEndAndAMinuteOfSkew() {
        long now = FakeNotary.EPOCH_SECONDS;
        assertThat(refusalOf(now - 100, now - Register.SKEW_SECONDS - 1)).startsWith("EXPIRED|");
        assertThat(refusalOf(now - 100, now - Register.SKEW_SECONDS)).isEmpty();
        assertThat(refusalOf(now + Register.SKEW_SECONDS, now + 100)).isEmpty();
        assertThat(refusalOf(now + Register.SKEW_SECONDS + 1, now + 100)).startsWith("NOT_YET_VALID|");
    }

    private String refusalOf(long from, long to) {
        Citizen b = stranger(2);
        b.with(FakeNotary.lasting(AUTHORITY, "demo", b.id, b.name, 1, from, to));
        List<End> pair = dial(citizen(1), b);
        lab.runFor(SECOND);
        List<String> reasons = pair.stream()
                .map(end -> end.closed.isEmpty()
                        ? ""
                        : end.closed.get(0).substring(0, end.closed.get(0).indexOf('|') + 1))
                .toList();
        assertThat(reasons.get(1)).as("what the other end says").isEqualTo(reasons.get(0));
        return reasons.get(0);
    }

    @Test
    void whoIsRevokedIsRefusedWithAndWithoutHisCredential() {
        Citizen a = citizen(1);
        Citizen b = citizen(2);
        a.register.adopt(FakeNotary.revocations(AUTHORITY, "demo", 3, b.id));
        assertRefused(dial(a, b), "REVOKED", "is revoked by list 3");
        assertRefused(dial(b, a), "REVOKED", "is revoked by list 3");
        Citizen stripped = stranger(2);
        assertRefused(
                start(lab.connect(a.node, stripped.node, Assurance.SAME_USER, Assurance.SAME_USER)),
                "REVOKED",
                "is revoked by list 3");
    }

    @Test
    void aProcessOfTheSameUserIsLetInWithoutACredentialAndNotWithAWrongOne() {
        Citizen a = citizen(1);
        assertUp(start(lab.connect(a.node, stranger(2).node, Assurance.SAME_USER, Assurance.SAME_USER)));
        Citizen wrong = stranger(3);
        wrong.with(FakeNotary.credential(5, "demo", wrong.id, wrong.name, 1));
        assertRefused(
                start(lab.connect(a.node, wrong.node, Assurance.SAME_USER, Assurance.SAME_USER)),
                "WRONG_AUTHORITY",
                "of authority");
    }

    @Test
    void aRevocationEndsALinkAtOnce() {
        Citizen a = citizen(1);
        Citizen b = citizen(2);
        List<End> pair = dial(a, b);
        assertUp(pair);
        long revokedAt = lab.nowNanos;
        a.register.adopt(FakeNotary.revocations(AUTHORITY, "demo", 1, b.id));
        pair.get(0).link.review(lab.nowNanos);
        lab.runFor(3 * SECOND);
        assertThat(pair).allSatisfy(end -> {
            assertThat(end.closed.get(0)).startsWith("REVOKED|");
            assertThat(end.closedAtNanos - revokedAt).isLessThan(SECOND / 10);
        });
    }

    @Test
    void anEndOfACredentialEndsTheLinkAndARenewalInTimeDoesNot() {
        Citizen a = citizen(1);
        Citizen late = citizen(2);
        Citizen renewed = citizen(3);
        List<End> toLate = dial(a, late);
        List<End> toRenewed = dial(a, renewed);
        assertUp(toLate);
        assertUp(toRenewed);
        long end = late.credential(1).grant().notAfter().getEpochSecond();
        Credential longer = FakeNotary.lasting(AUTHORITY, "demo", renewed.id, renewed.name, 9, end - 10, end + 1_000);
        a.with(FakeNotary.lasting(AUTHORITY, "demo", a.id, a.name, 9, end - 10, end + 1_000));
        renewed.with(longer);
        for (Citizen each : List.of(a, late, renewed)) {
            each.notary.epochSeconds = end;
        }
        toRenewed.forEach(each -> each.link.keysChanged(lab.nowNanos));
        toLate.get(0).link.keysChanged(lab.nowNanos);
        lab.runFor(SECOND);
        a.notary.epochSeconds = end + Register.SKEW_SECONDS + 1;
        toLate.get(0).link.review(lab.nowNanos);
        toRenewed.get(0).link.review(lab.nowNanos);
        lab.runFor(SECOND);
        assertThat(toLate).allSatisfy(each -> assertThat(each.closed.get(0)).startsWith("EXPIRED|"));
        assertThat(toRenewed).allSatisfy(each -> assertThat(each.closed).isEmpty());
    }
}
