package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Endpoint;
import dev.weft.Listener;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.StreamSocket;
import dev.weft.Ticket;
import dev.weft.WhenFull;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connected sockets and the room of endpoints, between two nodes of one process over real sockets. */
@Timeout(300)
class SocketsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Mesh alice;
    private Mesh bob;
    private NodeId toBob;

    private MeshBuilder node(String name) {
        return Mesh.builder("sockets")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
    }

    @BeforeEach
    void meet() throws InterruptedException {
        alice = node("alice").join();
        bob = node("bob").join();
        toBob = alice.await("bob", PATIENCE).orElseThrow().id();
        assertThat(bob.await("alice", PATIENCE)).isPresent();
    }

    @AfterEach
    void part() {
        alice.close();
        bob.close();
    }

    @Test
    void packetsArriveInOrderInBothDirectionsAndTheEndComesLast() throws Exception {
        try (Listener<PacketSocket> listener = bob.listenPackets("talk");
                PacketSocket mine = alice.connectPackets(toBob, "talk", ConnectOptions.DEFAULT);
                PacketSocket theirs = listener.accept()) {
            List<Ticket> tickets = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                tickets.add(mine.send(("message " + i).getBytes(StandardCharsets.UTF_8)));
            }
            mine.finish();
            for (int i = 0; i < 1_000; i++) {
                byte[] message = theirs.receive().orElseThrow();
                assertThat(new String(message, StandardCharsets.UTF_8)).isEqualTo("message " + i);
            }
            assertThat(theirs.receive()).isEmpty();
            theirs.send(new byte[0]);
            theirs.finish();
            assertThat(mine.receive())
                    .hasValueSatisfying(empty -> assertThat(empty).isEmpty());
            assertThat(mine.receive()).isEmpty();
            for (Ticket ticket : tickets) {
                assertThat(ticket.await().isDelivered()).isTrue();
            }
            assertThatThrownBy(() -> mine.send(new byte[1]))
                    .isInstanceOf(ConnectionException.class)
                    .hasMessageContaining("finished");
            assertThat(theirs.peer()).isEqualTo(alice.self().id());
        }
    }

    @Test
    void aStreamCarriesEveryByteThoughItsReaderIsSlow() throws Exception {
        byte[] sent = new byte[20 << 20];
        new Random(7).nextBytes(sent);
        try (Listener<StreamSocket> listener = bob.listenStream("bytes");
                StreamSocket mine = alice.connectStream(toBob, "bytes", ConnectOptions.DEFAULT);
                StreamSocket theirs = listener.accept()) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                try {
                    mine.output().write(sent);
                    mine.finish();
                    mine.awaitFinished();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                theirs.input().transferTo(sink);
            }
            writer.join();
            assertThat(digest.digest())
                    .isEqualTo(MessageDigest.getInstance("SHA-256").digest(sent));
        }
    }

    @Test
    void writersOfBothEndsAreBlockedWhileNobodyReadsAndNothingBreaks() throws Exception {
        byte[] sent = new byte[12 << 20];
        new Random(8).nextBytes(sent);
        ConnectOptions impatient = ConnectOptions.DEFAULT.withTimeout(Duration.ofSeconds(1));
        try (Listener<StreamSocket> listener = bob.listenStream("bytes");
                StreamSocket mine = alice.connectStream(toBob, "bytes", impatient);
                StreamSocket theirs = listener.accept()) {
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (StreamSocket end : List.of(mine, theirs)) {
                writers.add(CompletableFuture.runAsync(() -> {
                    try {
                        end.output().write(sent);
                        end.finish();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            assertThatThrownBy(() -> CompletableFuture.anyOf(writers.toArray(CompletableFuture<?>[]::new))
                            .get(4, TimeUnit.SECONDS))
                    .as("4 MiB wait here and 4 MiB there, for four timeouts")
                    .isInstanceOf(TimeoutException.class);
            assertThat(theirs.input().readNBytes(sent.length)).isEqualTo(sent);
            writers.get(0).join();
            assertThat(mine.input().readAllBytes()).isEqualTo(sent);
            writers.get(1).join();
            mine.awaitFinished();
            theirs.awaitFinished();
        }
    }

    @Test
    void aHandlerGetsEveryMessageInOrderAndItsOwnerHearsOfTheEnd() throws Exception {
        try (Listener<PacketSocket> listener = bob.listenPackets("talk");
                PacketSocket mine = alice.connectPackets(toBob, "talk", ConnectOptions.DEFAULT);
                PacketSocket theirs = listener.accept()) {
            List<String> handled = Collections.synchronizedList(new ArrayList<>());
            mine.send("0".getBytes(StandardCharsets.UTF_8)).await();
            CompletableFuture<Void> end = theirs.onMessage(
                            message -> handled.add(new String(message, StandardCharsets.UTF_8)))
                    .toCompletableFuture();
            for (int i = 1; i < 2_000; i++) {
                mine.send(Integer.toString(i).getBytes(StandardCharsets.UTF_8));
            }
            assertThat(end).isNotDone();
            mine.finish();
            end.get(20, TimeUnit.SECONDS);
            assertThat(handled)
                    .isEqualTo(IntStream.range(0, 2_000)
                            .mapToObj(Integer::toString)
                            .toList());
            assertThatThrownBy(() -> theirs.onMessage(message -> {})).isInstanceOf(IllegalStateException.class);

            CompletableFuture<Void> broken = mine.onMessage(message -> {}).toCompletableFuture();
            theirs.abort();
            assertThatThrownBy(() -> broken.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(ConnectionException.class);
        }
    }

    @Test
    void aHandlerThatWorksHoldsTheSenderUp() throws Exception {
        try (Listener<PacketSocket> listener = bob.listenPackets("talk");
                PacketSocket mine = alice.connectPackets(toBob, "talk", ConnectOptions.DEFAULT);
                PacketSocket theirs = listener.accept()) {
            CompletableFuture<Void> pause = new CompletableFuture<>();
            AtomicInteger handled = new AtomicInteger();
            CompletableFuture<Void> end = theirs.onMessage(message -> {
                        pause.join();
                        handled.incrementAndGet();
                    })
                    .toCompletableFuture();
            CompletableFuture<Integer> sender = CompletableFuture.supplyAsync(() -> {
                try {
                    for (int i = 0; i < 24; i++) {
                        mine.send(new byte[1 << 20]);
                    }
                    mine.finish();
                    return 24;
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThatThrownBy(() -> sender.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            pause.complete(null);
            assertThat(sender.get(20, TimeUnit.SECONDS)).isEqualTo(24);
            end.get(20, TimeUnit.SECONDS);
            assertThat(handled).hasValue(24);
        }
    }

    @Test
    void aMessageThatCannotLeaveInItsTimeIsWithdrawnAndTheConnectionGoesOn() throws Exception {
        try (Listener<PacketSocket> listener = bob.listenPackets("talk");
                PacketSocket mine = alice.connectPackets(toBob, "talk", ConnectOptions.DEFAULT);
                PacketSocket theirs = listener.accept()) {
            List<Ticket> tickets = new ArrayList<>();
            int expired = 0;
            while (expired < 3) {
                Ticket ticket = mine.send(new byte[100_000 + tickets.size()], Duration.ofMillis(300));
                tickets.add(ticket);
                expired = (int) tickets.stream()
                        .map(each -> each.outcome().toCompletableFuture())
                        .filter(each -> each.isDone() && each.join().kind() == Outcome.Kind.EXPIRED)
                        .count();
            }
            mine.finish();
            List<Integer> received = new ArrayList<>();
            for (Optional<byte[]> next = theirs.receive(); next.isPresent(); next = theirs.receive()) {
                received.add(next.get().length);
            }
            List<Integer> delivered = new ArrayList<>();
            for (int i = 0; i < tickets.size(); i++) {
                Outcome outcome = tickets.get(i).await();
                assertThat(outcome.kind()).isIn(Outcome.Kind.DELIVERED, Outcome.Kind.EXPIRED);
                if (outcome.isDelivered()) {
                    delivered.add(100_000 + i);
                }
            }
            assertThat(received).isEqualTo(delivered).hasSizeGreaterThan(20);
            assertThatThrownBy(() -> mine.send(new byte[1], Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void connectingToNobodyOrToAnotherKindIsRefusedWithTheReason() {
        bob.open("inbox", SocketKind.RDM);
        bob.listenStream("bytes");
        assertThat(refusal("nobody")).isEqualTo(Outcome.Reason.NO_ENDPOINT);
        assertThat(refusal("inbox")).isEqualTo(Outcome.Reason.WRONG_KIND);
        assertThat(refusal("bytes")).isEqualTo(Outcome.Reason.WRONG_KIND);
        assertThatThrownBy(() -> alice.connectPackets(new NodeId(1, 2), "x", ConnectOptions.DEFAULT))
                .isInstanceOf(ConnectionException.class)
                .hasMessageContaining("no route");
    }

    private Outcome.Reason refusal(String endpoint) {
        try {
            alice.connectPackets(toBob, endpoint, ConnectOptions.DEFAULT);
            return Outcome.Reason.NONE;
        } catch (ConnectionException e) {
            return e.outcome().reason();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAbortIsSeenAtTheOtherEndAndByWhoeverWaits() throws Exception {
        try (Listener<PacketSocket> listener = bob.listenPackets("talk");
                PacketSocket mine = alice.connectPackets(toBob, "talk", ConnectOptions.DEFAULT);
                PacketSocket theirs = listener.accept()) {
            assertThatThrownBy(() -> theirs.receive(Duration.ofMillis(10))).isInstanceOf(TimeoutException.class);
            mine.abort();
            assertThatThrownBy(theirs::receive)
                    .isInstanceOf(ConnectionException.class)
                    .hasMessageContaining("connection reset");
            assertThatThrownBy(() -> mine.send(new byte[1])).isInstanceOf(ConnectionException.class);
        }
    }

    @Test
    void whoReadsTheEndCanFinishThoughTheOtherHasClosed() throws Exception {
        for (int i = 0; i < 50; i++) {
            try (Listener<StreamSocket> listener = bob.listenStream("bytes");
                    StreamSocket mine = alice.connectStream(toBob, "bytes", ConnectOptions.DEFAULT);
                    StreamSocket theirs = listener.accept()) {
                mine.output().write(new byte[100_000]);
                mine.finish();
                CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> {
                    try {
                        int bytes = theirs.input().readAllBytes().length;
                        theirs.finish();
                        theirs.awaitFinished();
                        return bytes;
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                mine.awaitFinished();
                mine.close();
                assertThat(read.join()).isEqualTo(100_000);
            }
        }
    }

    @Test
    void aSenderThatWaitsForRoomGivesUpWhenItsEndIsClosed() throws Exception {
        try (Listener<PacketSocket> listener = bob.listenPackets("talk");
                PacketSocket mine = alice.connectPackets(toBob, "talk", ConnectOptions.DEFAULT);
                PacketSocket theirs = listener.accept()) {
            CompletableFuture<String> sender = CompletableFuture.supplyAsync(() -> {
                try {
                    while (true) {
                        mine.send(new byte[1 << 20]);
                    }
                } catch (IOException | InterruptedException e) {
                    return e.getMessage();
                }
            });
            assertThatThrownBy(() -> sender.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            mine.close();
            assertThat(sender.get()).contains("finished");
            assertThat(theirs.receive()).isPresent();
        }
    }

    @Test
    void aNodeThatLeavesEndsItsConnections() throws Exception {
        Listener<PacketSocket> listener = bob.listenPackets("talk");
        PacketSocket mine = alice.connectPackets(toBob, "talk", ConnectOptions.DEFAULT);
        listener.accept();
        bob.close();
        assertThatThrownBy(mine::receive).isInstanceOf(ConnectionException.class);
    }

    @Test
    void aNodeConnectsToItself() throws Exception {
        try (Listener<PacketSocket> listener = alice.listenPackets("self");
                PacketSocket out = alice.connectPackets(alice.self().id(), "self", ConnectOptions.DEFAULT);
                PacketSocket in = listener.accept()) {
            Outcome outcome = out.send(new byte[] {1, 2}).await();
            assertThat(outcome.isDelivered()).isTrue();
            assertThat(outcome.hops()).isZero();
            assertThat(in.receive().orElseThrow()).containsExactly(1, 2);
        }
    }

    @Test
    void aFullEndpointMakesSendersWaitOrRefusesThemAsTheyChose() throws Exception {
        Endpoint inbox = bob.open("inbox", SocketKind.RDM);
        byte[] large = new byte[1 << 20];
        List<Ticket> waiting = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            waiting.add(alice.send(toBob, "inbox", large));
        }
        for (int i = 0; i < 16; i++) {
            assertThat(waiting.get(i).await(PATIENCE)).isPresent();
        }
        assertThat(waiting.get(23).await(Duration.ofMillis(300))).isEmpty();
        SendOptions impatient = SendOptions.RDM.withWhenFull(WhenFull.REFUSE);
        Outcome refused = alice.send(toBob, "inbox", large, impatient).await();
        assertThat(refused.kind()).isEqualTo(Outcome.Kind.REJECTED);
        assertThat(refused.reason()).isEqualTo(Outcome.Reason.QUEUE_FULL);
        for (int i = 0; i < 24; i++) {
            assertThat(inbox.receive(PATIENCE)).isPresent();
        }
        for (Ticket ticket : waiting) {
            assertThat(ticket.await(PATIENCE))
                    .hasValueSatisfying(
                            outcome -> assertThat(outcome.isDelivered()).isTrue());
        }
    }
}
