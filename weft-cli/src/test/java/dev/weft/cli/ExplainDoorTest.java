package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Refusal;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a running node says of another to who may ask it. */
@Timeout(300)
class ExplainDoorTest {
    private static final NodeId STRANGER = NodeId.parse("5742a6e4-0000-8000-8000-000000000009");

    @TempDir
    Path directory;

    private final FakeMesh mesh = new FakeMesh();

    private Path door() throws IOException {
        try (var files = Files.list(directory)) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void aRunningNodeSaysWhomItReachesAndWhatItHasRefused() throws Exception {
        mesh.refusals.add(new Refusal(
                Instant.EPOCH,
                STRANGER,
                Optional.of(Locator.parse("tcp/10.0.0.9:7400")),
                Refusal.By.THIS_NODE,
                "NOT_A_MEMBER",
                "node 5742a6e4 has shown\u001b[2J no key of the mesh"));
        try (ExplainDoor open = ExplainDoor.open(directory, mesh)) {
            assertThat(Files.getPosixFilePermissions(door())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            ExplainDoor.Answer refused = ExplainDoor.ask(directory, "5742a6e4").get(0);
            assertThat(refused.node()).startsWith(mesh.self().id().brief());
            assertThat(refused.explanation().way()).isEqualTo(Explanation.Way.NOT_REACHED);
            assertThat(refused.explanation().refusals())
                    .singleElement()
                    .asString()
                    .contains("refused by this node at tcp/10.0.0.9:7400: NOT_A_MEMBER")
                    .doesNotContain("\u001b");
            ExplainDoor.Answer reached = ExplainDoor.ask(directory, "alice").get(0);
            assertThat(reached.explanation().way()).isEqualTo(Explanation.Way.REACHED);
            assertThat(reached.explanation().standing()).containsExactly("a11ce000 alice is linked");
            assertThat(open).isNotNull();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whoSaysNothingOrTooMuchKeepsNobodyElseFromAsking() throws Exception {
        try (ExplainDoor open = ExplainDoor.open(directory, mesh);
                SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(door()));
                SocketChannel loud = SocketChannel.open(UnixDomainSocketAddress.of(door()))) {
            loud.write(StandardCharsets.UTF_8.encode("x".repeat(300)));
            assertThat(ExplainDoor.ask(directory, "alice")).hasSize(1);
            assertThat(List.of(silent.isConnected(), open != null)).containsOnly(true);
        }
    }

    @Test
    void nodesThatHaveDiedAreLeftOut() throws Exception {
        Files.createFile(directory.resolve("0badc0de.explain"));
        assertThat(ExplainDoor.ask(directory, "alice")).isEmpty();
        assertThat(ExplainDoor.ask(directory.resolve("nowhere"), "alice")).isEmpty();
    }
}
