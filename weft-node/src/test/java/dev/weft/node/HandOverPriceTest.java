package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a message costs the thread that sends it, in bytes allocated: counted, not timed. How many messages go together is
 * the machine's affair, so the bounds are half above what was found where few did. What it costs beyond is counted where
 * engines are driven by hand.
 */
@Timeout(300)
class HandOverPriceTest {
    private static final int MESSAGES = 50_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private MeshBuilder node(String name) {
        return Mesh.builder("test")
                .nodeName(name)
                .ephemeral()
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
    }

    private interface Sending {
        void send(Mesh mesh, NodeId to, byte[] payload);
    }

    private double price(Sending sending) throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        CountDownLatch received = new CountDownLatch(2 * MESSAGES);
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            bob.open("inbox", SocketKind.RDM).onMessage(message -> received.countDown());
            NodeId to = alice.await("bob", PATIENCE).orElseThrow().id();
            byte[] payload = new byte[64];
            for (int i = 0; i < MESSAGES; i++) {
                sending.send(alice, to, payload);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < MESSAGES; i++) {
                sending.send(alice, to, payload);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(received.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return (double) allocated / MESSAGES;
        }
    }

    @Test
    void aMessageWithATicketCostsItsSenderNoMoreThanItDid() throws InterruptedException {
        assertThat(price((mesh, to, payload) -> mesh.send(to, "inbox", payload)))
                .isLessThanOrEqualTo(190);
    }

    @Test
    void aMessageWhoseOutcomeGoesToAHandlerCostsItsSenderNoMoreThanItDid() throws InterruptedException {
        assertThat(price((mesh, to, payload) -> mesh.send(to, "inbox", payload, SendOptions.RDM, outcome -> {})))
                .isLessThanOrEqualTo(190);
    }
}
