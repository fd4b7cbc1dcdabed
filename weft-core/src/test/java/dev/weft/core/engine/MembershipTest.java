package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.VersionRange;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The names of nodes whose record is not here. */
class MembershipTest {
    private static final int NAMES_MAX = 4_096;
    private static final ByteView HOST = ByteView.of(new byte[Hello.HOST_ID_BYTES]);

    private final Membership membership = Caller.machines(new Unheard() {}).membership;

    private static NodeId id(int number) {
        return new NodeId(9, number);
    }

    private static String name(int number) {
        return "node-" + number;
    }

    private void greet(int number) {
        assertThat(membership.refuse(hello(number))).isEmpty();
    }

    private static Hello hello(int number) {
        return new Hello(
                VersionRange.OURS,
                "demo",
                id(number),
                99,
                1,
                name(number),
                HOST,
                0,
                List.of(),
                Optional.empty(),
                1,
                1_000,
                1 << 20,
                ByteView.of(new byte[Hello.NONCE_BYTES]));
    }

    private void loseRecord(int number) {
        NodeRecord last = NodeRecord.of(name(number), HOST, List.of());
        membership.recordChanged(id(number), Optional.of(last), Optional.empty(), 0);
    }

    /** By which names the nodes 1 to count are told of as they come; empty where it is not known. */
    private TreeMap<Integer, String> namesTold(int count) {
        TreeMap<Integer, String> told = new TreeMap<>();
        membership.compareReachable(List.of());
        membership
                .compareReachable(IntStream.rangeClosed(1, count)
                        .mapToObj(MembershipTest::id)
                        .toList())
                .forEach(event -> told.put((int) event.node().low(), event.detail()));
        assertThat(told).hasSize(count);
        return told;
    }

    @Test
    void whoGreetsIsToldOfByNameBeforeItsRecordIsHere() {
        greet(1);
        assertThat(namesTold(2)).containsEntry(1, name(1)).containsEntry(2, "");
    }

    @Test
    void ofAllWhoEverGreetedTheLatestAreKnownByNameAndNoMore() {
        int all = NAMES_MAX + 500;
        IntStream.rangeClosed(1, all).forEach(this::greet);
        namesTold(all)
                .forEach((number, told) ->
                        assertThat(told).as("%d", number).isEqualTo(number > all - NAMES_MAX ? name(number) : ""));
    }

    @Test
    void whoGreetsAgainIsAmongTheLatest() {
        IntStream.rangeClosed(1, NAMES_MAX).forEach(this::greet);
        greet(1);
        greet(NAMES_MAX + 1);
        assertThat(namesTold(3)).containsEntry(1, name(1)).containsEntry(2, "").containsEntry(3, name(3));
    }

    @Test
    void nodesWhoseRecordsGoAreKnownByNameWithinTheSameBound() {
        int all = NAMES_MAX + 500;
        IntStream.rangeClosed(1, all).forEach(this::loseRecord);
        assertThat(namesTold(all).values()).filteredOn(told -> !told.isEmpty()).hasSize(NAMES_MAX);
        assertThat(namesTold(all)).containsEntry(500, "").containsEntry(501, name(501));
    }
}
