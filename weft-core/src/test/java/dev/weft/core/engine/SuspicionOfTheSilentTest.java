package dev.weft.core.engine;

import static dev.weft.core.engine.EngineLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gives rise to a suspicion is a send or a dial that has come to nothing; what follows decides whether the node goes. */
class SuspicionOfTheSilentTest {
    private static final String GIVEN_UP = "it was suspected and did not answer";

    private final EngineLab lab = new EngineLab(1);

    private void send(EngineLab.Node from, EngineLab.Node to) {
        List<ByteView> payload = List.of(ByteView.of(new byte[8]));
        Send send = new Send(Claim.of(1, 1), to.id, "inbox", SocketKind.RDM, Manner.DEFAULT, payload, 5 * SECOND);
        from.turn(() -> from.engine.send(send, lab.nowNanos));
    }

    private static boolean hasGivenUp(EngineLab.Node node, EngineLab.Node about) {
        return node.traces.stream()
                .anyMatch(event -> event.kind() == TraceEvent.Kind.PEER_FORGOTTEN
                        && event.node().equals(about.id)
                        && event.detail().equals(GIVEN_UP));
    }

    private static LinkWishes noneWith(String... names) {
        return new LinkWishes(LinkWishes.Policy.AUTOMATIC, List.of(), List.of(names));
    }

    /** The first has a link to a third, and so little need to dial that no dial falls into the time that is looked at. */
    private List<EngineLab.Node> twoThatOnlyBeacon() {
        lab.add(1, noneWith("n1")).start();
        lab.add(1, noneWith("n0", "n2")).start();
        lab.add(1, noneWith("n1")).start();
        lab.runFor(30 * SECOND);
        return lab.nodes;
    }

    @Test
    void aNodeThatCannotBeSentToAndDoesNotAnswerIsGivenUp() {
        List<EngineLab.Node> two = twoThatOnlyBeacon();
        two.get(1).dead = true;
        send(two.get(0), two.get(1));
        lab.runFor(60 * SECOND);
        assertThat(hasGivenUp(two.get(0), two.get(1))).isTrue();
    }

    @Test
    void aNodeThatCannotBeSentToButAnswersIsKept() {
        List<EngineLab.Node> two = twoThatOnlyBeacon();
        send(two.get(0), two.get(1));
        lab.runFor(60 * SECOND);
        assertThat(hasGivenUp(two.get(0), two.get(1))).isFalse();
    }

    @Test
    void aSilentNodeThatNobodyWantsAnythingOfIsNotSuspected() {
        List<EngineLab.Node> two = twoThatOnlyBeacon();
        two.get(1).dead = true;
        lab.runFor(60 * SECOND);
        assertThat(hasGivenUp(two.get(0), two.get(1))).isFalse();
    }

    @Test
    void aNodeThatCannotBeDialledAndDoesNotAnswerIsGivenUp() {
        lab.mesh(2);
        lab.nodes.get(1).crash();
        lab.runFor(90 * SECOND);
        assertThat(hasGivenUp(lab.nodes.get(0), lab.nodes.get(1))).isTrue();
    }
}
