package dev.weft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshStartException;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.Probed;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes in one process, over real sockets. */
@Timeout(300)
class NodeTest {
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
    void twoNodesOfOneHostFindEachOtherThroughTheHostDirectoryAndExchangeAMessage() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            Endpoint inbox = bob.open("inbox", SocketKind.RDM);
            Peer found = alice.await("bob", PATIENCE).orElseThrow();
            Outcome outcome =
                    alice.send(found.id(), "inbox", new byte[] {1, 2, 3}).await();
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.DELIVERED);
            assertThat(outcome.hops()).isEqualTo(1);
            Message message = inbox.receive();
            assertThat(message.payload()).containsExactly(1, 2, 3);
            assertThat(message.from()).isEqualTo(alice.self().id());
        }
    }

    @Test
    void anExecutorThatRefusesCallbacksHoldsNothingUp() throws InterruptedException {
        int count = 200;
        CountDownLatch received = new CountDownLatch(count);
        CountDownLatch delivered = new CountDownLatch(count);
        Executor refusing = task -> {
            throw new RejectedExecutionException("no thread is free");
        };
        try (Mesh alice = node("alice").callbacks(refusing).join();
                Mesh bob = node("bob").callbacks(refusing).join()) {
            bob.open("inbox", SocketKind.RDM).onMessage(message -> received.countDown());
            NodeId found = alice.await("bob", PATIENCE).orElseThrow().id();
            for (int i = 0; i < count; i++) {
                alice.send(found, "inbox", new byte[i]).onOutcome(outcome -> delivered.countDown());
            }
            assertThat(received.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(delivered.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aNodeMayBeAwaitedForLongerThanNanosecondsCount() throws InterruptedException {
        Duration forever = ChronoUnit.FOREVER.getDuration();
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            assertThat(alice.await("bob", forever).map(Peer::id))
                    .contains(bob.self().id());
        }
    }

    @Test
    void aMessageOf16MebibytesArrivesWhole() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            Endpoint inbox = bob.open("inbox", SocketKind.RDM);
            byte[] payload = new byte[16 << 20];
            for (int i = 0; i < payload.length; i++) {
                payload[i] = (byte) (i * 31);
            }
            Peer found = alice.await("bob", PATIENCE).orElseThrow();
            assertThat(alice.send(found.id(), "inbox", payload).await().isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(payload);
            assertThatThrownBy(() -> alice.send(found.id(), "inbox", new byte[(16 << 20) + 1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most");
        }
    }

    @Test
    void overTcpByAConfiguredPeerTenThousandMessagesArriveOnceEach() throws InterruptedException {
        Locator loopback = Locator.parse("tcp/127.0.0.1:0");
        try (Mesh alice = node("alice")
                        .runtimeDirectory(directory.resolve("run-a"))
                        .listen(loopback)
                        .join();
                Mesh bob = node("bob")
                        .runtimeDirectory(directory.resolve("run-b"))
                        .listen(loopback)
                        .peer(alice.self().locators().get(0))
                        .join()) {
            TreeSet<Integer> received = new TreeSet<>();
            List<Integer> doubles = new ArrayList<>();
            Endpoint inbox = bob.open("inbox", SocketKind.RDM);
            inbox.onMessage(message -> {
                int number = java.nio.ByteBuffer.wrap(message.payload()).getInt();
                if (!received.add(number)) {
                    doubles.add(number);
                }
            });
            Peer found = alice.await("bob", PATIENCE).orElseThrow();
            List<dev.weft.Ticket> tickets = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                tickets.add(alice.send(
                        found.id(),
                        "inbox",
                        java.nio.ByteBuffer.allocate(16).putInt(i).array()));
                if (i % 1_000 == 999) {
                    tickets.get(i).await();
                }
            }
            int rejected = 0;
            for (dev.weft.Ticket ticket : tickets) {
                Outcome outcome = ticket.await();
                rejected += outcome.isDelivered() ? 0 : 1;
            }
            Statistics statistics = alice.statistics();
            long settled = statistics.outcomes().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            assertThat(statistics.sent())
                    .isEqualTo(settled + statistics.inFlight())
                    .isEqualTo(10_000);
            inbox.close();
            bob.close();
            assertThat(doubles).isEmpty();
            assertThat(received).hasSize(10_000 - rejected);
        }
    }

    @Test
    void whatSeveralThreadsSendToSeveralEndpointsInTurnArrivesOnceEach() throws InterruptedException {
        int threads = 3;
        int endpoints = 6;
        int each = 2_000;
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            AtomicInteger received = new AtomicInteger();
            AtomicInteger doubles = new AtomicInteger();
            for (int e = 0; e < endpoints; e++) {
                TreeSet<Integer> numbers = new TreeSet<>();
                bob.open("inbox-" + e, SocketKind.RDM).onMessage(message -> {
                    int number = java.nio.ByteBuffer.wrap(message.payload()).getInt();
                    (numbers.add(number) ? received : doubles).incrementAndGet();
                });
            }
            Peer found = alice.await("bob", PATIENCE).orElseThrow();
            CountDownLatch delivered = new CountDownLatch(threads * endpoints * each);
            for (int t = 0; t < threads; t++) {
                int first = t * each;
                new Thread(() -> {
                            for (int i = first; i < first + each; i++) {
                                byte[] payload = java.nio.ByteBuffer.allocate(64)
                                        .putInt(i)
                                        .array();
                                for (int e = 0; e < endpoints; e++) {
                                    alice.send(found.id(), "inbox-" + e, payload)
                                            .onOutcome(outcome -> {
                                                if (outcome.isDelivered()) {
                                                    delivered.countDown();
                                                }
                                            });
                                }
                            }
                        })
                        .start();
            }
            assertThat(delivered.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            // Delivered is in the queue; the handlers may have some to go.
            awaitThat(() -> received.get() == threads * endpoints * each);
            assertThat(doubles).hasValue(0);
        }
    }

    @Test
    void whoSendsToAnEndpointThatIsNotThereIsToldSoAndKeepsADeadLetter() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            Peer found = alice.await("bob", PATIENCE).orElseThrow();
            Outcome outcome = alice.send(found.id(), "nowhere", new byte[] {9}).await();
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REJECTED);
            assertThat(outcome.reason()).isEqualTo(Outcome.Reason.NO_ENDPOINT);
            assertThat(alice.deadLetters()).singleElement().satisfies(letter -> {
                assertThat(letter.endpoint()).isEqualTo("nowhere");
                assertThat(letter.payload()).containsExactly(9);
            });
            assertThat(bob.statistics().refused()).isEqualTo(1);
        }
    }

    @Test
    void aDatagramOfTheWrongKindIsRejected() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join()) {
            bob.open("inbox", SocketKind.RDM);
            Peer found = alice.await("bob", PATIENCE).orElseThrow();
            Outcome outcome = alice.send(found.id(), "inbox", new byte[0], SendOptions.DGRAM)
                    .await();
            assertThat(outcome.reason()).isEqualTo(Outcome.Reason.WRONG_KIND);
        }
    }

    @Test
    void everyHopOfAWayAnswersAProbe() throws Exception {
        try (Mesh alice = node("alice").links(pinned("bob")).join();
                Mesh bob = node("bob").links(pinned("alice", "carol")).join();
                Mesh carol = node("carol").links(pinned("bob")).join()) {
            Peer found = alice.await("carol", PATIENCE).orElseThrow();
            assertThat(alice.route(found.id()))
                    .containsExactly(
                            alice.self().id(), bob.self().id(), carol.self().id());
            List<Probed> way = alice.probe(found.id(), Duration.ofSeconds(5))
                    .toCompletableFuture()
                    .get();
            assertThat(way).extracting(Probed::hops).containsExactly(1, 2);
            assertThat(way).allSatisfy(hop -> assertThat(hop.roundTrip()).isPresent());
        }
    }

    @Test
    void whatANodeSaysOfItselfAndChangesReachesTheOthers() throws InterruptedException {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").tag("eu").attribute("rack", "7").join()) {
            Peer found = alice.await("bob", PATIENCE).orElseThrow();
            assertThat(found.tags()).containsExactly("eu");
            assertThat(found.attributes()).containsEntry("rack", "7");
            CountDownLatch changed = new CountDownLatch(1);
            alice.subscribe(event -> {
                if (event.kind() == MeshEvent.Kind.PEER_CHANGED && event.node().equals(found.id())) {
                    changed.countDown();
                }
            });
            bob.describe(is -> is.withGroups(List.of("ops")));
            assertThat(bob.description().tags()).containsExactly("eu");
            assertThat(bob.description().groups()).containsExactly("ops");
            assertThat(changed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(alice.find("bob").groups()).containsExactly("ops");
            assertThatThrownBy(() -> bob.describe(is -> is.withTags(List.of("a\u001bb"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("control character");
        }
    }

    @Test
    void aStateDirectoryIsHeldByOneNodeAndKeepsItsIdentity() {
        dev.weft.NodeId id;
        try (Mesh first = node("alice").join()) {
            id = first.self().id();
            assertThatThrownBy(() -> node("alice").join())
                    .isInstanceOf(MeshStartException.class)
                    .hasMessageContaining("held by another running node");
        }
        try (Mesh again = node("alice").join()) {
            assertThat(again.self().id()).isEqualTo(id);
            assertThat(again.self().incarnation()).isEqualTo(2);
        }
    }

    @Test
    void listeningBeyondThisHostWithoutEncryptionMustBeAskedFor() {
        assertThatThrownBy(() ->
                        node("alice").listen(Locator.parse("tcp/0.0.0.0:0")).join())
                .isInstanceOf(MeshStartException.class)
                .hasMessageContaining("--plaintext");
        assertThatThrownBy(() -> node("alice").remote(1).join())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--plaintext");
    }

    @Test
    void whatHasComeStaysToBeTakenWhenItsNodeHasLeft() throws Exception {
        try (Mesh alice = node("alice").join()) {
            Mesh bob = node("bob").join();
            NodeId toBob = alice.await("bob", PATIENCE).orElseThrow().id();
            Endpoint taken = bob.open("taken", SocketKind.RDM);
            Endpoint handled = bob.open("handled", SocketKind.RDM);
            byte[] large = new byte[3 << 20];
            for (String endpoint : List.of("taken", "taken", "handled", "handled", "handled")) {
                assertThat(alice.send(toBob, endpoint, large, SendOptions.RDM)
                                .await()
                                .isDelivered())
                        .isTrue();
            }
            CountDownLatch gone = new CountDownLatch(1);
            CountDownLatch told = new CountDownLatch(3);
            handled.onMessage(message -> {
                try {
                    gone.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                told.countDown();
            });
            bob.close();
            gone.countDown();
            assertThat(taken.receive().payload()).isEqualTo(large);
            assertThat(taken.receive().payload()).isEqualTo(large);
            assertThatThrownBy(taken::receive).isInstanceOf(IllegalStateException.class);
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static MeshConfig.Links pinned(String... names) {
        return new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of(names), List.of());
    }

    @Test
    void whatWasSentBeforeTheCloseIsDeliveredOrTold() throws InterruptedException {
        try (Mesh bob = node("bob").join()) {
            TreeSet<Integer> received = new TreeSet<>();
            bob.open("inbox", SocketKind.RDM).onMessage(message -> {
                synchronized (received) {
                    received.add(java.nio.ByteBuffer.wrap(message.payload()).getInt());
                }
            });
            List<dev.weft.Ticket> tickets = new ArrayList<>();
            try (Mesh alice = node("alice").join()) {
                Peer found = alice.await("bob", PATIENCE).orElseThrow();
                for (int i = 0; i < 500; i++) {
                    tickets.add(alice.send(
                            found.id(),
                            "inbox",
                            java.nio.ByteBuffer.allocate(2_000).putInt(i).array()));
                }
                // Nothing is awaited here: the close is what waits.
            }
            for (int i = 0; i < tickets.size(); i++) {
                assertThat(tickets.get(i).outcome().toCompletableFuture())
                        .as("message %d has ended with the close", i)
                        .isDone();
                assertThat(tickets.get(i).await().kind()).as("message %d", i).isEqualTo(Outcome.Kind.DELIVERED);
            }
            awaitThat(() -> {
                synchronized (received) {
                    return received.size() == 500;
                }
            });
        }
    }

    /** A destination that takes nothing must not hold a close up for ever, nor leave a ticket open. */
    @Test
    void whatCannotBeDeliveredIsToldWhenTheCloseHasWaitedLongEnough() throws InterruptedException {
        try (Mesh bob = node("bob").join()) {
            // Opened and never read: its queue is full after a few of these.
            bob.open("inbox", SocketKind.RDM);
            List<dev.weft.Ticket> tickets = new ArrayList<>();
            long began;
            try (Mesh alice = node("alice").join()) {
                Peer found = alice.await("bob", PATIENCE).orElseThrow();
                for (int i = 0; i < 20; i++) {
                    tickets.add(alice.send(found.id(), "inbox", new byte[1 << 20]));
                }
                began = System.nanoTime();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(Duration.ofSeconds(4), PATIENCE);
            TreeSet<Outcome.Kind> kinds = new TreeSet<>();
            for (dev.weft.Ticket ticket : tickets) {
                assertThat(ticket.outcome().toCompletableFuture()).isDone();
                kinds.add(ticket.await().kind());
            }
            assertThat(kinds).contains(Outcome.Kind.DELIVERED).hasSizeGreaterThan(1);
        }
    }

    @Test
    void severalMeshesOfOneProcessKeepToThemselves() throws InterruptedException {
        try (Mesh redAlice = of("red", "alice").join();
                Mesh redBob = of("red", "bob").join();
                Mesh blueBob = of("blue", "bob").join()) {
            List<String> reds = new ArrayList<>();
            List<String> blues = new ArrayList<>();
            Endpoint redInbox = redBob.open("inbox", SocketKind.RDM);
            Endpoint blueInbox = blueBob.open("inbox", SocketKind.RDM);
            try (Mesh blueAlice = of("blue", "alice").join()) {
                for (int i = 0; i < 50; i++) {
                    for (Mesh alice : List.of(redAlice, blueAlice)) {
                        Peer bob = alice.await("bob", PATIENCE).orElseThrow();
                        assertThat(alice.send(bob.id(), "inbox", alice.name().getBytes(UTF_8))
                                        .await()
                                        .isDelivered())
                                .isTrue();
                    }
                    reds.add(new String(redInbox.receive().payload(), UTF_8));
                    blues.add(new String(blueInbox.receive().payload(), UTF_8));
                }
                assertThat(reds).containsOnly("red");
                assertThat(blues).containsOnly("blue");
                // Nobody of the other mesh is to be seen or sent to.
                assertThat(redAlice.peers())
                        .extracting(Peer::id)
                        .containsExactly(redBob.self().id());
                Outcome astray = redAlice.send(
                                blueBob.self().id(),
                                "inbox",
                                new byte[1],
                                SendOptions.RDM.withTimeout(Duration.ofSeconds(1)))
                        .await();
                assertThat(astray.isDelivered()).isFalse();
            }
            // That one mesh has lost a node is nothing to the other.
            Peer bob = redAlice.await("bob", PATIENCE).orElseThrow();
            assertThat(redAlice.send(bob.id(), "inbox", new byte[1]).await().isDelivered())
                    .isTrue();
        }
    }

    private MeshBuilder of(String mesh, String name) {
        return Mesh.builder(mesh)
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
    }

    private static void awaitThat(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it comes true in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
