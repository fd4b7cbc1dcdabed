package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.DiscoveryConfig;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.LinkReport;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.FlowConfig;
import dev.weft.core.flow.GroupConfig;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.Rates;
import dev.weft.core.link.LinkConfig;
import dev.weft.core.link.Security;
import dev.weft.core.route.SpfBackoff;
import dev.weft.core.seal.Sealer;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Signatory;
import dev.weft.core.topology.TopologyConfig;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.WireReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** An engine that is driven as its description says, and judged after each turn. Its bounds are small enough to meet. */
final class Subject implements Engine.Output {
    static final String MESH = "mesh";
    static final ByteView HOST = ByteView.utf8("0123456789abcdef");

    private static final LinkQueue.Bounds QUEUE = new LinkQueue.Bounds(64, 64 << 10);
    private static final int LINKS_MAX = 4;
    private static final DiscoveryConfig DISCOVERY =
            new DiscoveryConfig(60, 110_000_000_000L, 140_000_000_000L, 30_000_000_000L, 16, 5_000_000_000L);
    private static final TopologyConfig TOPOLOGY =
            new TopologyConfig(120, 30_000_000_000L, 64, 1 << 20, 1_000_000_000L);
    private static final FlowConfig FLOW =
            new FlowConfig(256, 2_048, 16, 1 << 20, 32, 8, 16 << 20, 1 << 10, FlowConfig.Retransmission.DEFAULT);
    private static final EngineConfig CONFIG = new EngineConfig(
            LinkConfig.LAN,
            QUEUE,
            LINKS_MAX,
            DISCOVERY,
            TOPOLOGY,
            SpfBackoff.Timing.DEFAULT,
            FLOW,
            GroupConfig.DEFAULT,
            new Connections.Limits(4, 2, 64 << 10, 5_000_000_000L),
            Endpoints.Limits.DEFAULT,
            Rates.UNLIMITED,
            EngineConfig.LinkWishes.AUTOMATIC);

    /** Turns that may follow each other at the same moment until an engine has nothing left that is due. */
    private static final int TURNS_AT_ONCE_MAX = 64;

    /** The world around the engine. */
    interface World {
        void dial(long connection, Locator locator);

        boolean isWritable(long connection);

        void transmit(long connection, ByteView frame);

        void close(long connection);

        void beacon(ByteView datagram);

        void deliver(String endpoint, ByteView payload);

        /** Whether the application takes what has come to it. */
        boolean takes();

        void settled(long ticket, Outcome outcome);
    }

    final Engine engine;
    final NodeId node;
    final Locator locator;
    private final World world;
    private final TreeMap<Long, Long> deadlineOfTicket = new TreeMap<>();
    private final TreeMap<Long, TreeSet<NodeId>> openMembers = new TreeMap<>();
    private final TreeSet<NodeId> neighborsEver = new TreeSet<>();
    /** Numbers of open endpoints; of listeners below 0. */
    private final TreeMap<String, Long> endpoints = new TreeMap<>();

    private final TreeMap<Long, Long> untaken = new TreeMap<>();
    private final TreeMap<Long, Long> untakenOfConnections = new TreeMap<>();
    private long nextTicket = 1;
    private long now;
    private boolean inOutput;

    Subject(NodeId node, long incarnation, long instance, Locator locator, World world) {
        this(node, incarnation, instance, locator, Sealer.NONE, Signatory.NONE, world);
    }

    Subject(
            NodeId node,
            long incarnation,
            long instance,
            Locator locator,
            Sealer sealer,
            Signatory signatory,
            World world) {
        this.node = node;
        this.locator = locator;
        this.world = world;
        Engine.Self self =
                new Engine.Self(MESH, node, instance, incarnation, "subject", HOST, List.of(locator), 1_000_000_000L);
        this.engine =
                new Engine(CONFIG, self, Security.OPEN, sealer, signatory, new Prng(instance), Edition::read, this);
        turn(present -> present.start(now));
    }

    long now() {
        return now;
    }

    void advanceTo(long later) {
        now = later;
        turn(present -> {});
    }

    /** Opens an endpoint, or listens where its kind is a connected one; closes it where it is open. */
    void toggle(String endpoint, SocketKind kind) {
        Long present = endpoints.remove(endpoint);
        turn(engine -> {
            if (present == null) {
                endpoints.put(
                        endpoint,
                        kind.isConnected()
                                ? -engine.listen(endpoint, kind)
                                : engine.open(endpoint, kind, Endpoints.Limits.DEFAULT.capacityBytes()));
            } else if (present < 0) {
                engine.closeListener(-present, now);
            } else {
                engine.closeEndpoint(present);
            }
        });
    }

    private void take() {
        if (world.takes()) {
            untaken.forEach((endpoint, charge) -> engine.taken(endpoint, charge, now));
            untaken.clear();
            untakenOfConnections.forEach((connection, charge) -> engine.takenFrom(connection, charge, now));
            untakenOfConnections.clear();
        }
    }

    void turn(Consumer<Engine> input) {
        take();
        input.accept(engine);
        for (int turns = 1; ; turns++) {
            if (engine.nextDeadlineNanos() <= now) {
                engine.handleTime(now);
            }
            engine.flush(now);
            drain();
            if (engine.nextDeadlineNanos() > now) {
                break;
            }
            assertThat(turns)
                    .as("turns that an engine asks for at one and the same moment")
                    .isLessThan(TURNS_AT_ONCE_MAX);
        }
        judge();
    }

    void send(NodeId destination, String endpoint, SocketKind kind, ByteView payload, long timeoutNanos) {
        long ticket = nextTicket++;
        // What is in order is committed once it has left: its fate comes with the connection's.
        deadlineOfTicket.put(ticket, kind.isConnected() ? Long.MAX_VALUE : now + timeoutNanos);
        turn(present -> present.send(
                new Send(Claim.of(ticket), destination, endpoint, kind, Manner.DEFAULT, payload, timeoutNanos), now));
    }

    /** To all members of a group, this node among them where it is one. */
    void sendToGroup(String group, SocketKind kind, ByteView payload, long timeoutNanos) {
        long ticket = nextTicket++;
        turn(present -> {
            TreeSet<NodeId> members = new TreeSet<>(present.members(group));
            openMembers.put(ticket, new TreeSet<>(members));
            GroupName name = new GroupName(GroupName.Scope.GROUP, kind, group, "");
            present.sendToMany(new GroupSend(ticket, name, members, payload, timeoutNanos), now);
        });
    }

    /** The number that the next message gets. */
    long nextTicket() {
        return nextTicket;
    }

    /** Ends the engine: everything that was asked of it has an answer. */
    void close() {
        engine.close(now);
        drain();
        engine.audit();
        assertThat(deadlineOfTicket).as("tickets without outcome after the end").isEmpty();
        assertThat(openMembers).as("members without outcome after the end").isEmpty();
        assertThat(engine.ledger().inFlight()).isZero();
        assertThat(engine.counters()).containsEntry("flow.queued-bytes", 0L);
    }

    private void drain() {
        for (Long connection : engine.pending()) {
            while (world.isWritable(connection)) {
                EncodedFrame encoded = engine.poll(connection);
                if (encoded == null) {
                    break;
                }
                ByteView frame = encoded.whole();
                requireReadable(frame);
                world.transmit(connection, frame);
            }
            if (engine.isToClose(connection)) {
                engine.forget(connection);
                world.close(connection);
            }
        }
    }

    /**
     * Whatever comes in, what goes out is in order: else one node's enemy would be another's. Of what goes along a tree
     * that is the header; what is behind it a relay passes on as it came, and who cannot read it blames its origin.
     */
    private static void requireReadable(ByteView frame) {
        try {
            WireReader in = new WireReader(frame);
            if (FrameType.decode(in).scope() == FrameType.Scope.TREE) {
                TreeHeader.decode(in);
                return;
            }
            Frames.Read read = Frames.read(frame);
            assertThat(read.frame().encode()).isEqualTo(frame);
        } catch (MalformedFrame e) {
            throw new AssertionError("the engine itself sends what is malformed: " + frame, e);
        }
    }

    private void judge() {
        engine.audit();
        for (Map.Entry<Long, Long> open : deadlineOfTicket.entrySet()) {
            assertThat(open.getValue())
                    .as("deadline of open ticket %d", open.getKey())
                    .isGreaterThan(now);
        }
        assertThat(engine.ledger().inFlight()).isEqualTo(deadlineOfTicket.size());
        TreeMap<String, Long> counters = engine.counters();
        within(counters, "flow.inbound", FLOW.flowsMax());
        within(counters, "flow.queued-bytes", FLOW.queuedBytesMax());
        within(counters, "flow.reassembly-bytes", FLOW.reassemblyBytesMax());
        // Beside what others say there is always room for what a node and its neighbors say, and it stays for a while.
        int always = LsaKind.values().length * (1 + neighborsEver.size());
        within(counters, "topology.advertisements", TOPOLOGY.entriesMax() + always);
        within(counters, "topology.bytes", TOPOLOGY.bytesMax() + (long) always * Lsa.BYTES_MAX);
        assertThat(engine.neighbors()).hasSizeLessThanOrEqualTo(LINKS_MAX);
        assertThat(engine.knownNodes()).hasSizeLessThanOrEqualTo(DISCOVERY.peersMax());
        assertThat(engine.reachable()).doesNotContain(node);
        for (LinkReport link : engine.linkReports()) {
            int classes = LinkQueue.Urgency.values().length;
            assertThat(link.figures().queue().frameCount()).isBetween(0, classes * QUEUE.frames());
            assertThat(link.figures().queue().bytes()).isBetween(0L, (long) classes * QUEUE.bytes());
            assertThat(link.roundTripNanos()).isNotNegative();
        }
        for (NodeId reachable : engine.reachable()) {
            engine.way(reachable)
                    .ifPresent(way -> assertThat(way.get(way.size() - 1)).isEqualTo(reachable));
        }
    }

    private static void within(TreeMap<String, Long> counters, String name, long max) {
        assertThat(counters.get(name)).as(name).isBetween(0L, max);
    }

    // ------------------------------------------------------------------ what the engine wants

    @Override
    public void dial(long connection, Locator to) {
        output(() -> world.dial(connection, to));
    }

    @Override
    public void beacon(ByteView datagram) {
        output(() -> {
            try {
                Beacon.decode(datagram);
            } catch (MalformedFrame e) {
                throw new AssertionError("the engine itself sends a malformed beacon", e);
            }
            world.beacon(datagram);
        });
    }

    @Override
    public void beaconTo(String source, ByteView datagram) {
        assertThat(datagram.length()).isLessThanOrEqualTo(Beacon.QUESTION_BYTES);
        beacon(datagram);
    }

    @Override
    public void deliver(long endpoint, Endpoints.Delivery delivery) {
        assertThat(delivery.hops()).isNotNegative();
        for (ByteView payload : delivery.payloads()) {
            untaken.merge(endpoint, ReceiveBuffer.charge(payload), Long::sum);
            endpoints.forEach((name, number) -> {
                if (number == endpoint) {
                    world.deliver(name, payload);
                }
            });
        }
    }

    @Override
    public GroupAcceptance deliverToGroup(GroupArrival arrival) {
        assertThat(arrival.hops()).isNotNegative();
        assertThat(arrival.missedCount()).isNotNegative();
        assertThat(arrival.payloads()).isNotEmpty();
        return arrival.payloads().get(0).length() % 5 == 4 ? GroupAcceptance.LATER : GroupAcceptance.TAKEN;
    }

    @Override
    public void settledFor(long ticket, NodeId member, Outcome outcome) {
        assertThat(openMembers.getOrDefault(ticket, new TreeSet<>()).remove(member))
                .as("member %s of ticket %d, settled as %s, was open", member, ticket, outcome)
                .isTrue();
    }

    @Override
    public void groupSettled(long ticket) {
        assertThat(openMembers.remove(ticket))
                .as("open members of ticket %d", ticket)
                .isEmpty();
    }

    @Override
    public void accepted(long listener, long connection, NodeId from) {
        assertThat(endpoints).containsValue(-listener);
    }

    @Override
    public void connected(long connection, Outcome outcome) {}

    @Override
    public Acceptance received(long connection, ByteView payload) {
        if (payload.length() % 7 == 6) {
            return Acceptance.CLOSED;
        }
        untakenOfConnections.merge(connection, ReceiveBuffer.charge(payload), Long::sum);
        return Acceptance.TAKEN;
    }

    @Override
    public void inputEnded(long connection) {}

    @Override
    public void outputFinished(long connection) {}

    @Override
    public void outputRefused(long connection, int rejectedCount) {
        assertThat(rejectedCount).isNotNegative();
    }

    @Override
    public void broken(long connection, Outcome.Reason reason) {}

    @Override
    public void settled(Claim claim, Outcome outcome) {
        long ticket = claim.number();
        assertThat(deadlineOfTicket.remove(ticket))
                .as("ticket %d, settled as %s, was open", ticket, outcome)
                .isNotNull();
        assertThat(outcome.roundTrip().toNanos()).isNotNegative();
        output(() -> world.settled(ticket, outcome));
    }

    @Override
    public void probed(long probe, NodeId responder, int hops, long roundTripNanos) {
        assertThat(roundTripNanos).isNotNegative();
    }

    @Override
    public void trace(TraceEvent event) {
        if (event.kind() == TraceEvent.Kind.LINK_UP) {
            neighborsEver.add(event.node());
        }
    }

    private void output(Runnable report) {
        assertThat(inOutput).as("an output within an output").isFalse();
        inOutput = true;
        try {
            report.run();
        } finally {
            inOutput = false;
        }
    }
}
