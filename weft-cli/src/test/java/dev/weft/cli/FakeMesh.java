package dev.weft.cli;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Credential;
import dev.weft.DeadLetter;
import dev.weft.Description;
import dev.weft.Endpoint;
import dev.weft.Group;
import dev.weft.GroupMessage;
import dev.weft.GroupOutcome;
import dev.weft.GroupSendOptions;
import dev.weft.GroupTicket;
import dev.weft.ListenOptions;
import dev.weft.Listener;
import dev.weft.Locator;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.NodeNotFoundException;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Peer;
import dev.weft.Probed;
import dev.weft.Refusal;
import dev.weft.Revocations;
import dev.weft.Secrecy;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import dev.weft.StreamSocket;
import dev.weft.Ticket;
import dev.weft.Topology;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A mesh that answers from a script and writes down what it was asked. This node, {@code self}, is linked to alice,
 * alice to bob; two nodes are called twin, and their ids begin with the same digits.
 */
final class FakeMesh implements Mesh {
    final List<Refusal> refusals = new ArrayList<>();
    final List<List<MeshKey>> rekeyed = new java.util.concurrent.CopyOnWriteArrayList<>();
    static final NodeId SELF = NodeId.parse("5e1f0000-0000-8000-8000-000000000001");
    static final NodeId ALICE = NodeId.parse("a11ce000-0000-8000-8000-000000000002");
    static final NodeId BOB = NodeId.parse("b0b00000-0000-8000-8000-000000000003");
    static final NodeId TWIN = NodeId.parse("d0d01111-0000-8000-8000-000000000004");
    static final NodeId OTHER_TWIN = NodeId.parse("d0d02222-0000-8000-8000-000000000005");

    /** One send as the mesh was asked for it. */
    record Sent(NodeId node, String endpoint, String payload, SendOptions options) {}

    /** One send to a group as the mesh was asked for it. */
    record SentToGroup(String group, String payload, GroupSendOptions options) {}

    final List<Peer> peers = new ArrayList<>(List.of(
            peer(ALICE, "alice", 1, Duration.ofNanos(412_345)),
            peer(BOB, "bob", 2, Duration.ofNanos(1_900_000)),
            peer(TWIN, "twin", 1, Duration.ofMillis(3)),
            unreached(OTHER_TWIN, "twin")));
    final TreeMap<NodeId, List<NodeId>> routes =
            new TreeMap<>(Map.of(BOB, List.of(SELF, ALICE, BOB), ALICE, List.of(SELF, ALICE)));
    final List<Topology.Link> links = new ArrayList<>(
            List.of(new Topology.Link(SELF, ALICE, 1_412, 1_500), new Topology.Link(ALICE, BOB, 2_488, 2_000)));
    final List<Probed> probed = new ArrayList<>(List.of(
            new Probed(ALICE, 1, Optional.of(Duration.ofNanos(412_345))),
            new Probed(BOB, 2, Optional.of(Duration.ofNanos(1_900_999)))));
    final List<DeadLetter> deadLetters = new ArrayList<>();
    final List<Message> arriving = new ArrayList<>();
    final List<MeshEvent> events = new ArrayList<>();
    final List<Sent> sent = new ArrayList<>();
    final List<SentToGroup> sentToGroups = new ArrayList<>();
    final TreeMap<String, List<NodeId>> members =
            new TreeMap<>(Map.of("ops", List.of(ALICE, BOB), "weather", List.of(BOB)));
    final TreeMap<NodeId, Outcome> fates = new TreeMap<>();
    final List<String> opened = new ArrayList<>();
    final CountDownLatch waiting = new CountDownLatch(1);
    /** Whether a command that listens to events does nothing else any more. */
    volatile boolean waitsForEvents;

    final CompletableFuture<Outcome> fate = new CompletableFuture<>();
    Statistics statistics =
            new Statistics(0, 0, Map.of(), 0, 0, 0, Map.of(), List.of(), List.of(), Statistics.Elsewhere.NONE);
    Optional<RuntimeException> refusal = Optional.empty();
    Optional<MeshConfig> joined = Optional.empty();
    Optional<Outcome> refusedConnections = Optional.empty();
    boolean answersProbes = true;
    int looks;
    int looksUntilSeen;
    int closings;
    private volatile boolean left;

    static Peer peer(NodeId id, String name, int hops, Duration roundTrip) {
        return new Peer(
                id,
                name,
                "00112233445566778899aabbccddeeff",
                3,
                List.of(
                        Locator.parse("tcp/10.0.0." + hops + ":7400"),
                        Locator.parse("unix//run/" + name.replaceAll("[^A-Za-z0-9]", "") + ".sock")),
                List.of("ops"),
                List.of("eu"),
                new TreeMap<>(Map.of("rack", "7", "zone", "a")),
                new Peer.Bandwidth(1_000_000, 2_000_000),
                Optional.of(roundTrip),
                OptionalInt.of(hops));
    }

    static Peer unreached(NodeId id, String name) {
        return new Peer(
                id,
                name,
                "",
                1,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Peer.Bandwidth.UNKNOWN,
                Optional.empty(),
                OptionalInt.empty());
    }

    FakeMesh fate(Outcome outcome) {
        fate.complete(outcome);
        return this;
    }

    FakeMesh arriving(NodeId from, int hops, String... payloads) {
        for (String payload : payloads) {
            arriving.add(new Message(from, payload.getBytes(StandardCharsets.UTF_8), hops));
        }
        return this;
    }

    FakeMesh refusing(RuntimeException failure) {
        refusal = Optional.of(failure);
        return this;
    }

    Joiner joiner() {
        return described -> {
            joined = Optional.of(described.config());
            left = false;
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            return this;
        };
    }

    @Override
    public String name() {
        return joined.orElseThrow().mesh();
    }

    @Override
    public Peer self() {
        if (left) {
            throw new IllegalStateException("the node has left");
        }
        return peer(SELF, joined.map(MeshConfig::nodeName).orElse("self"), 0, Duration.ZERO);
    }

    @Override
    public Description description() {
        return joined.orElseThrow().description();
    }

    @Override
    public Description describe(UnaryOperator<Description> change) {
        return change.apply(description());
    }

    @Override
    public List<Peer> peers() {
        looks++;
        return looks <= looksUntilSeen ? List.of() : List.copyOf(peers);
    }

    @Override
    public Peer find(String node) {
        for (List<Peer> found : List.of(
                peers.stream().filter(peer -> peer.id().toString().equals(node)).toList(),
                peers.stream().filter(peer -> peer.name().equals(node)).toList(),
                peers.stream()
                        .filter(peer -> peer.id().toString().startsWith(node))
                        .toList())) {
            if (found.size() == 1) {
                return found.get(0);
            }
            if (found.size() > 1) {
                throw new NodeNotFoundException("'" + node + "' may be "
                        + String.join(
                                " or ",
                                found.stream().map(peer -> peer.id().toString()).toList()));
            }
        }
        throw new NodeNotFoundException("there is no '" + node + "'");
    }

    @Override
    public Optional<Peer> await(String node, Duration timeout) {
        return Optional.of(find(node));
    }

    @Override
    public Endpoint open(String endpoint, SocketKind kind, Secrecy secrecy) {
        opened.add(endpoint + " " + kind + (secrecy == Secrecy.SEALED ? " sealed" : ""));
        return new FakeEndpoint(endpoint, kind);
    }

    @Override
    public Ticket send(NodeId node, String endpoint, byte[] payload, SendOptions options) {
        sent.add(new Sent(node, endpoint, new String(payload, StandardCharsets.UTF_8), options));
        return new FakeTicket();
    }

    @Override
    public Group group(String name) {
        return new FakeGroup(name);
    }

    @Override
    public List<String> groups() {
        return List.copyOf(members.keySet());
    }

    @Override
    public GroupTicket sendToAll(Collection<NodeId> nodes, byte[] payload, GroupSendOptions options) {
        throw new UnsupportedOperationException("no command lists nodes");
    }

    @Override
    public Listener<PacketSocket> listenPackets(String endpoint, ListenOptions options) {
        throw new UnsupportedOperationException(endpoint);
    }

    @Override
    public Listener<StreamSocket> listenStream(String endpoint, ListenOptions options) {
        throw new UnsupportedOperationException(endpoint);
    }

    @Override
    public PacketSocket connectPackets(NodeId node, String endpoint, ConnectOptions options)
            throws ConnectionException {
        connecting("packets", node, endpoint, options);
        return new FakePackets(node, endpoint);
    }

    @Override
    public StreamSocket connectStream(NodeId node, String endpoint, ConnectOptions options) throws ConnectionException {
        connecting("stream", node, endpoint, options);
        return new FakeStream(node, endpoint);
    }

    private void connecting(String kind, NodeId node, String endpoint, ConnectOptions options)
            throws ConnectionException {
        if (refusedConnections.isPresent()) {
            throw new ConnectionException("refused", refusedConnections.get());
        }
        opened.add(kind + " to " + node.brief() + " " + endpoint + " priority " + options.priority());
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return List.copyOf(deadLetters);
    }

    @Override
    public Topology topology() {
        List<Peer> all = new ArrayList<>(List.of(self()));
        all.addAll(peers);
        return new Topology(SELF, all, List.copyOf(links));
    }

    @Override
    public boolean isSealed(NodeId node) {
        return route(node).size() > 2;
    }

    @Override
    public List<NodeId> route(NodeId node) {
        return routes.getOrDefault(node, List.of());
    }

    @Override
    public CompletionStage<List<Probed>> probe(NodeId node, Duration timeout) {
        waiting.countDown();
        return answersProbes ? CompletableFuture.completedFuture(List.copyOf(probed)) : new CompletableFuture<>();
    }

    @Override
    public Statistics statistics() {
        return statistics;
    }

    @Override
    public List<Refusal> refusals() {
        return refusals;
    }

    @Override
    public void rekey(List<MeshKey> keys) {
        rekeyed.add(keys);
    }

    final List<Credential> renewed = new java.util.concurrent.CopyOnWriteArrayList<>();
    final List<Revocations> revoked = new java.util.concurrent.CopyOnWriteArrayList<>();

    @Override
    public void renew(Credential credential) {
        renewed.add(credential);
    }

    @Override
    public long revoke(Revocations revocations) {
        revoked.add(revocations);
        return revocations.content().number();
    }

    @Override
    public Optional<Revocations> revocations() {
        return revoked.isEmpty() ? Optional.empty() : Optional.of(revoked.get(revoked.size() - 1));
    }

    @Override
    public Optional<Credential> credentialOf(NodeId node) {
        return Optional.empty();
    }

    @Override
    public Subscription subscribe(Consumer<MeshEvent> listener) {
        // From another thread, as a mesh does.
        new Thread(
                        () -> {
                            events.forEach(listener);
                            if (waitsForEvents) {
                                waiting.countDown();
                            }
                        },
                        "events")
                .start();
        return () -> {};
    }

    @Override
    public void close() {
        closings++;
        left = true;
    }

    private final class FakeGroup implements Group {
        private final String name;

        private FakeGroup(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<NodeId> members() {
            return members.getOrDefault(name, List.of());
        }

        @Override
        public Membership join(MembershipOptions options) {
            opened.add("group " + name + " " + options.whenFull()
                    + (options.secrecy() == Secrecy.SEALED ? " sealed" : ""));
            return new FakeMembership(name);
        }

        @Override
        public GroupTicket send(byte[] payload, GroupSendOptions options) {
            sentToGroups.add(new SentToGroup(name, new String(payload, StandardCharsets.UTF_8), options));
            return new FakeGroupTicket();
        }
    }

    private final class FakeGroupTicket implements GroupTicket {
        @Override
        public long number() {
            return 1;
        }

        @Override
        public SortedMap<NodeId, Outcome> known() {
            return fates;
        }

        @Override
        public CompletionStage<GroupOutcome> outcome() {
            return CompletableFuture.completedFuture(await());
        }

        @Override
        public GroupOutcome await() {
            return new GroupOutcome(fates);
        }

        @Override
        public Optional<GroupOutcome> await(Duration timeout) {
            return Optional.of(await());
        }
    }

    private final class FakeMembership implements Membership {
        private final String group;
        private final FakeEndpoint inbox;

        private FakeMembership(String group) {
            this.group = group;
            this.inbox = new FakeEndpoint(group, SocketKind.RDM);
        }

        @Override
        public String group() {
            return group;
        }

        @Override
        public GroupMessage receive() throws InterruptedException {
            Message message = inbox.receive();
            return new GroupMessage(message.from(), message.payload(), message.hops(), 0);
        }

        @Override
        public Optional<GroupMessage> receive(Duration timeout) throws InterruptedException {
            return Optional.of(receive());
        }

        @Override
        public void onMessage(Consumer<GroupMessage> handler) {}

        @Override
        public boolean isDetached() {
            return false;
        }

        @Override
        public void catchUp() {}

        @Override
        public Counts counts() {
            return new Counts(0, 0, 0, 0, 0);
        }

        @Override
        public void close() {}
    }

    private final class FakePackets implements PacketSocket {
        private final NodeId peer;
        private final String endpoint;

        private FakePackets(NodeId peer, String endpoint) {
            this.peer = peer;
            this.endpoint = endpoint;
        }

        @Override
        public NodeId peer() {
            return peer;
        }

        @Override
        public String endpoint() {
            return endpoint;
        }

        @Override
        public Ticket send(byte[] message) {
            opened.add("sent " + new String(message, StandardCharsets.UTF_8));
            return new FakeTicket();
        }

        @Override
        public Ticket send(byte[] message, Duration timeout) {
            return send(message);
        }

        @Override
        public CompletionStage<Void> onMessage(Consumer<byte[]> handler) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public Optional<byte[]> receive() {
            return Optional.empty();
        }

        @Override
        public Optional<byte[]> receive(Duration timeout) {
            return Optional.empty();
        }

        @Override
        public void finish() {
            opened.add("finish");
        }

        @Override
        public void abort() {}

        @Override
        public void close() {}
    }

    private final class FakeStream implements StreamSocket {
        private final NodeId peer;
        private final String endpoint;

        private FakeStream(NodeId peer, String endpoint) {
            this.peer = peer;
            this.endpoint = endpoint;
        }

        @Override
        public NodeId peer() {
            return peer;
        }

        @Override
        public String endpoint() {
            return endpoint;
        }

        @Override
        public int read(ByteBuffer into) {
            return -1;
        }

        @Override
        public int write(ByteBuffer from) {
            int count = from.remaining();
            opened.add("wrote " + StandardCharsets.UTF_8.decode(from));
            return count;
        }

        @Override
        public InputStream input() {
            return InputStream.nullInputStream();
        }

        @Override
        public OutputStream output() {
            return Channels.newOutputStream(this);
        }

        @Override
        public void finish() {
            opened.add("finish");
        }

        @Override
        public void awaitFinished() {}

        @Override
        public void abort() {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private final class FakeEndpoint implements Endpoint {
        private final String name;
        private final SocketKind kind;
        private int taken;

        private FakeEndpoint(String name, SocketKind kind) {
            this.name = name;
            this.kind = kind;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public SocketKind kind() {
            return kind;
        }

        @Override
        public Message receive() throws InterruptedException {
            while (taken == arriving.size()) {
                waiting.countDown();
                TimeUnit.MILLISECONDS.sleep(1);
            }
            return arriving.get(taken++);
        }

        @Override
        public Optional<Message> receive(Duration timeout) throws InterruptedException {
            return taken < arriving.size() ? Optional.of(receive()) : Optional.empty();
        }

        @Override
        public void onMessage(Consumer<Message> handler) {
            arriving.forEach(handler);
        }

        @Override
        public void close() {}
    }

    private final class FakeTicket implements Ticket {
        @Override
        public long number() {
            return 1;
        }

        @Override
        public CompletionStage<Outcome> outcome() {
            return fate;
        }

        @Override
        public Outcome await() throws InterruptedException {
            return await(Duration.ofSeconds(30)).orElseThrow();
        }

        @Override
        public Optional<Outcome> await(Duration timeout) throws InterruptedException {
            waiting.countDown();
            try {
                return Optional.of(fate.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new AssertionError(e);
            }
        }
    }
}
