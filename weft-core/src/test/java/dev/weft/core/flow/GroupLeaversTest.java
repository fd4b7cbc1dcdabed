package dev.weft.core.flow;

import static dev.weft.core.flow.GroupLab.MILLI;
import static dev.weft.core.flow.GroupLab.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that leave while messages for many are under way: what the origin says of them in the end. */
class GroupLeaversTest {
    /** Behind relay 1 are member 2 and member 3. */
    private static final int[][] FORK = {{0, 1}, {1, 2}, {1, 3}};

    private static GroupLab lab() {
        return new GroupLab(1, GroupConfig.DEFAULT, 4, FORK);
    }

    private static void leave(GroupLab lab, int member) {
        lab.sender.handleNodeGone(GroupLab.id(member), lab.nowNanos);
    }

    @Test
    void anAnswerThatARelayGathersStillCountsWhenTheGoodByeHasOvertakenIt() {
        for (SocketKind kind : List.of(SocketKind.DGRAM, SocketKind.RDM, SocketKind.SEQPACKET)) {
            GroupLab lab = lab();
            lab.silent.add(GroupLab.link(1, 3));
            long ticket = lab.send(kind, "last", SECOND, 2, 3);
            lab.run(2 * MILLI);
            assertThat(lab.nodes.get(2).received).containsExactly("last");
            leave(lab, 2);
            lab.run(100 * MILLI);
            assertThat(lab.outcome(ticket, 2).isDelivered()).as("%s", kind).isTrue();
        }
    }

    @Test
    void whoLeavesWithoutAnAnswerIsBorneWithForAMomentAndUnknownThen() {
        GroupLab lab = lab();
        lab.silent.add(GroupLab.link(1, 2));
        long ticket = lab.send(SocketKind.RDM, "lost", 10 * SECOND, 2, 3);
        lab.run(10 * MILLI);
        leave(lab, 2);
        lab.run(100 * MILLI);
        assertThat(lab.outcomes.get(ticket)).doesNotContainKey(2);
        lab.run(200 * MILLI);
        assertThat(lab.outcome(ticket, 2)).isEqualTo(Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.NODE_GONE));
        assertThat(lab.outcome(ticket, 3).isDelivered()).isTrue();
    }

    @Test
    void whatHasNotLeftForALeaverIsUndeliverableAtOnce() {
        GroupLab lab = lab();
        lab.silent.add(GroupLab.link(0, 1));
        String large = "x".repeat(GroupConfig.DEFAULT.fragmentBytes());
        long last = 0;
        for (int i = 0; i < 100; i++) {
            last = lab.send(SocketKind.SEQPACKET, large, 10 * SECOND, 2);
        }
        leave(lab, 2);
        assertThat(lab.outcome(last, 2)).isEqualTo(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NODE_GONE));
        lab.run(SECOND);
        assertThat(lab.ended).hasSize(100);
    }

    @Test
    void aLeaverThatSaysNothingHoldsUpNobody() {
        GroupLab lab = lab();
        lab.silent.add(GroupLab.link(1, 2));
        for (int i = 0; i < 2 * GroupConfig.DEFAULT.windowMessages(); i++) {
            lab.send(SocketKind.SEQPACKET, "m" + i, 10 * SECOND, 2, 3);
        }
        lab.run(5 * MILLI);
        leave(lab, 2);
        lab.run(60 * MILLI);
        assertThat(lab.nodes.get(3).received).hasSize(2 * GroupConfig.DEFAULT.windowMessages());
    }

    @Test
    void whoLivesAnewWhileItsFormerLifeIsBorneWithIsAnotherMember() {
        GroupLab lab = lab();
        lab.silent.add(GroupLab.link(1, 2));
        long before = lab.send(SocketKind.SEQPACKET, "before", 10 * SECOND, 2);
        lab.run(10 * MILLI);
        leave(lab, 2);
        lab.silent.clear();
        lab.nodes.get(2).restart();
        lab.lives.put(GroupLab.id(2), 2L);
        lab.topologyChanged();
        long after = lab.send(SocketKind.SEQPACKET, "after", 10 * SECOND, 2);
        lab.run(SECOND);
        assertThat(lab.outcome(before, 2).reason()).isEqualTo(Outcome.Reason.DESTINATION_RESTARTED);
        assertThat(lab.outcome(after, 2).isDelivered()).isTrue();
        assertThat(lab.nodes.get(2).received).containsExactly("after");
    }
}
