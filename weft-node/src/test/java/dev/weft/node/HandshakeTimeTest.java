package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever connects and says too little too slowly is dropped when configuration says so. */
@Timeout(300)
class HandshakeTimeTest {
    private static final Duration HANDSHAKE = Duration.ofMillis(700);

    @TempDir
    Path directory;

    private Mesh node(UnaryOperator<MeshBuilder> more) {
        return more.apply(Mesh.builder("slow")
                        .nodeName("alice")
                        .stateDirectory(directory.resolve("alice"))
                        .runtimeDirectory(directory.resolve("run"))
                        .listen(Locator.parse("tcp/127.0.0.1:0"))
                        .handshake(HANDSHAKE)
                        .beacon(MeshConfig.Beacon.NONE))
                .join();
    }

    private static Duration silentUntilDropped(Mesh node) throws IOException {
        Locator at = node.self().locators().stream()
                .filter(locator -> locator.scheme().equals("tcp"))
                .findFirst()
                .orElseThrow();
        int colon = at.address().lastIndexOf(':');
        long began = System.nanoTime();
        try (Socket socket = new Socket(
                at.address().substring(0, colon), Integer.parseInt(at.address().substring(colon + 1)))) {
            byte[] heard = new byte[1_000];
            int count = 0;
            while (count >= 0) {
                try {
                    count = socket.getInputStream().read(heard);
                } catch (IOException reset) {
                    count = -1;
                }
            }
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static void isInTime(Duration taken) {
        assertThat(taken).isBetween(HANDSHAKE.minusMillis(50), HANDSHAKE.plusSeconds(4));
    }

    @Test
    void underTlsWhoStaysSilentIsDroppedInTime() throws IOException {
        try (Mesh alice = node(as -> as)) {
            isInTime(silentUntilDropped(alice));
        }
    }

    @Test
    void inPlainWhoStaysSilentIsDroppedInTime() throws IOException {
        try (Mesh alice = node(MeshBuilder::plaintext)) {
            isInTime(silentUntilDropped(alice));
            assertThat(alice.refusals()).anyMatch(refusal -> refusal.reason().equals("TIMEOUT"));
        }
    }
}
