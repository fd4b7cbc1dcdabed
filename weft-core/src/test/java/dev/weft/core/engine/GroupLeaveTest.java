package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.EngineConfig.LinkWishes;
import dev.weft.core.engine.EngineLab.Node;
import dev.weft.core.flow.GroupManner;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.wire.GroupName;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nodes that leave the mesh right after they have taken a message for many. */
class GroupLeaveTest {
    private static final long MILLI = EngineLab.MILLI;
    private static final long SECOND = EngineLab.SECOND;

    private final EngineLab lab = new EngineLab(1);
    private final TreeMap<NodeId, Outcome> outcomes = new TreeMap<>();
    private final Node origin = node("n1");
    private final Node relay = node("n0", "n2", "n3");

    private Node node(String... neighbors) {
        Node node = lab.add(EngineConfig.DEFAULT.withWishes(
                new LinkWishes(LinkWishes.Policy.PINNED_ONLY, List.of(neighbors), List.of())));
        node.start();
        return node;
    }

    private void open(Node node) {
        node.turn(() -> node.engine.open("sink", SocketKind.RDM, 1 << 20));
    }

    private void send(List<Node> to) {
        TreeSet<NodeId> members = new TreeSet<>();
        to.forEach(member -> members.add(member.id));
        origin.settledFor = outcomes::put;
        GroupName name = new GroupName(GroupName.Scope.LIST, SocketKind.RDM, "", "sink");
        GroupSend send = new GroupSend(1, name, members, ByteView.utf8("m"), GroupManner.DEFAULT, 10 * SECOND);
        origin.turn(() -> origin.engine.sendToMany(send, lab.nowNanos));
    }

    /** The relay waits for the slow one before it says that the leaver has it; the good-bye does not wait. */
    @Test
    void aMemberThatTookTheMessageAndLeftHasItForItsSenderToo() {
        Node leaver = node("n1");
        Node slow = node("n1");
        lab.runFor(8 * SECOND);
        open(leaver);
        open(slow);
        leaver.delivered = (endpoint, delivery) -> lab.after(1, leaver::leave);
        lab.wire = (from, to, frame) -> from == slow ? 100 * MILLI : 0;
        send(List.of(leaver, slow));
        lab.runFor(SECOND);
        assertThat(leaver.dead).isTrue();
        assertThat(outcomes.get(leaver.id)).isNotNull().matches(Outcome::isDelivered);
        assertThat(outcomes.get(slow.id)).isNotNull().matches(Outcome::isDelivered);
    }

    /** What a relay knows of those behind it does not go down with it. */
    @Test
    void aRelayThatLeavesHandsOutTheAnswersThatItHasGathered() {
        Node member = node("n1");
        Node slow = node("n1");
        lab.runFor(8 * SECOND);
        open(member);
        open(slow);
        lab.wire = (from, to, frame) -> from == slow ? 100 * MILLI : 0;
        member.delivered = (endpoint, delivery) -> lab.after(3 * MILLI, relay::leave);
        send(List.of(member, slow));
        lab.runFor(SECOND);
        assertThat(relay.dead).isTrue();
        assertThat(outcomes.get(member.id)).isNotNull().matches(Outcome::isDelivered);
    }
}
