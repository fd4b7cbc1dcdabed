package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.link.Link;
import dev.weft.core.wire.CloseReason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Links that the configuration of one end forbids: never made, said at both ends, and no way for anybody else. */
class ForbiddenLinksTest {
    private static final long SECOND = EngineLab.SECOND;

    private static LinkWishes forbidding(String... nodes) {
        return new LinkWishes(LinkWishes.Policy.AUTOMATIC, List.of(), List.of(nodes));
    }

    private static String idOf(int number) {
        return new NodeId(number, 0x8000000000000001L).toString();
    }

    private static long dials(Node from, Node to) {
        return from.count(TraceEvent.Kind.DIALLING, to.id);
    }

    @Test
    void aForbiddenLinkIsNeverMadeAndTheTwoReachEachOtherOverAThird() {
        EngineLab lab = new EngineLab(1);
        lab.add(1, forbidding(idOf(1))).start();
        lab.add().start();
        lab.add().start();
        lab.runFor(120 * SECOND);
        Node one = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        assertThat(one.engine.neighbors()).containsExactly(lab.nodes.get(2).id);
        assertThat(other.engine.neighbors()).containsExactly(lab.nodes.get(2).id);
        assertThat(one.engine.way(other.id).orElseThrow()).containsExactly(one.id, lab.nodes.get(2).id, other.id);
        assertThat(one.count(TraceEvent.Kind.LINK_UP, other.id)).isZero();
        assertThat(dials(one, other)).as("who forbids does not dial").isZero();
    }

    @Test
    void whoDialsAForbiddenLinkIsRefusedAndBothEndsSayWhy() {
        EngineLab lab = new EngineLab(2);
        // Named, so what it is called must be heard once.
        lab.add(1, forbidding("n1")).start();
        lab.add().start();
        lab.runFor(60 * SECOND);
        Node one = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        assertThat(one.engine.neighbors()).isEmpty();
        assertThat(other.engine.neighbors()).isEmpty();
        assertThat(one.engine.refusals()).anySatisfy(refusal -> {
            assertThat(refusal.reason()).isEqualTo(CloseReason.FORBIDDEN);
            assertThat(refusal.side()).isEqualTo(Link.Side.OURS);
            assertThat(refusal.text()).isEqualTo("links between n0 and n1 are forbidden");
        });
        assertThat(other.engine.refusals()).anySatisfy(refusal -> {
            assertThat(refusal.reason()).isEqualTo(CloseReason.FORBIDDEN);
            assertThat(refusal.side()).isEqualTo(Link.Side.THEIRS);
            assertThat(refusal.text()).isEqualTo("links between n0 and n1 are forbidden");
        });
        for (Node each : lab.nodes) {
            assertThat(each.traces)
                    .anyMatch(event -> event.kind() == TraceEvent.Kind.LINK_REFUSED
                            && event.detail().contains("links between n0 and n1 are forbidden"));
        }
    }

    /** The other end does not know of it, and asks ever more rarely. */
    @Test
    void whoForbidsAndHasHeardTheNameDialsNoMoreAndTheOtherEndBacksOff() {
        EngineLab lab = new EngineLab(3);
        lab.add(1, forbidding("n1")).start();
        lab.add().start();
        lab.runFor(60 * SECOND);
        Node one = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        long before = dials(one, other);
        long tried = dials(other, one);
        lab.runFor(600 * SECOND);
        assertThat(dials(one, other)).isEqualTo(before);
        assertThat(dials(other, one) - tried)
                .as("at most every 30 s, for the back-off of 60 s is jittered")
                .isLessThanOrEqualTo(20);
    }

    @Test
    void whereBothForbidItNobodyDials() {
        EngineLab lab = new EngineLab(4);
        lab.add(1, forbidding(idOf(1))).start();
        lab.add(1, forbidding(idOf(0))).start();
        lab.runFor(300 * SECOND);
        assertThat(dials(lab.nodes.get(0), lab.nodes.get(1))).isZero();
        assertThat(dials(lab.nodes.get(1), lab.nodes.get(0))).isZero();
        assertThat(lab.nodes.get(0).engine.refusals()).isEmpty();
        assertThat(lab.nodes.get(1).engine.reachable()).isEmpty();
    }

    /** Configured locators are dialled without knowing who is there. */
    @Test
    void aForbiddenNodeBehindAConfiguredLocatorIsRefusedAtBothEnds() {
        EngineLab lab = new EngineLab(5);
        Node one = lab.add(1, forbidding(idOf(1)));
        Node other = lab.add();
        one.turn(() -> one.engine.addConfigured(new Locator("lab", "node:1"), lab.nowNanos));
        one.start();
        other.start();
        lab.runFor(30 * SECOND);
        assertThat(one.engine.neighbors()).isEmpty();
        for (Node each : lab.nodes) {
            assertThat(each.engine.refusals()).anyMatch(refusal -> refusal.reason() == CloseReason.FORBIDDEN);
        }
    }
}
