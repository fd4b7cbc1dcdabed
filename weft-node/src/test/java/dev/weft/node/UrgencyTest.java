package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Ticket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is urgent overtakes, all the way down to the line. */
@Timeout(300)
class UrgencyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LINE_BYTES_PER_SECOND = 2_000_000;
    private static final int BULK_MESSAGES = 24;
    private static final int BULK_BYTES = 512 << 10;

    @TempDir
    Path directory;

    private MeshBuilder node(String name) {
        return Mesh.builder("urgent")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run-" + name))
                .beacon(MeshConfig.Beacon.NONE);
    }

    @Test
    void anUrgentMessageOvertakesTheBulkOnASlowLine() throws Exception {
        try (Mesh bob = node("bob").listen(Locator.parse("tcp/127.0.0.1:0")).join();
                SlowPipe line = new SlowPipe(tcp(bob), LINE_BYTES_PER_SECOND);
                Mesh alice = node("alice").peer(line.locator()).join();
                Endpoint bulk = bob.open("bulk", SocketKind.RDM);
                Endpoint urgent = bob.open("urgent", SocketKind.RDM)) {
            AtomicInteger bulkReceived = new AtomicInteger();
            bulk.onMessage(message -> bulkReceived.incrementAndGet());
            urgent.onMessage(message -> {});
            NodeId toBob = alice.await("bob", PATIENCE).orElseThrow().id();
            List<Ticket> slow = new ArrayList<>();
            SendOptions patient = SendOptions.RDM.withTimeout(PATIENCE).withPriority(0);
            for (int i = 0; i < BULK_MESSAGES; i++) {
                slow.add(alice.send(toBob, "bulk", new byte[BULK_BYTES], patient));
            }
            // The line has been slow for some seconds then.
            while (bulkReceived.get() < BULK_MESSAGES / 3) {
                Thread.sleep(5);
            }
            List<Long> millis = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long sentNanos = System.nanoTime();
                Outcome fate = alice.send(toBob, "urgent", new byte[1_000], SendOptions.RDM.withPriority(7))
                        .await();
                assertThat(fate.isDelivered()).isTrue();
                millis.add((System.nanoTime() - sentNanos) / 1_000_000);
            }
            int before = bulkReceived.get();
            assertThat(before)
                    .as("of %d messages of bulk, when five urgent ones had come after %s ms", BULK_MESSAGES, millis)
                    .isLessThan(BULK_MESSAGES * 2 / 3);
            millis.sort(null);
            // What stands beneath the queue: up to 256 KiB here, half as much in the system, 64 KiB in the line itself.
            assertThat(millis.get(2)).as("the middle of %s ms", millis).isLessThan(500);
            for (Ticket ticket : slow) {
                assertThat(ticket.await().isDelivered()).isTrue();
            }
        }
    }

    private static Locator tcp(Mesh node) {
        return node.self().locators().stream()
                .filter(locator -> locator.scheme().equals("tcp"))
                .findFirst()
                .orElseThrow();
    }
}
