package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Peer;
import dev.weft.Topology;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the demo judges, draws and tells; {@link DemoIT} runs it. */
class DemoTest {
    private static final String N1 = "00000000-0000-8000-8000-000000000001";
    private static final String N2 = "00000000-0000-8000-8000-000000000002";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        all is right              | sent 10 10 0 | received 10 0 95 | 0
        one is lost               | sent 10 10 0 | received 9 0 95  | 1
        one came twice            | sent 10 10 0 | received 10 1 95 | 1
        one came as another       | sent 10 10 0 | received 9 1 95  | 1
        one was not delivered     | sent 10 9 0  | received 10 0 95 | 1
        one is still under way    | sent 10 9 1  | received 9 0 95  | 1
        one came that nobody sent | sent 10 10 0 | received 11 0 95 | 1
        nothing was sent          | sent 0 0 0   | received 0 0 0   | 1
        """)
    void theDemoSucceedsOnlyWhereEverythingSentHasArrivedOnce(String what, String sent, String received, int code) {
        DemoLedger ledger = DemoLedger.of(sent, received);
        assertThat(ledger.exitCode().code()).as(what).isEqualTo(code);
        assertThat(ledger.isRight()).as(what).isEqualTo(code == 0);
    }

    @Test
    void theLedgerIsOneObjectWithStableKeys() {
        assertThat(DemoLedger.of("sent 10 9 1", "received 7 2 95").json(5).toString())
                .isEqualTo(
                        "{\"sent\":10,\"delivered\":9,\"lost\":3,\"duplicates\":2,\"rerouteMillis\":95,\"nodes\":5}");
    }

    @Test
    void whatIsSaidOfANodeWaitsUntilItsNameIsKnown() {
        List<String> told = new ArrayList<>();
        DemoFeed feed = new DemoFeed(told::add, 1_000_000_000L);
        feed.heard("n1", "ready " + N1, 1_100_000_000L);
        feed.heard("n1", "event PEER_DISCOVERED " + N2 + " by host directory", 1_250_000_000L);
        assertThat(told).isEmpty();
        feed.heard("n2", "ready " + N2, 1_300_000_000L);
        feed.heard("n2", "event PEER_DISCOVERED " + N1 + " by exchange", 1_400_000_000L);
        assertThat(told)
                .containsExactly(
                        "    0.250 s  n1 discovers n2 by host directory", "    0.400 s  n2 discovers n1 by exchange");
    }

    @Test
    void aLinkIsToldOnceWhenItComesAndByEachEndWhenItGoes() {
        List<String> told = new ArrayList<>();
        DemoFeed feed = new DemoFeed(told::add, 0);
        feed.heard("n1", "ready " + N1, 0);
        feed.heard("n2", "ready " + N2, 0);
        feed.heard("n1", "event LINK_UP " + N2 + " n2 over unix", 0);
        feed.heard("n2", "event LINK_UP " + N1 + " n1 over unix", 0);
        feed.heard("n2", "event ROUTE_CHANGED " + N1, 0);
        feed.heard("n1", "event LINK_DOWN " + N2 + " CARRIER_LOST", 0);
        feed.heard("n2", "event LINK_DOWN " + N1 + " CARRIER_LOST", 0);
        feed.mute();
        feed.heard("n1", "event LINK_DOWN " + N2 + " SHUTDOWN", 0);
        assertThat(told)
                .containsExactly(
                        "    0.000 s  n1 has a link to n2",
                        "    0.000 s  n1 has lost its link to n2",
                        "    0.000 s  n2 has lost its link to n1");
    }

    @Test
    void thePictureHasALineForEachLinkAndNoOther() {
        List<String> ring = TopologyPicture.of(mesh(4, "1-2 2-3 3-4 1-4"));
        assertThat(ring)
                .containsExactly(
                        "                   n1",
                        "                  .   .",
                        "              . .       . .",
                        "            .                .",
                        "         .                     .",
                        "     . .                         . .",
                        "  n4                                n2",
                        "     .                             .",
                        "       . .                     . .",
                        "            .                .",
                        "              .           .",
                        "                . .   . .",
                        "                   n3");
        assertThat(String.join("\n", TopologyPicture.of(mesh(2, "1-2")))).contains("n1", "n2", ".");
        assertThat(String.join("\n", TopologyPicture.of(mesh(2, ""))))
                .contains("n1", "n2")
                .doesNotContain(".");
    }

    @Test
    void aMeshTooLargeForAPictureHasNone() {
        assertThat(TopologyPicture.of(mesh(12, "1-2"))).isNotEmpty();
        assertThat(TopologyPicture.of(mesh(13, "1-2"))).isEmpty();
    }

    private static Topology mesh(int nodes, String links) {
        List<Peer> peers = new ArrayList<>();
        for (int i = 1; i <= nodes; i++) {
            peers.add(FakeMesh.unreached(id(i), "n" + i));
        }
        List<Topology.Link> drawn = new ArrayList<>();
        for (String link : links.isEmpty() ? new String[0] : links.split(" ")) {
            String[] ends = link.split("-");
            drawn.add(new Topology.Link(id(Integer.parseInt(ends[0])), id(Integer.parseInt(ends[1])), 1_100, 1_100));
        }
        return new Topology(id(1), peers, drawn);
    }

    private static NodeId id(int number) {
        return NodeId.parse(String.format("00000000-0000-8000-8000-%012d", number));
    }
}
