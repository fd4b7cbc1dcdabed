package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.GroupSendOptions.Hearing;
import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

class SameNodesTest {
    private static final NodeId SELF = new NodeId(0, 5);
    private static final NodeId ANN = new NodeId(0, 1);
    private static final NodeId BOB = new NodeId(0, 2);

    private final SameNodes same = new SameNodes(SELF);

    @Test
    void messagesForTheSameNodesShareOneSet() {
        SortedSet<NodeId> first = same.members(List.of(BOB, ANN), Hearing.OTHERS_ONLY);
        assertThat(first).containsExactly(ANN, BOB);
        assertThat(same.members(new ArrayList<>(List.of(BOB, ANN)), Hearing.OTHERS_ONLY))
                .isSameAs(first);
    }

    @Test
    void otherNodesAndAnotherOrderAreLookedAtAnew() {
        SortedSet<NodeId> first = same.members(List.of(ANN, BOB), Hearing.OTHERS_ONLY);
        assertThat(same.members(List.of(ANN), Hearing.OTHERS_ONLY)).containsExactly(ANN);
        assertThat(same.members(List.of(ANN, ANN), Hearing.OTHERS_ONLY)).containsExactly(ANN);
        assertThat(same.members(List.of(BOB, ANN), Hearing.OTHERS_ONLY)).isEqualTo(first);
    }

    @Test
    void aNodeIsAmongThoseItListsOnlyWhereItHearsItself() {
        List<NodeId> all = List.of(ANN, SELF);
        assertThat(same.members(all, Hearing.OTHERS_ONLY)).containsExactly(ANN);
        assertThat(same.members(all, Hearing.ITSELF_TOO)).containsExactly(ANN, SELF);
        assertThat(same.members(all, Hearing.OTHERS_ONLY)).containsExactly(ANN);
    }

    @Test
    void aListThatItsOwnerChangesAfterwardsChangesNothing() {
        List<NodeId> listed = new ArrayList<>(List.of(ANN, BOB));
        SortedSet<NodeId> first = same.members(listed, Hearing.OTHERS_ONLY);
        listed.remove(BOB);
        assertThat(first).containsExactly(ANN, BOB);
        assertThat(same.members(listed, Hearing.OTHERS_ONLY)).containsExactly(ANN);
    }
}
