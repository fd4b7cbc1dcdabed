package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Endpoint;
import dev.weft.GroupSendOptions;
import dev.weft.GroupTicket;
import dev.weft.Limit;
import dev.weft.Listener;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Peer;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.StreamSocket;
import dev.weft.Ticket;
import dev.weft.WhenFull;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every limit of a node, hit: whoever asks for more is blocked or told, nothing is lost, and it is counted. */
@Timeout(300)
class LimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SendOptions IMPATIENT = SendOptions.RDM.withWhenFull(WhenFull.REFUSE);

    @TempDir
    Path directory;

    private final List<Mesh> nodes = new ArrayList<>();

    private Mesh node(String name, UnaryOperator<MeshBuilder> limits) {
        Mesh node = limits.apply(Mesh.builder("limits")
                        .nodeName(name)
                        .stateDirectory(directory.resolve(name))
                        .runtimeDirectory(directory.resolve("run"))
                        .beacon(MeshConfig.Beacon.NONE))
                .join();
        nodes.add(node);
        return node;
    }

    private static NodeId seen(Mesh by, Mesh other) throws InterruptedException {
        assertThat(other.await(by.self().name(), PATIENCE)).isPresent();
        return by.await(other.self().name(), PATIENCE).orElseThrow().id();
    }

    @AfterEach
    void part() {
        nodes.forEach(Mesh::close);
    }

    private static long counter(Mesh node, String name) {
        return node.statistics().counters().get(name);
    }

    private static Outcome sendOne(Mesh from, NodeId to, String endpoint, int bytes, SendOptions options)
            throws InterruptedException {
        return from.send(to, endpoint, new byte[bytes], options).await();
    }

    /** One sender, one receiver: all three rates come to the same. */
    @ParameterizedTest
    @EnumSource(names = {"SEND_RATE", "RECEIVE_RATE", "LINK_SEND_RATE"})
    void aRateSlowsItsSendersDownIsSeenByOthersAndLosesNothing(Limit rate) throws Exception {
        long bitsPerSecond = 8_000_000;
        boolean isReceivers = rate == Limit.RECEIVE_RATE;
        Mesh alice = node("alice", is -> isReceivers ? is : is.limit(rate, bitsPerSecond));
        Mesh bob = node("bob", is -> isReceivers ? is.limit(rate, bitsPerSecond) : is);
        NodeId toBob = seen(alice, bob);
        Peer.Bandwidth advertised = switch (rate) {
            case SEND_RATE -> new Peer.Bandwidth(0, bitsPerSecond);
            case RECEIVE_RATE -> new Peer.Bandwidth(bitsPerSecond, 0);
            default -> Peer.Bandwidth.UNKNOWN;
        };
        Mesh other = isReceivers ? alice : bob;
        NodeId limited = (isReceivers ? bob : alice).self().id();
        assertThat(bandwidthOf(other, limited)).isEqualTo(advertised);

        AtomicInteger received = new AtomicInteger();
        try (Endpoint inbox = bob.open("inbox", SocketKind.RDM)) {
            inbox.onMessage(message -> received.incrementAndGet());
            int messages = 200;
            int bytes = 8_000;
            long beganNanos = System.nanoTime();
            List<Ticket> patient = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                patient.add(alice.send(toBob, "inbox", new byte[bytes]));
            }
            for (Ticket ticket : patient) {
                assertThat(ticket.await(PATIENCE))
                        .hasValueSatisfying(
                                fate -> assertThat(fate.isDelivered()).isTrue());
            }
            long nanos = System.nanoTime() - beganNanos;
            // All but a burst goes at the rate.
            long burstBytes = 128 << 10;
            long leastNanos = ((long) messages * bytes - burstBytes) * 8 * 1_000_000_000L / bitsPerSecond;
            assertThat(nanos).isGreaterThan(leastNanos);
            assertThat(counter(alice, "rate.send-waits") + counter(bob, "rate.receive-waits"))
                    .isPositive();

            List<Ticket> hurried = new ArrayList<>();
            SendOptions soon = SendOptions.RDM.withTimeout(Duration.ofMillis(400));
            for (int i = 0; i < messages; i++) {
                hurried.add(alice.send(toBob, "inbox", new byte[bytes], soon));
            }
            int told = 0;
            int delivered = 0;
            for (Ticket ticket : hurried) {
                Outcome fate = ticket.await(PATIENCE).orElseThrow();
                delivered += fate.isDelivered() ? 1 : 0;
                told += fate.kind() == Outcome.Kind.EXPIRED || fate.kind() == Outcome.Kind.UNKNOWN ? 1 : 0;
            }
            assertThat(delivered + told).as("every one has a fate").isEqualTo(messages);
            assertThat(told)
                    .as("what the rate does not let through in time is told")
                    .isPositive();
            long untilNanos = System.nanoTime() + PATIENCE.toNanos();
            while (received.get() < messages + delivered && System.nanoTime() < untilNanos) {
                Thread.sleep(5);
            }
            assertThat(received.get()).as("what is delivered has come").isGreaterThanOrEqualTo(messages + delivered);
        }
    }

    private static Peer.Bandwidth bandwidthOf(Mesh by, NodeId node) {
        return by.peers().stream()
                .filter(peer -> peer.id().equals(node))
                .findFirst()
                .orElseThrow()
                .bandwidth();
    }

    @Test
    void writersOfManyConnectionsAreBlockedByWhatTheNodeHoldsAndNoneBreaks() throws Exception {
        int connections = 12;
        int each = 6 << 20;
        long most = 32L << 20;
        Mesh alice = node("alice", is -> is.limit(Limit.SENT_BYTES, most));
        Mesh bob = node("bob", is -> is.limit(Limit.CONNECTION_BYTES, 64 << 10));
        NodeId toBob = seen(alice, bob);
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        List<CompletableFuture<Integer>> readers = new ArrayList<>();
        try (Listener<StreamSocket> listener = bob.listenStream("slow")) {
            List<StreamSocket> theirs = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                StreamSocket mine = alice.connectStream(toBob, "slow", ConnectOptions.DEFAULT);
                theirs.add(listener.accept());
                writers.add(CompletableFuture.runAsync(() -> write(mine, each), threads));
            }
            long held = 0;
            // A sixth of what the node may hold is kept for what is more urgent.
            while (held < (most - (16 << 20)) * 5 / 6) {
                Thread.sleep(5);
                held = counter(alice, "send.held-bytes");
            }
            // While the first buffers fill there is room again for moments.
            long inTime = 0;
            Outcome behind = alice.send(toBob, "nobody", new byte[1], IMPATIENT).await();
            while (inTime < 200 && behind.reason() == Outcome.Reason.NO_ENDPOINT) {
                inTime++;
                Thread.sleep(5);
                behind = alice.send(toBob, "nobody", new byte[1], IMPATIENT).await();
            }
            assertThat(behind).isEqualTo(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.QUEUE_FULL));
            assertThat(writers).noneMatch(CompletableFuture::isDone);
            assertThat(sendOne(alice, toBob, "nobody", 1, IMPATIENT.withPriority(7))
                            .reason())
                    .as("what is more urgent finds room")
                    .isEqualTo(Outcome.Reason.NO_ENDPOINT);
            inTime++;
            for (StreamSocket reader : theirs) {
                readers.add(CompletableFuture.supplyAsync(() -> readAll(reader), threads));
            }
            long highest = held;
            while (!readers.stream().allMatch(CompletableFuture::isDone)) {
                highest = Math.max(highest, counter(alice, "flow.queued-bytes"));
                Thread.sleep(1);
            }
            assertThat(highest).isLessThanOrEqualTo(most);
            for (int i = 0; i < connections; i++) {
                assertThat(readers.get(i).join()).isEqualTo(each);
                writers.get(i).join();
            }
            assertThat(alice.statistics().outcomes().get(Outcome.Kind.REJECTED))
                    .as("none but what found room and no endpoint")
                    .isEqualTo(inTime);
            assertThat(counter(alice, "send.waited")).isPositive();
            assertThat(counter(alice, "send.held-bytes")).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    private static void write(StreamSocket to, int bytes) {
        try {
            to.output().write(new byte[bytes]);
            to.finish();
            to.awaitFinished();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int readAll(StreamSocket from) {
        try {
            return from.input().readAllBytes().length;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoWaitsForRoomOnTheNodeIsWokenWhenTheConnectionBreaks() throws Exception {
        Mesh alice = node("alice", is -> is.limit(Limit.SENT_BYTES, 32 << 20));
        Mesh bob = node("bob", is -> is.limit(Limit.CONNECTION_BYTES, 64 << 10));
        NodeId toBob = seen(alice, bob);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Listener<PacketSocket> listener = bob.listenPackets("slow")) {
            List<PacketSocket> mine = new ArrayList<>();
            List<CompletableFuture<Boolean>> told = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                PacketSocket socket = alice.connectPackets(toBob, "slow", ConnectOptions.DEFAULT);
                listener.accept();
                mine.add(socket);
                told.add(CompletableFuture.supplyAsync(() -> sendUntilTold(socket), threads));
            }
            while (counter(alice, "send.waited") == 0) {
                Thread.sleep(5);
            }
            mine.forEach(PacketSocket::abort);
            told.forEach(writer -> assertThat(writer.join()).isTrue());
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean sendUntilTold(PacketSocket to) {
        try {
            while (true) {
                to.send(new byte[1 << 20]);
            }
        } catch (ConnectionException e) {
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void oneFullFlowHoldsUpNoOtherAndItsSenderWaitsOrIsToldAsItChose() throws Exception {
        Mesh alice = node("alice", is -> is.limit(Limit.FLOW_BYTES, 256 << 10));
        Mesh bob = node("bob", is -> is.limit(Limit.ENDPOINT_BYTES, 64 << 10));
        NodeId toBob = seen(alice, bob);
        Endpoint full = bob.open("full", SocketKind.RDM);
        bob.open("free", SocketKind.RDM);
        List<Ticket> sent = new ArrayList<>();
        Outcome last = Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE);
        while (last.isDelivered()) {
            SendOptions brief = SendOptions.RDM.withTimeout(Duration.ofMillis(200));
            Ticket ticket = alice.send(toBob, "full", new byte[32 << 10]);
            sent.add(ticket);
            if (sent.size() == 10) {
                // Two are at the endpoint, which has 64 KiB; the other eight hold the 256 KiB here.
                last = sendOne(alice, toBob, "full", 32 << 10, brief);
            }
        }
        assertThat(last.kind()).isEqualTo(Outcome.Kind.EXPIRED);
        assertThat(sendOne(alice, toBob, "free", 32 << 10, SendOptions.RDM).isDelivered())
                .isTrue();
        assertThat(counter(alice, "send.waited")).isPositive();
        long refusedBefore = counter(alice, "send.refused");
        assertThat(sendOne(alice, toBob, "full", 32 << 10, IMPATIENT))
                .isEqualTo(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.QUEUE_FULL));
        assertThat(counter(alice, "send.refused")).isEqualTo(refusedBefore + 1);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(full.receive(PATIENCE)).isPresent();
        }
        for (Ticket ticket : sent) {
            assertThat(ticket.await().isDelivered()).isTrue();
        }
    }

    @Test
    void aGroupThatHasNoRoomHoldsUpNoOtherAndItsSenderWaitsOrIsToldAsItChose() throws Exception {
        Mesh alice = node("alice", is -> is.limit(Limit.FLOW_BYTES, 256 << 10));
        Mesh bob = node("bob", is -> is);
        NodeId toBob = seen(alice, bob);
        Membership slow = bob.group("slow").join(MembershipOptions.BLOCK.withMessagesMax(1));
        bob.group("other").join();
        while (alice.group("slow").members().isEmpty()
                || alice.group("other").members().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        List<GroupTicket> sent = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            sent.add(alice.group("slow").send(new byte[32 << 10]));
        }
        GroupSendOptions brief = GroupSendOptions.RDM.withTimeout(Duration.ofMillis(200));
        Outcome last = Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE);
        while (last.isDelivered()) {
            GroupTicket ticket = alice.group("slow").send(new byte[32 << 10], brief);
            last = ticket.await().byMember().get(toBob);
            assertThat(last).isNotNull();
        }
        assertThat(last.kind()).isIn(Outcome.Kind.EXPIRED, Outcome.Kind.UNKNOWN);
        GroupSendOptions impatient = GroupSendOptions.RDM.withWhenFull(WhenFull.REFUSE);
        assertThat(alice.group("other")
                        .send(new byte[32 << 10], impatient)
                        .await()
                        .isDeliveredToAll())
                .isTrue();
        Outcome refused = alice.group("slow")
                .send(new byte[32 << 10], impatient)
                .await()
                .byMember()
                .get(toBob);
        assertThat(refused).isEqualTo(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.QUEUE_FULL));
        assertThat(counter(alice, "send.waited")).isPositive();
        assertThat(counter(alice, "send.refused")).isPositive();
        for (int i = 0; i < sent.size(); i++) {
            assertThat(slow.receive(PATIENCE)).isPresent();
        }
        for (GroupTicket ticket : sent) {
            assertThat(ticket.await().isDeliveredToAll()).isTrue();
        }
        assertThat(counter(alice, "send.held-bytes")).isZero();
    }

    @Test
    void anEndpointHoldsNoMoreThanItMayAndCountsWhatFoundNoRoom() throws Exception {
        long most = 64 << 10;
        Mesh alice = node("alice", is -> is);
        Mesh bob = node("bob", is -> is.limit(Limit.ENDPOINT_BYTES, most));
        NodeId toBob = seen(alice, bob);
        Endpoint full = bob.open("full", SocketKind.RDM);
        List<Ticket> patient = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            patient.add(alice.send(toBob, "full", new byte[10_000]));
        }
        while (counter(bob, "endpoint.no-room") == 0) {
            Thread.sleep(5);
        }
        assertThat(sendOne(alice, toBob, "full", 10_000, IMPATIENT).reason()).isEqualTo(Outcome.Reason.QUEUE_FULL);
        long held = bob.statistics().endpoints().get(0).heldBytes();
        assertThat(held).isBetween(most, most + 10_128).isEqualTo(counter(bob, "endpoint.held-bytes"));
        for (int i = 0; i < patient.size(); i++) {
            assertThat(full.receive(PATIENCE)).isPresent();
        }
        for (Ticket ticket : patient) {
            assertThat(ticket.await().isDelivered()).isTrue();
        }
    }

    @Test
    void aWriterIsBlockedByWhatItsReaderHasNotTaken() throws Exception {
        long most = 64 << 10;
        int whole = 4 << 20;
        Mesh alice = node("alice", is -> is.limit(Limit.FLOW_BYTES, 64 << 10));
        Mesh bob = node("bob", is -> is.limit(Limit.CONNECTION_BYTES, most));
        NodeId toBob = seen(alice, bob);
        try (Listener<StreamSocket> listener = bob.listenStream("slow")) {
            StreamSocket mine = alice.connectStream(toBob, "slow", ConnectOptions.DEFAULT);
            StreamSocket theirs = listener.accept();
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(mine, whole));
            while (counter(bob, "endpoint.held-bytes") < most) {
                Thread.sleep(5);
            }
            assertThat(writer).isNotDone();
            byte[] piece = new byte[1_000];
            long highest = 0;
            int taken = 0;
            for (int count = theirs.input().read(piece);
                    count > 0;
                    count = theirs.input().read(piece)) {
                taken += count;
                highest = taken % (64 << 10) < 1_000 ? Math.max(highest, counter(bob, "endpoint.held-bytes")) : highest;
            }
            assertThat(taken).isEqualTo(whole);
            assertThat(highest).isLessThanOrEqualTo(2 * most);
            writer.join();
        }
    }

    @Test
    void aFlowToManyTooManyIsRejected() throws Exception {
        Mesh alice = node("alice", is -> is.limit(Limit.GROUP_FLOWS, 1));
        Mesh bob = node("bob", is -> is);
        NodeId toBob = seen(alice, bob);
        Membership slow = bob.group("slow").join(MembershipOptions.BLOCK.withMessagesMax(1));
        bob.group("other").join();
        while (alice.group("slow").members().isEmpty()
                || alice.group("other").members().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        List<GroupTicket> sent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sent.add(alice.group("slow").send(new byte[10]));
            // Together they would be one parcel, for which there is room as long as the inbox is empty.
            sent.get(0).await();
        }
        assertThat(alice.group("other").send(new byte[10]).await().byMember().get(toBob))
                .isEqualTo(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.LIMIT));
        assertThat(counter(alice, "group.outbound")).isEqualTo(1);
        assertThat(counter(alice, "group.rejected")).isEqualTo(1);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(slow.receive(PATIENCE)).isPresent();
        }
    }

    @Test
    void messagesForManyThatAreNotDeliveredHoldNoMoreThanTheyMayAndAllComeInTheEnd() throws Exception {
        long most = 1 << 20;
        Mesh alice = node("alice", is -> is);
        Mesh bob = node("bob", is -> is.limit(Limit.GROUP_BYTES, most));
        NodeId toBob = seen(alice, bob);
        Membership slow = bob.group("slow").join(MembershipOptions.BLOCK.withMessagesMax(1));
        while (alice.group("slow").members().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        int bytes = 200_000;
        List<GroupTicket> sent = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            sent.add(alice.group("slow").send(new byte[bytes]));
        }
        while (counter(bob, "group.held-bytes") < most - bytes - 100) {
            Thread.sleep(5);
        }
        for (int i = 0; i < sent.size(); i++) {
            assertThat(counter(bob, "group.held-bytes")).isLessThanOrEqualTo(most);
            assertThat(slow.receive(PATIENCE)).as("message %d", i).isPresent();
        }
        for (GroupTicket ticket : sent) {
            assertThat(ticket.await().byMember().get(toBob).isDelivered()).isTrue();
        }
    }

    @Test
    void aMessageForTooManyIsRejected() throws Exception {
        Mesh alice = node("alice", is -> is.limit(Limit.GROUP_MEMBERS, 1));
        Mesh bob = node("bob", is -> is);
        Mesh carol = node("carol", is -> is);
        NodeId toBob = seen(alice, bob);
        seen(alice, carol);
        bob.group("both").join();
        carol.group("both").join();
        while (alice.group("both").members().size() < 2) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(alice.group("both").send(new byte[10]).await().byMember().get(toBob))
                .isEqualTo(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.LIMIT));
    }

    @Test
    void allEndpointsTogetherHoldNoMoreThanTheNodeMay() throws Exception {
        Mesh alice = node("alice", is -> is);
        Mesh bob = node("bob", is -> is.limit(Limit.RECEIVED_BYTES, 1 << 20));
        NodeId toBob = seen(alice, bob);
        List<Endpoint> endpoints = new ArrayList<>();
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            endpoints.add(bob.open("e" + i, SocketKind.RDM));
            for (int k = 0; k < 16; k++) {
                tickets.add(alice.send(toBob, "e" + i, new byte[100_000]));
            }
        }
        while (counter(bob, "endpoint.no-room") == 0) {
            Thread.sleep(5);
        }
        assertThat(counter(bob, "endpoint.held-bytes")).isBetween(1L << 20, (1L << 20) + 4 * 101_000);
        assertThat(sendOne(alice, toBob, "e0", 100_000, IMPATIENT).reason()).isEqualTo(Outcome.Reason.QUEUE_FULL);
        for (Endpoint endpoint : endpoints) {
            for (int k = 0; k < 16; k++) {
                assertThat(endpoint.receive(PATIENCE))
                        .as("message %d at %s, with %s", k, endpoint.name(), bob.statistics())
                        .isPresent();
            }
        }
        for (Ticket ticket : tickets) {
            assertThat(ticket.await().isDelivered()).isTrue();
        }
    }

    @Test
    void anEndpointTooManyIsNotOpened() {
        Mesh alice = node("alice", is -> is.limit(Limit.ENDPOINTS, 2));
        Endpoint one = alice.open("one", SocketKind.RDM);
        alice.listenStream("two");
        assertThatThrownBy(() -> alice.open("three", SocketKind.DGRAM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("endpoints");
        assertThatThrownBy(() -> alice.listenPackets("three")).isInstanceOf(IllegalStateException.class);
        assertThat(counter(alice, "endpoint.open")).isEqualTo(2);
        one.close();
        alice.open("three", SocketKind.DGRAM).close();
    }

    @Test
    void aFlowTooManyIsRefusedAtItsOriginUntilAnotherHasNothingToDo() throws Exception {
        Mesh alice = node("alice", is -> is.limit(Limit.FLOWS, 2));
        Mesh bob = node("bob", is -> is.limit(Limit.ENDPOINT_BYTES, 64 << 10));
        NodeId toBob = seen(alice, bob);
        List<Endpoint> busy = List.of(bob.open("a", SocketKind.RDM), bob.open("b", SocketKind.RDM));
        bob.open("c", SocketKind.RDM);
        List<Ticket> waiting = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            for (int i = 0; i < 3; i++) {
                waiting.add(alice.send(toBob, name, new byte[64 << 10]));
            }
        }
        Outcome refused = sendOne(alice, toBob, "c", 1, SendOptions.RDM);
        assertThat(refused).isEqualTo(Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.LIMIT));
        assertThat(counter(alice, "flow.outbound-refused")).isEqualTo(1);
        for (Endpoint endpoint : busy) {
            for (int i = 0; i < 3; i++) {
                assertThat(endpoint.receive(PATIENCE)).isPresent();
            }
        }
        for (Ticket ticket : waiting) {
            assertThat(ticket.await().isDelivered()).isTrue();
        }
        Outcome later = refused;
        while (!later.isDelivered()) {
            later = sendOne(alice, toBob, "c", 1, SendOptions.RDM);
        }
    }

    @Test
    void aFlowTooManyIsRefusedAtItsDestination() throws Exception {
        Mesh alice = node("alice", is -> is);
        Mesh bob = node("bob", is -> is.limit(Limit.FLOWS, 1));
        NodeId toBob = seen(alice, bob);
        bob.open("a", SocketKind.RDM);
        bob.open("b", SocketKind.RDM);
        assertThat(sendOne(alice, toBob, "a", 1, SendOptions.RDM).isDelivered()).isTrue();
        Outcome refused = sendOne(alice, toBob, "b", 1, SendOptions.RDM.withTimeout(Duration.ofSeconds(2)));
        assertThat(refused.isDelivered()).isFalse();
        assertThat(refused.reason()).isEqualTo(Outcome.Reason.LIMIT);
        assertThat(counter(bob, "flow.inbound-refused")).isPositive();
    }

    @Test
    void aConnectionTooManyIsRefusedAtEitherEnd() throws Exception {
        Mesh alice = node("alice", is -> is);
        Mesh bob = node("bob", is -> is.limit(Limit.CONNECTIONS, 1));
        NodeId toBob = seen(alice, bob);
        NodeId toAlice = seen(bob, alice);
        alice.listenPackets("there");
        try (Listener<PacketSocket> listener = bob.listenPackets("here");
                PacketSocket one = alice.connectPackets(toBob, "here", ConnectOptions.DEFAULT)) {
            assertThat(refusal(alice, toBob)).isEqualTo(Outcome.Reason.QUEUE_FULL);
            assertThatThrownBy(() -> bob.connectPackets(toAlice, "there", ConnectOptions.DEFAULT))
                    .isInstanceOfSatisfying(
                            ConnectionException.class,
                            e -> assertThat(e.outcome().reason()).isEqualTo(Outcome.Reason.LIMIT));
            assertThat(counter(bob, "connection.open")).isEqualTo(1);
            assertThat(counter(bob, "connection.refused")).isEqualTo(2);
            assertThat(one.send(new byte[1]).await().isDelivered()).isTrue();
            listener.accept().close();
        }
    }

    @Test
    void aBacklogThatIsFullRefusesUntilSomebodyAccepts() throws Exception {
        Mesh alice = node("alice", is -> is);
        Mesh bob = node("bob", is -> is.limit(Limit.BACKLOG, 1));
        NodeId toBob = seen(alice, bob);
        try (Listener<PacketSocket> listener = bob.listenPackets("here");
                PacketSocket one = alice.connectPackets(toBob, "here", ConnectOptions.DEFAULT)) {
            assertThat(refusal(alice, toBob)).isEqualTo(Outcome.Reason.QUEUE_FULL);
            assertThat(listener.accept().peer()).isEqualTo(alice.self().id());
            // There is room once the loop has heard that one was accepted.
            Outcome.Reason again = refusal(alice, toBob);
            for (int tries = 0; tries < 200 && again == Outcome.Reason.QUEUE_FULL; tries++) {
                Thread.sleep(5);
                again = refusal(alice, toBob);
            }
            assertThat(again).isEqualTo(Outcome.Reason.NONE);
            assertThat(one.send(new byte[1]).await().isDelivered()).isTrue();
        }
    }

    private static Outcome.Reason refusal(Mesh from, NodeId to) throws InterruptedException {
        try {
            from.connectPackets(to, "here", ConnectOptions.DEFAULT).close();
            return Outcome.Reason.NONE;
        } catch (ConnectionException e) {
            return e.outcome().reason();
        }
    }

    @Test
    void aLinkTooManyIsRefusedWhichBothEndsCanSee() throws Exception {
        Mesh alice = node("alice", is -> is.limit(Limit.LINKS, 1));
        Mesh bob = node("bob", is -> is);
        seen(alice, bob);
        Mesh carol = node("carol", is -> is);
        while (carol.refusals().stream().noneMatch(refusal -> refusal.reason().equals("LIMIT"))
                && alice.refusals().stream()
                        .noneMatch(refusal -> refusal.reason().equals("LIMIT"))) {
            Thread.sleep(5);
        }
        assertThat(counter(alice, "link.over-limit")).isPositive();
        assertThat(counter(alice, "link.up")).isEqualTo(1);
        assertThat(seen(carol, alice))
                .as("by way of bob")
                .isEqualTo(alice.self().id());
    }

    @Test
    void everyLimitRefusesWhatIsOutOfItsRange() {
        for (Limit limit : Limit.values()) {
            limit.require(limit.fallback());
            assertThatThrownBy(() -> Mesh.builder("limits").limit(limit, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(limit.key());
        }
        assertThat(Arrays.stream(Limit.values()).map(Limit::key)).doesNotHaveDuplicates();
    }
}
