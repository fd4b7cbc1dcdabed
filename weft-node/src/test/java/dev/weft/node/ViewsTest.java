package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.NodeNotFoundException;
import dev.weft.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewsTest {
    private static final Peer SELF = peer("5e1f0000-0000-8000-8000-000000000001", "self");
    private static final Peer ALICE = peer("a11ce000-0000-8000-8000-000000000002", "alice");
    private static final Peer TWIN = peer("d0d01111-0000-8000-8000-000000000004", "twin");
    private static final Peer OTHER_TWIN = peer("d0d02222-0000-8000-8000-000000000005", "twin");
    private static final List<Peer> PEERS = List.of(ALICE, TWIN, OTHER_TWIN);

    private static Peer peer(String id, String name) {
        return new Peer(
                NodeId.parse(id),
                name,
                "",
                1,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Peer.Bandwidth.UNKNOWN,
                Optional.empty(),
                OptionalInt.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "a11c", "a11ce000-0000", "A11CE000", "a11ce000-0000-8000-8000-000000000002"})
    void aNodeIsFoundByItsNameItsIdOrTheBeginningOfItsId(String wanted) {
        assertThat(Views.find(PEERS, SELF, wanted)).isEqualTo(ALICE);
    }

    @Test
    void thisNodeIsFoundToo() {
        assertThat(Views.find(PEERS, SELF, "self")).isEqualTo(SELF);
    }

    @Test
    void anIdWinsOverANameAndANameOverABeginning() {
        Peer named = peer("eeee0000-0000-8000-8000-000000000006", ALICE.id().toString());
        Peer beginning = peer("ffff0000-0000-8000-8000-000000000007", "a11ce");
        List<Peer> all = List.of(ALICE, named, beginning);
        assertThat(Views.find(all, SELF, ALICE.id().toString())).isEqualTo(ALICE);
        assertThat(Views.find(all, SELF, "a11ce")).isEqualTo(beginning);
    }

    @ParameterizedTest
    @ValueSource(strings = {"eve", "a11", "", "Alice"})
    void whatNobodyIsCalledIsNotFound(String wanted) {
        assertThatThrownBy(() -> Views.find(PEERS, SELF, wanted))
                .isInstanceOf(NodeNotFoundException.class)
                .hasMessage("no reachable node has the id, the name or 4 first digits of the id '" + wanted + "'");
    }

    @Test
    void whereSeveralAreMeantTheyAreListedByIdAndName() {
        String candidates = "name one by its id, d0d01111-0000-8000-8000-000000000004 (twin)"
                + " or d0d02222-0000-8000-8000-000000000005 (twin)";
        assertThatThrownBy(() -> Views.find(PEERS, SELF, "twin"))
                .hasMessage("2 nodes are called 'twin': " + candidates);
        assertThatThrownBy(() -> Views.find(PEERS, SELF, "d0d0")).hasMessage("2 ids begin with 'd0d0': " + candidates);
    }

    @Test
    void ofVeryManyTheFirstAreListed() {
        List<Peer> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(new Peer(
                    new NodeId(0xabcd_0000_0000_8000L, i),
                    "n",
                    "",
                    1,
                    List.of(),
                    List.of(),
                    List.of(),
                    Map.of(),
                    Peer.Bandwidth.UNKNOWN,
                    Optional.empty(),
                    OptionalInt.empty()));
        }
        assertThatThrownBy(() -> Views.find(many, SELF, "abcd"))
                .hasMessageStartingWith("100 ids begin with 'abcd': ")
                .hasMessageEndingWith(" or 92 more");
    }
}
