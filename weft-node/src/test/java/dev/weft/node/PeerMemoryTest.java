package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom a node knew it knows at its next start. */
@Timeout(300)
class PeerMemoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private static NodeId id(int number) {
        return new NodeId(number, 1);
    }

    private static List<Locator> at(NodeId node) {
        return List.of(Locator.parse("tcp/10.0.0." + node.high() % 250 + ":7400"));
    }

    /** Neither a beacon nor a directory that others read. */
    private MeshBuilder alone(String name) {
        return Mesh.builder("test")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run-" + name))
                .beacon(MeshConfig.Beacon.NONE);
    }

    @Test
    void aNodeFindsAtItsNextStartWhomItKnewWithoutBeingTold() throws InterruptedException {
        Locator door;
        try (Mesh alice =
                alone("alice").listen(Locator.parse("tcp/127.0.0.1:0")).join()) {
            door = alice.self().locators().stream()
                    .filter(locator -> locator.scheme().equals("tcp"))
                    .findFirst()
                    .orElseThrow();
            try (Mesh bob = alone("bob").peer(door).join()) {
                assertThat(bob.await("alice", PATIENCE)).isPresent();
            }
            assertThat(directory.resolve("bob").resolve("test").resolve("peers"))
                    .content()
                    .contains(alice.self().id().toString(), door.toString());
        }
        try (Mesh alice = alone("alice").listen(door).join();
                Mesh bob = alone("bob").join()) {
            assertThat(bob.await("alice", PATIENCE).orElseThrow().id())
                    .isEqualTo(alice.self().id());
        }
    }

    @Test
    void aNodeThatHasFoundNobodyKeepsWhatItKnewBefore() throws Exception {
        Path file = directory.resolve("bob").resolve("test").resolve("peers");
        Mesh.builder("test")
                .stateDirectory(directory.resolve("bob"))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE)
                .join()
                .close();
        // Nobody is there, now or later.
        String known = id(7) + "\ttcp/127.0.0.1:9\n";
        Files.writeString(file, known);
        alone("bob").join().close();
        assertThat(file).hasContent(known);
    }

    @Test
    void aNodeThatIsCutOffDoesNotWriteDownThatItForgetsTheOthersOneByOne() {
        List<NodeId> known = new ArrayList<>(List.of(id(1), id(2), id(3)));
        assertThat(PeerMemory.lines(List.of(id(2)), known, PeerMemoryTest::at)).hasSize(3);
        while (!known.isEmpty()) {
            assertThat(PeerMemory.lines(List.of(), known, PeerMemoryTest::at)).isEmpty();
            known.remove(0);
        }
    }

    @Test
    void neighborsComeFirstAndWhoCannotBeReachedNotAtAll() {
        List<String> lines = PeerMemory.lines(
                List.of(id(9)), List.of(id(1), id(2), id(9)), node -> node.equals(id(2)) ? List.of() : at(node));
        assertThat(lines).containsExactly(id(9) + "\ttcp/10.0.0.9:7400", id(1) + "\ttcp/10.0.0.1:7400");
    }

    /** Else the next start would refuse what this one has written. */
    @Test
    void theListStaysFarBelowWhatTheNextStartReads() {
        List<NodeId> many = new ArrayList<>();
        for (int i = 1; i <= 5_000; i++) {
            many.add(id(i));
        }
        List<Locator> far = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            far.add(Locator.parse("unix//" + "p".repeat(190) + i));
        }
        assertThat(PeerMemory.lines(List.of(id(5_000)), many, PeerMemoryTest::at))
                .hasSize(1_024);
        List<String> lines = PeerMemory.lines(List.of(id(5_000)), many, node -> far);
        assertThat(String.join("\n", lines).length()).isBetween(400 << 10, 512 << 10);
        assertThat(lines.get(0)).startsWith(id(5_000).toString());
    }
}
