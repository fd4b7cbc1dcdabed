package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Endpoint;
import dev.weft.EndpointStatus;
import dev.weft.LinkStatus;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node counts, and that it adds up. */
@Timeout(300)
class StatisticsTest {
    @TempDir
    Path directory;

    private final List<Mesh> nodes = new ArrayList<>();

    private Mesh node(String name) {
        Mesh node = Mesh.builder("counted")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE)
                .heartbeat(Duration.ofMillis(50))
                .join();
        nodes.add(node);
        return node;
    }

    @AfterEach
    void leave() {
        nodes.forEach(Mesh::close);
    }

    private static Outcome.Kind send(Mesh from, NodeId to, String endpoint, SendOptions options)
            throws InterruptedException {
        return from.send(to, endpoint, new byte[10], options).await().kind();
    }

    private static EndpointStatus of(Statistics statistics, String endpoint) {
        return statistics.endpoints().stream()
                .filter(status -> status.name().equals(endpoint))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatComesIsCountedByEndpointAndAddsUp() throws Exception {
        Mesh alice = node("alice");
        Mesh bob = node("bob");
        NodeId to = alice.await("bob", Duration.ofSeconds(20)).orElseThrow().id();
        try (Endpoint first = bob.open("first", SocketKind.RDM)) {
            try (Endpoint second = bob.open("second", SocketKind.RDM)) {
                second.onMessage(message -> {});
                for (int i = 0; i < 5; i++) {
                    assertThat(send(alice, to, "second", SendOptions.RDM)).isEqualTo(Outcome.Kind.DELIVERED);
                }
                assertThat(of(bob.statistics(), "second").received()).isEqualTo(5);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(send(alice, to, "first", SendOptions.RDM)).isEqualTo(Outcome.Kind.DELIVERED);
            }
            first.receive();
            assertThat(send(alice, to, "first", SendOptions.DGRAM)).isEqualTo(Outcome.Kind.REJECTED);
            assertThat(send(alice, to, "nobody", SendOptions.RDM)).isEqualTo(Outcome.Kind.REJECTED);
            Statistics counted = bob.statistics();
            EndpointStatus open = of(counted, "first");
            assertThat(open.kind()).isEqualTo(SocketKind.RDM);
            assertThat(open.received()).isEqualTo(3);
            assertThat(open.refused()).isPositive();
            assertThat(open.heldBytes())
                    .as("two of 10 bytes and 128 each")
                    .isLessThanOrEqualTo(3 * 138)
                    .isPositive();
            assertThat(counted.elsewhere().received()).isEqualTo(5);
            assertThat(counted.received())
                    .isEqualTo(8)
                    .isEqualTo(sum(counted, true) + counted.elsewhere().received());
            assertThat(counted.refused())
                    .isEqualTo(sum(counted, false) + counted.elsewhere().refused());
        }
        Statistics closed = bob.statistics();
        assertThat(closed.endpoints()).isEmpty();
        assertThat(closed.elsewhere().received()).isEqualTo(closed.received()).isEqualTo(8);
    }

    private static long sum(Statistics statistics, boolean received) {
        return statistics.endpoints().stream()
                .mapToLong(status -> received ? status.received() : status.refused())
                .sum();
    }

    @Test
    void aLinkTellsHowItsRoundTripVariesHowTheClocksRunAndWhatItHasDropped() throws Exception {
        Mesh alice = node("alice");
        node("bob");
        assertThat(alice.await("bob", Duration.ofSeconds(20))).isPresent();
        // The drift is of two times eight answers.
        LinkStatus link = alice.statistics().links().get(0);
        while (link.clockDriftPartsPerBillion() == 0) {
            Thread.sleep(20);
            link = alice.statistics().links().get(0);
        }
        assertThat(link.roundTripVariation()).isPositive();
        assertThat(link.drops()).containsOnlyKeys(LinkStatus.Drop.values());
        assertThat(link.dropped()).isZero();
        assertThat(alice.statistics().counters())
                .containsEntry("link.dropped-queue-full", 0L)
                .containsEntry("link.dropped-too-long", 0L)
                .containsEntry("link.dropped-malformed", 0L)
                .containsKey("link.dropped-not-up");
    }
}
