package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.LinkStatus;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.Peer;
import dev.weft.SocketKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which way nodes of one host take to each other. */
@Timeout(300)
class SharedMemoryLinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private MeshBuilder node(String name) {
        return Mesh.builder("test")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
    }

    @Test
    void nodesOfOneHostShareMemory() throws Exception {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            expectDelivery(alice, bob);
            assertThat(schemes(alice)).containsExactly("shm");
            assertThat(schemes(bob)).containsExactly("shm");
            try (var left = Files.list(directory.resolve("run").resolve("test"))) {
                assertThat(left).noneMatch(path -> path.toString().endsWith(".ring"));
            }
        }
    }

    @Test
    void whereMemoryCannotBeSharedTheSocketIsNext() throws Exception {
        try (Mesh alice = node("alice").join()) {
            Locator shared = only("shm", alice);
            Path path = Path.of(shared.address());
            Files.delete(path);
            try (ServerSocketChannel refusing = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                refusing.bind(UnixDomainSocketAddress.of(path));
                Thread refuser = new Thread(() -> refuseAll(refusing));
                refuser.start();
                try (Mesh bob = node("bob")
                        .listen(new Locator(
                                "unix", directory.resolve("bob.sock").toString()))
                        .join()) {
                    expectDelivery(alice, bob);
                    assertThat(schemes(bob)).containsExactly("unix");
                }
            }
        }
    }

    private static void refuseAll(ServerSocketChannel refusing) {
        try {
            while (true) {
                refusing.accept().close();
            }
        } catch (ClosedChannelException theTestIsOver) {
            return;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void expectDelivery(Mesh alice, Mesh bob) throws InterruptedException {
        bob.open("inbox", SocketKind.RDM);
        Peer found = alice.await("bob", PATIENCE).orElseThrow();
        assertThat(alice.send(found.id(), "inbox", new byte[100_000]).await().isDelivered())
                .isTrue();
    }

    private static List<String> schemes(Mesh mesh) {
        return mesh.statistics().links().stream()
                .map(LinkStatus::locator)
                .map(Locator::scheme)
                .toList();
    }

    private static Locator only(String scheme, Mesh mesh) {
        return mesh.self().locators().stream()
                .filter(locator -> locator.scheme().equals(scheme))
                .findFirst()
                .orElseThrow();
    }
}
