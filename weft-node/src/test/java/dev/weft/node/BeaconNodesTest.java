package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes that find each other by beacons, and somebody who hears these and says them again. */
@Timeout(300)
class BeaconNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String GROUP = "239.255.87.90";

    @TempDir
    Path directory;

    private final MeshKey key = MeshKey.random();
    private int port;

    @BeforeEach
    void needsMulticastOnLoopback() throws IOException {
        try (DatagramSocket free = new DatagramSocket()) {
            port = free.getLocalPort();
        }
        try (MulticastSocket hearing = hearing();
                DatagramSocket saying = saying()) {
            hearing.setSoTimeout(2_000);
            saying.send(new DatagramPacket(new byte[1], 1, group()));
            hearing.receive(new DatagramPacket(new byte[1], 1));
        } catch (IOException none) {
            assumeTrue(false, "skipped: multicast does not work on loopback here: " + none.getMessage());
        }
    }

    private InetSocketAddress group() {
        return new InetSocketAddress(GROUP, port);
    }

    private static NetworkInterface loopback() throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    }

    private MulticastSocket hearing() throws IOException {
        MulticastSocket hearing = new MulticastSocket(null);
        hearing.setReuseAddress(true);
        hearing.bind(group());
        hearing.joinGroup(group(), loopback());
        return hearing;
    }

    private static DatagramSocket saying() throws IOException {
        DatagramSocket saying = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        saying.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback());
        return saying;
    }

    private MeshBuilder node(String name, MeshKey own) {
        return Mesh.builder("safe")
                .nodeName(name)
                .ephemeral()
                .key(own)
                .runtimeDirectory(directory.resolve(name))
                .beacon(new MeshConfig.Beacon(MeshConfig.Beacon.Mode.ON, GROUP, port))
                .listen(dev.weft.Locator.parse("tcp/127.0.0.1:0"));
    }

    private static long counter(Mesh mesh, String name) {
        return mesh.statistics().counters().getOrDefault(name, -1L);
    }

    @Test
    void aBeaconThatIsSaidAgainIsCountedAndLeadsNowhere() throws Exception {
        try (MulticastSocket hearing = hearing();
                DatagramSocket saying = saying();
                Mesh alice = node("alice", key).join();
                Mesh bob = node("bob", key).join()) {
            assertThat(bob.await("alice", PATIENCE)).isPresent();
            assertThat(alice.await("bob", PATIENCE)).isPresent();
            DatagramPacket heard = new DatagramPacket(new byte[2_048], 2_048);
            hearing.setSoTimeout((int) PATIENCE.toMillis());
            hearing.receive(heard);
            byte[] beacon = Arrays.copyOf(heard.getData(), heard.getLength());
            assertThat(new String(beacon, StandardCharsets.ISO_8859_1)).doesNotContain("tcp", "alice", "bob", "safe");
            long before = counter(alice, "beacon.replayed");
            assertThat(before).isNotNegative();
            int links = alice.statistics().links().size();
            until(() -> {
                try {
                    saying.send(new DatagramPacket(beacon, beacon.length, group()));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                return counter(alice, "beacon.replayed") > before && counter(bob, "beacon.replayed") > 0;
            });
            assertThat(alice.statistics().links()).hasSize(links);
            assertThat(alice.peers()).hasSize(1);
        }
    }

    @Test
    void nodesOfAnotherKeyCountEachOthersBeaconsAndDialNobody() throws Exception {
        try (Mesh alice = node("alice", key).join();
                Mesh mallory = node("mallory", MeshKey.random()).join();
                Mesh late = node("late", key).join()) {
            assertThat(late.await("alice", PATIENCE)).isPresent();
            assertThat(alice.await("late", PATIENCE)).isPresent();
            until(() -> counter(alice, "beacon.wrong-key") > 0 && counter(mallory, "beacon.wrong-key") > 0);
            // A beacon of theirs leads to no dial, so nobody has anything to refuse.
            for (Mesh mesh : new Mesh[] {alice, mallory, late}) {
                assertThat(mesh.refusals()).isEmpty();
            }
            assertThat(mallory.peers()).isEmpty();
            assertThat(counter(mallory, "handshake.admitted")).isZero();
            assertThat(alice.peers()).hasSize(1);
        }
    }
}
