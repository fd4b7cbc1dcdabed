package dev.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.MeshConfig.Partner;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.LinkLab.End;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is demanded of one partner holds for it, and for nobody else. */
final class PartnersTest {
    private static final ByteView KEY = FakeProver.words(new Prng(1), 4);
    private static final ByteView OTHER_KEY = FakeProver.words(new Prng(2), 4);

    private final LinkLab lab = new LinkLab(1);

    private static LinkLab.Node node(int number, NodeId id, Security.Carriage carriage, Partner... partners) {
        LocalNode plain = LinkLab.local(number);
        return new LinkLab.Node(LinkLab.local(
                "demo",
                id,
                plain.instance(),
                1,
                plain.name(),
                plain.hostId(),
                0,
                plain.versions(),
                plain.clockZeroNanos(),
                new Security(
                        carriage,
                        Prover.KEYLESS,
                        dev.weft.core.authority.Notary.NONE,
                        new Partners(List.of(partners)))));
    }

    private static NodeId id(ByteView key) {
        return NodeId.fromDigest(key.toByteArray());
    }

    /** The first of the two dials tcp/there:1, where n2 is. */
    private List<End> dial(Security.Carriage carriage, Assurance ofFar, Assurance ofNear, Partner... partners) {
        LinkLab.Node near = node(1, id(KEY), carriage, partners);
        LinkLab.Node far = node(2, id(OTHER_KEY), Security.Carriage.ANY);
        List<End> pair = lab.connect(near, far, ofFar, ofNear);
        pair.forEach(end -> end.link.start(lab.nowNanos));
        lab.runFor(LinkLab.SECOND);
        return pair;
    }

    private List<End> dialVouched(Partner... partners) {
        return dial(
                Security.Carriage.PROTECTED,
                Assurance.authenticated(KEY, OTHER_KEY),
                Assurance.authenticated(OTHER_KEY, KEY),
                partners);
    }

    private static void assertRefused(List<End> pair, String reason, String text) {
        assertThat(pair.get(0).closed).hasSize(1);
        assertThat(pair.get(0).closed.get(0)).startsWith(reason + "|").contains(text);
        assertThat(pair.get(0).upAtNanos).isNegative();
    }

    @Test
    void aPinnedPartnerIsThatNodeAndNoOther() {
        assertThat(dialVouched(Partner.parse("n2", id(OTHER_KEY).toString()))).allMatch(end -> end.link.isUp());
        assertRefused(dialVouched(Partner.parse("n2", id(KEY).toString())), "WRONG_IDENTITY", "partner n2");
        assertRefused(dialVouched(Partner.parse("tcp/there:*", id(KEY).toString())), "WRONG_IDENTITY", "tcp/there:*");
        assertThat(dialVouched(Partner.parse("n3", id(KEY).toString()))).allMatch(end -> end.link.isUp());
    }

    @Test
    void aPinIsNotMetByWordsAlone() {
        Partner pinned = Partner.parse("n2", id(OTHER_KEY).toString());
        assertRefused(
                dial(Security.Carriage.ANY, Assurance.PLAIN, Assurance.PLAIN, pinned),
                "WRONG_IDENTITY",
                "nothing vouches for its key");
    }

    @Test
    void aPartnerMustBeEncryptedThoughOthersNeedNot() {
        Partner byPlace = Partner.parse("tcp/there:1", "encrypted");
        List<End> pair = dial(Security.Carriage.ANY, Assurance.PLAIN, Assurance.PLAIN, byPlace);
        assertRefused(pair, "NOT_ENCRYPTED", "tcp/there:1");
        assertThat(pair.get(0).sent).isEmpty();
        assertRefused(
                dial(Security.Carriage.ANY, Assurance.PLAIN, Assurance.PLAIN, Partner.parse("n2", "encrypted")),
                "NOT_ENCRYPTED",
                "partner n2");
        assertThat(dial(Security.Carriage.ANY, Assurance.PLAIN, Assurance.PLAIN, Partner.parse("n3", "encrypted")))
                .allMatch(end -> end.link.isUp());
    }

    @Test
    void plainIsTakenWhereTheWayIsTrustedAndNowhereElse() {
        assertThat(dial(Security.Carriage.PROTECTED, Assurance.TRUSTED, Assurance.TRUSTED))
                .allMatch(end -> end.link.isUp());
        assertRefused(
                dial(Security.Carriage.PROTECTED, Assurance.PLAIN, Assurance.PLAIN),
                "NOT_ENCRYPTED",
                "is not encrypted");
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThatThrownBy(() -> Partner.parse("hub", "plain")).hasMessageContaining("give its address");
        assertThatThrownBy(() -> Partner.parse("hub", "fast")).hasMessageContaining("none of encrypted");
        assertThatThrownBy(() -> Partner.parse("tcp/*:1", "encrypted")).hasMessageContaining("beginning of one");
    }
}
