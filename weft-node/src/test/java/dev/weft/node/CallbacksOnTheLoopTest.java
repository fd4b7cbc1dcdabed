package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Description;
import dev.weft.Endpoint;
import dev.weft.GroupSendOptions;
import dev.weft.ListenOptions;
import dev.weft.Listener;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.PacketSocket;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application that has its callbacks run on the thread that runs the mesh. */
@Timeout(300)
class CallbacksOnTheLoopTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Mesh alice;
    private Mesh bob;
    private NodeId toAlice;
    private NodeId toBob;

    private MeshBuilder node(String name) {
        return Mesh.builder("loop")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE)
                .callbacks(Runnable::run);
    }

    @BeforeEach
    void meet() throws InterruptedException {
        alice = node("alice").join();
        bob = node("bob").join();
        toBob = alice.await("bob", PATIENCE).orElseThrow().id();
        toAlice = bob.await("alice", PATIENCE).orElseThrow().id();
    }

    @AfterEach
    void part() {
        alice.close();
        bob.close();
    }

    /** Sends a message and has bob do something when it comes, on his loop. */
    private <T> T onTheLoopOfBob(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        try (Endpoint endpoint = bob.open("work", SocketKind.RDM)) {
            endpoint.onMessage(message -> {
                try {
                    result.complete(task.call());
                } catch (Exception failed) {
                    result.completeExceptionally(failed);
                }
            });
            assertThat(alice.send(toBob, "work", new byte[1], SendOptions.RDM)
                            .await()
                            .isDelivered())
                    .isTrue();
            return result.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void messagesGoThereAndBackAThousandTimesWithoutAnotherThread() throws Exception {
        Set<String> threads = new ConcurrentSkipListSet<>();
        CompletableFuture<Integer> done = new CompletableFuture<>();
        Endpoint there = bob.open("there", SocketKind.RDM);
        there.onMessage(message -> {
            threads.add(Thread.currentThread().getName());
            bob.send(toAlice, "back", message.payload(), SendOptions.RDM);
        });
        Endpoint back = alice.open("back", SocketKind.RDM);
        int[] count = {0};
        back.onMessage(message -> {
            threads.add(Thread.currentThread().getName());
            count[0]++;
            if (count[0] == 1_000) {
                done.complete(count[0]);
            } else {
                alice.send(toBob, "there", message.payload(), SendOptions.RDM)
                        .outcome()
                        .thenAccept(
                                outcome -> threads.add(Thread.currentThread().getName()));
            }
        });
        alice.send(toBob, "there", new byte[8], SendOptions.RDM);
        assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(1_000);
        assertThat(threads).hasSize(2).allMatch(name -> name.startsWith("weft-loop-"));
    }

    @Test
    void aCallbackMayAskTheMeshForAnythingThatDoesNotWait() throws Exception {
        int peers = onTheLoopOfBob(() -> {
            bob.group("crew").join();
            bob.open("another", SocketKind.RDM).onMessage(message -> {});
            bob.sendToAll(List.of(toAlice), new byte[1], GroupSendOptions.RDM.withEndpoint("nowhere"));
            return bob.peers().size();
        });
        assertThat(peers).isPositive();
        assertThat(alice.send(toBob, "another", new byte[1], SendOptions.RDM)
                        .await()
                        .isDelivered())
                .isTrue();
        Waiting.until(() -> alice.peers().stream()
                .anyMatch(peer -> peer.id().equals(toBob) && peer.groups().contains("crew")));
    }

    @Test
    void whatWouldWaitThereSaysSoAndTheMeshGoesOn() throws Exception {
        try (Endpoint idle = bob.open("idle", SocketKind.RDM)) {
            List<Waits> all = List.of(
                    () -> bob.send(toAlice, "nowhere", new byte[1], SendOptions.RDM)
                            .await(),
                    () -> bob.sendToAll(List.of(toAlice), new byte[1], GroupSendOptions.RDM.withEndpoint("nowhere"))
                            .await(),
                    idle::receive,
                    () -> idle.receive(Duration.ofSeconds(1)),
                    () -> bob.await("nobody", Duration.ofSeconds(1)),
                    () -> bob.connectPackets(toAlice, "nowhere", ConnectOptions.DEFAULT),
                    alice::peers,
                    alice::close,
                    bob::close);
            for (Waits waits : all) {
                assertThatThrownBy(() -> onTheLoopOfBob(() -> {
                            waits.run();
                            return true;
                        }))
                        .cause()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("runs a mesh")
                        .hasMessageContaining("MeshBuilder.callbacks");
            }
            assertThat(onTheLoopOfBob(() -> idle.receive(Duration.ZERO))).isEmpty();
        }
    }

    private interface Waits {
        void run() throws Exception;
    }

    @Test
    void aSendDoesNotWaitThereForAnotherThreadThatWaitsForRoom() throws Exception {
        try (Listener<PacketSocket> listener = alice.listenPackets("slow", ListenOptions.DEFAULT);
                PacketSocket out = bob.connectPackets(toAlice, "slow", ConnectOptions.DEFAULT);
                PacketSocket ignored = listener.accept()) {
            Thread sender = new Thread(() -> sendUntilItFails(out), "sender");
            sender.start();
            // Nobody takes anything, so in the end there is no room for good.
            Waiting.until(() -> isRefusedOnTheLoop(out));
            onTheLoopOfBob(() -> {
                out.abort();
                return true;
            });
            sender.join(20_000);
            assertThat(sender.isAlive()).isFalse();
        }
    }

    private boolean isRefusedOnTheLoop(PacketSocket out) {
        try {
            onTheLoopOfBob(() -> out.send(new byte[1]));
            return false;
        } catch (Exception refused) {
            assertThat(refused)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("runs a mesh");
            return true;
        }
    }

    private static void sendUntilItFails(PacketSocket out) {
        try {
            while (true) {
                out.send(new byte[64 << 10]);
            }
        } catch (ConnectionException | InterruptedException ended) {
            assertThat(ended).hasMessageContaining("slow");
        }
    }

    @Test
    void aHandlerOfWhatHasComeAlreadyRunsThereTooAndNotWithinWhatHasSetIt() throws Exception {
        try (Endpoint endpoint = bob.open("early", SocketKind.RDM)) {
            assertThat(alice.send(toBob, "early", new byte[1], SendOptions.RDM)
                            .await()
                            .isDelivered())
                    .isTrue();
            CompletableFuture<String> thread = new CompletableFuture<>();
            endpoint.onMessage(message -> thread.complete(Thread.currentThread().getName()));
            assertThat(thread.get(20, TimeUnit.SECONDS)).startsWith("weft-loop-");
        }
    }

    @Test
    void twoThatDescribeTheNodeAtOnceWaitNotForEachOther() throws Exception {
        List<String> rounds = new CopyOnWriteArrayList<>();
        Description described = bob.describe(is -> {
            if (rounds.isEmpty()) {
                rounds.add("another describes it meanwhile");
                describeOnTheLoopOfBob();
            }
            return is.withAttribute("zone", "a");
        });
        assertThat(described.tags()).containsExactly("db");
        assertThat(bob.description()).isEqualTo(described);
    }

    private void describeOnTheLoopOfBob() {
        try {
            onTheLoopOfBob(() -> bob.describe(is -> is.withTags(List.of("db"))));
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void anErrorOfOneCallbackIsItsOwn() throws Exception {
        Consumer<Object> failing = news -> {
            throw new AssertionError("a callback");
        };
        try (Endpoint endpoint = bob.open("failing", SocketKind.RDM)) {
            endpoint.onMessage(failing::accept);
            for (int i = 0; i < 2; i++) {
                assertThat(alice.send(toBob, "failing", new byte[1], SendOptions.RDM)
                                .await()
                                .isDelivered())
                        .isTrue();
            }
        }
        assertThat(onTheLoopOfBob(() -> bob.peers().size())).isPositive();
    }
}
