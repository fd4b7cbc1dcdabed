package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The methods that wait, called by virtual threads, from JDK 21 on. */
@Timeout(300)
class VirtualThreadsTest {
    /** More than the threads that a JVM takes to carry them: were one held fast by each that waits, none would go on. */
    private static final int WAITING = 600;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Mesh node(String name) {
        return Mesh.builder("virtual")
                .nodeName(name)
                .ephemeral()
                .runtimeDirectory(directory)
                .beacon(MeshConfig.Beacon.NONE)
                .join();
    }

    /** By name, for the product is built for a JDK that has none. */
    private static ExecutorService virtualThreads() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException older) {
            return abort("this JDK has no virtual threads: " + Runtime.version());
        }
    }

    @Test
    void hundredsThatWaitForMessagesAndOutcomesDoNotKeepOthersFromSending() throws Exception {
        ExecutorService threads = virtualThreads();
        try (Mesh alice = node("alice");
                Mesh bob = node("bob");
                Endpoint inbox = bob.open("inbox", SocketKind.RDM)) {
            NodeId to = alice.await("bob", PATIENCE).orElseThrow().id();
            List<Future<Boolean>> received = new ArrayList<>();
            for (int i = 0; i < WAITING; i++) {
                received.add(threads.submit(() -> inbox.receive(PATIENCE).isPresent()));
            }
            List<Future<Outcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < WAITING; i++) {
                outcomes.add(threads.submit(() ->
                        alice.send(to, "inbox", new byte[10], SendOptions.RDM).await()));
            }
            for (Future<Boolean> one : received) {
                assertThat(one.get(60, TimeUnit.SECONDS)).isTrue();
            }
            for (Future<Outcome> one : outcomes) {
                assertThat(one.get(60, TimeUnit.SECONDS).isDelivered()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
