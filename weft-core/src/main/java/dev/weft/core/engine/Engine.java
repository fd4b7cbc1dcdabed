package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.Discovery;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Receiver;
import dev.weft.core.flow.Send;
import dev.weft.core.flow.Sender;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.Path;
import dev.weft.core.link.Connection;
import dev.weft.core.link.LinkTerms;
import dev.weft.core.link.LocalNode;
import dev.weft.core.route.Route;
import dev.weft.core.route.Routes;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.Ledger;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Flooding;
import dev.weft.core.topology.Labels;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.ProbeReply;
import dev.weft.core.wire.Reset;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.VersionRange;
import dev.weft.core.wire.WireReader;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One node's protocol: composes all machines and is their only door. Deterministic: time comes in with each call, as
 * nanoseconds since some start of its own, and chance from one seeded generator.
 *
 * <p>Single-threaded. A turn is:
 * <ol>
 *   <li>any number of inputs ({@code handle…}) and commands;
 *   <li>{@link #handleTime} where {@link #nextDeadlineNanos} has come;
 *   <li>{@link #flush};
 *   <li>for each connection of {@link #pending} that can take something: {@link #poll} until it is full or nothing is left, and where
 *       {@link #isToClose} says so, an end of the connection and {@link #forget}.
 * </ol>
 * Outputs may not call back in.
 */
public final class Engine {
    /**
     * Who this node is.
     *
     * @param instance drawn at random at each start, not 0
     * @param hostId 16 bytes
     * @param clockZeroNanos the wall clock at the engine's time 0
     */
    public record Self(
            String mesh,
            NodeId node,
            long instance,
            long incarnation,
            String name,
            ByteView hostId,
            List<Locator> locators,
            long clockZeroNanos) {
        public Self {
            locators = List.copyOf(locators);
        }
    }

    /** What the engine wants of the world and reports to it. */
    public interface Output {
        /**
         * Opens a connection; answered by {@link Engine#handleConnected} or {@link Engine#handleCarrierLost}, with the
         * number given here.
         */
        void dial(long connection, Locator locator);

        /** Sends a datagram to all within reach of beacons. */
        void beacon(ByteView datagram);

        /** Sends a datagram to where one came from. */
        void beaconTo(String source, ByteView datagram);

        Acceptance deliver(String endpoint, Endpoints.Delivery delivery);

        void settled(long ticket, Outcome outcome);

        void probed(long probe, NodeId responder, int hops, long roundTripNanos);

        void trace(TraceEvent event);
    }

    private static final int PROBES_MAX = 1_024;

    private final EngineConfig config;
    private final Self self;
    private final Output out;
    private final Membership membership;
    private final Links links;
    private final Labels labels;
    private final Flooding flooding;
    private final Router router;
    private final Discovery discovery;
    private final Forwarder forwarder;
    private final Sender sender;
    private final Receiver receiver;
    private final Endpoints endpoints;
    private final Ledger ledger = new Ledger();
    private final TreeMap<Long, Long> probes = new TreeMap<>();
    private final TreeMap<Long, Long> connectionOfDial = new TreeMap<>();
    private final TreeMap<Long, Long> dialOfConnection = new TreeMap<>();
    private long nextConnection = 1;
    private long now;

    public Engine(EngineConfig config, Self self, Prng prng, Output out) {
        this(config, self, prng, Edition::read, out);
    }

    /** @param editions lets many engines of one process share what they have learned alike */
    public Engine(EngineConfig config, Self self, Prng prng, Edition.Source editions, Output out) {
        this.config = config;
        this.self = self;
        this.out = out;
        LocalNode local = new LocalNode(
                self.mesh(),
                self.node(),
                self.instance(),
                self.incarnation(),
                self.name(),
                self.hostId(),
                0,
                VersionRange.OURS,
                self.clockZeroNanos());
        this.labels = new Labels(prng.fork(4));
        this.flooding = new Flooding(
                self.node(), self.incarnation(), config.topology(), prng.fork(1), editions, new FloodingOutput());
        this.links = new Links(
                config.link(),
                local,
                config.queue(),
                config.linksMax(),
                () -> flooding.lsdb().hash(),
                new LinksOutput());
        this.router = new Router(self.node(), flooding.lsdb(), config.spf(), links::isUp);
        this.discovery = new Discovery(
                new Discovery.Self(self.node(), self.incarnation(), meshHash(self.mesh())),
                config.discovery(),
                prng.fork(2),
                new DiscoveryOutput());
        this.membership = new Membership(self, config.wishes(), flooding, labels, discovery, links);
        this.forwarder = new Forwarder(self.node(), new LabelLookup(), new ForwarderOutput());
        this.sender = new Sender(self.node(), self.incarnation(), config.flow(), router, new SenderOutput());
        this.receiver =
                new Receiver(self.node(), self.incarnation(), config.flow(), prng.fork(3), new ReceiverOutput());
        this.endpoints = new Endpoints(out::deliver);
    }

    /** What beacons carry in place of a mesh's name. */
    static long meshHash(String mesh) {
        return ByteView.utf8("weft mesh " + mesh).hash64();
    }

    // ------------------------------------------------------------------ inputs

    public void start(long nowNanos) {
        now = nowNanos;
        membership.start(now);
        discovery.start(self.locators(), now);
    }

    /** A connection that {@link Output#dial} asked for is there. */
    public void handleConnected(long connection, long nowNanos) {
        now = nowNanos;
        Long dial = dialOfConnection.get(connection);
        Optional<Locator> locator = dial == null ? Optional.empty() : discovery.dialledLocator(dial);
        if (dial == null || locator.isEmpty()) {
            return;
        }
        links.open(connection, Connection.dialled(connection, locator.get()), membership.locators(), now);
    }

    /** Somebody has connected to this node; returns the number of the connection. */
    public long handleAccepted(Locator from, long nowNanos) {
        now = nowNanos;
        long connection = nextConnection++;
        links.open(connection, Connection.accepted(from), membership.locators(), now);
        return connection;
    }

    public void handleFrame(long connection, ByteView frame, long nowNanos) {
        now = nowNanos;
        links.handleFrame(connection, frame, now);
    }

    /** A connection has broken, or a dial has come to nothing. */
    public void handleCarrierLost(long connection, long nowNanos) {
        now = nowNanos;
        links.handleCarrierLost(connection, now);
        dialEnded(connection);
    }

    public void handleBeacon(ByteView datagram, String source, long nowNanos) {
        now = nowNanos;
        discovery.handleBeacon(datagram, source, now);
        membership.choose(now);
    }

    public void handleHostEntry(NodeId node, long incarnation, List<Locator> locators, long nowNanos) {
        now = nowNanos;
        discovery.handleHostEntry(node, incarnation, locators, now);
        membership.choose(now);
    }

    public void handleHostEntryGone(NodeId node, long nowNanos) {
        now = nowNanos;
        discovery.handleHostEntryGone(node);
    }

    /** A node of an earlier run. */
    public void remember(NodeId node, List<Locator> locators, long nowNanos) {
        now = nowNanos;
        discovery.remember(node, locators, now);
    }

    public void addConfigured(Locator locator, long nowNanos) {
        now = nowNanos;
        discovery.addConfigured(locator, now);
    }

    public void handleTime(long nowNanos) {
        now = nowNanos;
        links.handleTime(now);
        flooding.handleTime(now);
        discovery.handleTime(now);
        membership.handleTime(now);
        if (router.handleTime(now) == Router.Change.RECOMPUTED) {
            routesChanged();
        }
        sender.handleTime(now);
        receiver.handleTime(now);
    }

    public long nextDeadlineNanos() {
        long control = Math.min(links.nextDeadlineNanos(), flooding.nextDeadlineNanos());
        long finding = Math.min(discovery.nextDeadlineNanos(), membership.nextDeadlineNanos());
        long sending = Math.min(sender.nextDeadlineNanos(), receiver.nextDeadlineNanos());
        return Math.min(Math.min(control, finding), Math.min(sending, router.nextDeadlineNanos()));
    }

    /** Ends a turn: what has gathered over it goes into the queues of the links. */
    public void flush(long nowNanos) {
        now = nowNanos;
        receiver.flush();
        discovery.takeUnreachable().forEach(this::suspect);
        membership.flush(now);
        flooding.flush(now);
    }

    // ------------------------------------------------------------------ the carrier's side

    /** The connections that have something to say or are to be ended. */
    public List<Long> pending() {
        return links.pending();
    }

    /** The next frame for a connection, null when none waits. */
    public @Nullable ByteView poll(long connection) {
        return links.poll(connection);
    }

    /** True when nothing more will be said on a connection and it is to be ended. */
    public boolean isToClose(long connection) {
        return links.isToClose(connection) && !dialOfConnection.containsKey(connection);
    }

    public void forget(long connection) {
        links.forget(connection);
    }

    // ------------------------------------------------------------------ commands

    public boolean isOpen(String endpoint) {
        return endpoints.isOpen(endpoint);
    }

    public void open(String endpoint, SocketKind kind) {
        endpoints.open(endpoint, kind);
    }

    public void close(String endpoint) {
        endpoints.close(endpoint);
    }

    public void send(Send send, long nowNanos) {
        now = nowNanos;
        ledger.opened(send);
        if (send.destination().equals(self.node())) {
            deliverHere(send);
        } else {
            sender.send(send, now);
        }
    }

    /** Asks every node on the way to one for a sign of life; returns the probes' numbers by node, nearest first. */
    public List<ProbeSent> probe(NodeId destination, long firstNumber, long nowNanos) {
        now = nowNanos;
        List<ProbeSent> sent = new java.util.ArrayList<>();
        Optional<Path> way = router.path(destination, dev.weft.core.flow.Paths.Choice.PRIMARY);
        if (way.isEmpty()) {
            return sent;
        }
        long number = firstNumber;
        for (NodeId node : way.get().nodes()) {
            Optional<Path> path = router.path(node, dev.weft.core.flow.Paths.Choice.PRIMARY);
            if (path.isPresent() && probes.size() < PROBES_MAX) {
                probes.put(number, now);
                sent.add(new ProbeSent(number, node, path.get().hops()));
                transmit(path.get(), new Probe(number));
                number++;
            }
        }
        return sent;
    }

    /** A probe under way. */
    public record ProbeSent(long number, NodeId node, int hops) {}

    /** A probe that nobody waits for any more. */
    public void endProbe(long number) {
        probes.remove(number);
    }

    /** Where this node can be reached. */
    public void locatorsChanged(List<Locator> locators, long nowNanos) {
        now = nowNanos;
        membership.locatorsChanged(locators, now);
        discovery.locatorsChanged(locators, now);
    }

    /** Tells all that this node is leaving. Frames may go on for a while; {@link #close} ends it. */
    public void leave(long nowNanos) {
        now = nowNanos;
        membership.leave(now);
        discovery.leave();
        flooding.flush(now);
    }

    /** Settles every ticket and closes every link; what is said about it is to be polled once more. */
    public void close(long nowNanos) {
        now = nowNanos;
        sender.close();
        links.closeAll(CloseReason.SHUTDOWN, "the node is leaving", now);
    }

    // ------------------------------------------------------------------ questions

    /** @throws dev.weft.core.base.InvariantError unless the books balance and every bound holds */
    public void audit() {
        ledger.audit();
        Check.that(
                sender.queuedBytes() <= config.flow().queuedBytesMax()
                        && sender.inFlight() <= config.flow().queuedMessagesMax(),
                "%d messages of %d bytes are queued",
                sender.inFlight(),
                sender.queuedBytes());
        Check.that(
                receiver.reassemblyBytes() <= config.flow().reassemblyBytesMax(),
                "%d bytes of incomplete messages",
                receiver.reassemblyBytes());
        Check.that(receiver.flowCount() <= config.flow().inboundFlowsMax(), "%d flows to here", receiver.flowCount());
        Check.that(links.neighborCount() <= config.linksMax(), "%d links", links.neighborCount());
    }

    /** The neighbor that this node's label leads to, while the link is up. */
    public Optional<NodeId> neighborBehind(int label) {
        return labels.neighborOf(label).filter(links::isUp);
    }

    public Ledger ledger() {
        return ledger;
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    public Lsdb lsdb() {
        return flooding.lsdb();
    }

    public long lsdbHash() {
        return flooding.lsdb().hash();
    }

    /** The other nodes that there is a way to. */
    public SortedSet<NodeId> reachable() {
        return router.reachable();
    }

    public SortedSet<NodeId> neighbors() {
        java.util.TreeSet<NodeId> neighbors = new java.util.TreeSet<>();
        links.neighbors().forEach(neighbors::add);
        return neighbors;
    }

    /** The present way to a node. */
    public Optional<List<NodeId>> way(NodeId destination) {
        return router.path(destination, dev.weft.core.flow.Paths.Choice.PRIMARY).map(Path::nodes);
    }

    /** The computed route to a node, with its cost. */
    /** Whether the routes are made from all that is known; otherwise a computation is due. */
    public boolean routesAreCurrent() {
        return router.isCurrent();
    }

    public Optional<Route> route(NodeId destination) {
        return router.routes().primary(destination);
    }

    public Routes routes() {
        return router.routes();
    }

    public List<LinkReport> linkReports() {
        return links.reports();
    }

    public List<NodeId> knownNodes() {
        return discovery.nodes();
    }

    public List<Locator> locatorsOf(NodeId node) {
        return discovery.locatorsOf(node);
    }

    public long forwardedCount() {
        return forwarder.forwardedCount();
    }

    /** Everything counted beside the books, by stable names. */
    public TreeMap<String, Long> counters() {
        TreeMap<String, Long> counters = new TreeMap<>();
        counters.put("discovery.evicted", discovery.evictedCount());
        counters.put("discovery.foreign", discovery.foreignCount());
        counters.put("discovery.malformed", discovery.malformedCount());
        counters.put("flow.inbound", (long) receiver.flowCount());
        counters.put("flow.outbound", (long) sender.flowCount());
        counters.put("flow.queued-bytes", sender.queuedBytes());
        counters.put("flow.reassembly-bytes", receiver.reassemblyBytes());
        counters.put("forward.refused", forwarder.refusedCount());
        counters.put("link.malformed", links.malformedCount());
        counters.put("route.computed", router.computedCount());
        counters.put("topology.advertisements", (long) flooding.lsdb().size());
        counters.put("topology.bytes", flooding.lsdb().bytes());
        counters.put("topology.refused", flooding.lsdb().refusedCount());
        return counters;
    }

    // ------------------------------------------------------------------ between the machines

    private void dialEnded(long connection) {
        Long dial = dialOfConnection.remove(connection);
        if (dial != null) {
            connectionOfDial.remove(dial);
            discovery.handleDialFailed(dial, now);
        }
    }

    private void topologyChanged(NodeId origin) {
        if (router.handleChange(origin, now) == Router.Change.RECOMPUTED) {
            routesChanged();
        }
    }

    private void routesChanged() {
        for (TraceEvent event : membership.compareReachable(router.reachable())) {
            out.trace(event);
        }
        sender.handleTopologyChange(now);
    }

    private void transmit(Path path, Frame frame) {
        RoutedFrame routed = RoutedFrame.of(path.route(), frame);
        links.send(path.neighbor(), routed, Forwarder.urgencyOf(frame.type()));
    }

    private void answer(Arrival arrival, Frame frame) {
        links.send(
                arrival.neighbor(), RoutedFrame.of(arrival.route().back(), frame), Forwarder.urgencyOf(frame.type()));
    }

    private void deliverHere(Send send) {
        Acceptance acceptance =
                endpoints.deliver(send.endpoint(), send.kind(), new Endpoints.Delivery(self.node(), send.payload(), 0));
        settle(
                send.ticket(),
                acceptance == Acceptance.TAKEN
                        ? Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE)
                        : Outcome.of(Outcome.Kind.REJECTED, acceptance.reason()));
    }

    private void settle(long ticket, Outcome outcome) {
        Ledger.Dead letter = ledger.settled(ticket, outcome, now);
        out.settled(ticket, outcome);
        if (letter != null) {
            switch (outcome.kind()) {
                case UNDELIVERABLE, EXPIRED, UNKNOWN -> suspect(letter.destination());
                case DELIVERED, REJECTED -> {}
            }
        }
    }

    /** A dial or a send has failed; nodes that routes lead to are watched by their neighbors. */
    private void suspect(NodeId node) {
        if (!router.reachable().contains(node)) {
            discovery.suspect(node, now);
        }
    }

    private void trace(TraceEvent.Kind kind, NodeId node, String detail) {
        out.trace(new TraceEvent(kind, node, detail));
    }

    private final class LinksOutput implements Links.Output {
        @Override
        public void neighborUp(long connection, LinkTerms terms, Optional<Locator> locator, long nowNanos) {
            Hello peer = terms.peer();
            boolean isNew = labels.labelOf(peer.node()) == 0;
            Long dial = dialOfConnection.remove(connection);
            if (dial != null) {
                connectionOfDial.remove(dial);
                discovery.dialledLocator(dial).ifPresent(dialled -> discovery.configuredReached(dialled, peer.node()));
            }
            discovery.handleLinkUp(
                    peer.node(), peer.incarnation(), peer.locators(), dial == null ? Optional.empty() : locator, now);
            labels.acquire(peer.node(), now);
            flooding.handleLinkUp(peer.node(), now);
            for (Peers peers : discovery.exchange(peer.node(), flooding.lsdb()::isKnown, now)) {
                links.send(peer.node(), peers, LinkQueue.Urgency.CONTROL);
            }
            membership.linkUp(peer, now);
            router.forgetPaths();
            if (isNew) {
                trace(
                        TraceEvent.Kind.LINK_UP,
                        peer.node(),
                        peer.name() + " over " + locator.map(Locator::toString).orElse("an unnamed connection"));
            }
        }

        @Override
        public void neighborDown(NodeId neighbor, CloseReason reason, String text, long nowNanos) {
            labels.release(neighbor, now);
            flooding.handleLinkDown(neighbor);
            discovery.handleLinkDown(neighbor, now);
            membership.linkDown(neighbor, reason, now);
            router.forgetPaths();
            trace(TraceEvent.Kind.LINK_DOWN, neighbor, reason + ": " + text);
            sender.handleTopologyChange(now);
        }

        @Override
        public void notLinked(long connection, Optional<NodeId> peer, CloseReason reason, String text, long nowNanos) {
            Long dial = dialOfConnection.get(connection);
            switch (reason) {
                case SELF -> {
                    if (dial != null) {
                        discovery.dialledLocator(dial).ifPresent(discovery::dropConfigured);
                    }
                }
                case DUPLICATE_LINK, NOT_NEEDED, CARRIER_LOST -> {}
                case UNKNOWN,
                        WRONG_MESH,
                        VERSION,
                        DUPLICATE_NODE_ID,
                        STALE_INCARNATION,
                        LIMIT,
                        MALFORMED,
                        TIMEOUT,
                        SILENT,
                        SHUTDOWN,
                        FORBIDDEN,
                        PROTOCOL_VIOLATION ->
                    trace(TraceEvent.Kind.LINK_REFUSED, peer.orElse(NodeId.ZERO), reason + ": " + text);
            }
            dialEnded(connection);
        }

        @Override
        public void lsdbHash(NodeId neighbor, long hash, long nowNanos) {
            flooding.handleHash(neighbor, hash, now);
        }

        @Override
        public void roundTrip(NodeId neighbor, long smoothedNanos, long nowNanos) {
            membership.roundTrip(neighbor, smoothedNanos, now);
        }

        @Override
        public void interestChanged(NodeId neighbor, long nowNanos) {
            membership.retireIfUnwanted(neighbor, now);
        }

        @Override
        public void frame(NodeId neighbor, FrameType type, WireReader in, long nowNanos) throws MalformedFrame {
            switch (type) {
                case PEERS -> {
                    discovery.handlePeers(Peers.decode(in), now);
                    membership.choose(now);
                }
                case FLOOD -> flooding.handleFlood(neighbor, Flood.decode(in), now);
                case FLOOD_ACK -> flooding.handleFloodAck(neighbor, FloodAck.decode(in));
                case DIGEST -> flooding.handleDigest(neighbor, Digest.decode(in), now);
                case DATA, ACK, ADVANCE, ROUTE_ERROR, PROBE, PROBE_REPLY, RESET ->
                    forwarder.handle(neighbor, RoutedFrame.decode(type, in));
                case HELLO, ACCEPT, CLOSE, PING, PONG ->
                    throw new dev.weft.core.base.InvariantError(type + " is the link's own business");
            }
        }

        @Override
        public Optional<Close> refuse(Hello theirs) {
            return membership.refuse(theirs);
        }
    }

    private final class FloodingOutput implements Flooding.Output {
        @Override
        public void send(NodeId neighbor, Frame frame) {
            links.send(neighbor, frame, LinkQueue.Urgency.CONTROL);
        }

        @Override
        public void adjacenciesChanged(NodeId origin) {
            topologyChanged(origin);
        }

        @Override
        public void recordChanged(NodeId origin) {
            Optional<NodeRecord> record = flooding.lsdb().recordOf(origin);
            receiver.handleNodeGone(origin, flooding.lsdb().incarnationOf(origin));
            if (origin.equals(self.node())) {
                return;
            }
            membership.recordChanged(origin, record, now).ifPresent(out::trace);
            if (record.isPresent() && record.get().status() == NodeRecord.Status.LEAVING) {
                sender.handleNodeGone(origin, now);
            }
        }

        @Override
        public void laterLifeOfThisNode(long incarnation) {
            trace(
                    TraceEvent.Kind.DUPLICATE_IDENTITY,
                    self.node(),
                    "another process lives under this node's id, incarnation " + incarnation);
        }
    }

    private final class DiscoveryOutput implements Discovery.Output {
        @Override
        public void dial(long number, Locator locator, Optional<NodeId> expected) {
            long connection = nextConnection++;
            connectionOfDial.put(number, connection);
            dialOfConnection.put(connection, number);
            out.dial(connection, locator);
        }

        @Override
        public void cancel(long number) {
            Long connection = connectionOfDial.remove(number);
            if (connection != null) {
                dialOfConnection.remove(connection);
                links.cancel(connection, now);
            }
        }

        @Override
        public void beacon(ByteView datagram) {
            out.beacon(datagram);
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            out.beaconTo(source, datagram);
        }

        @Override
        public void discovered(NodeId node, String how) {
            trace(TraceEvent.Kind.PEER_DISCOVERED, node, "by " + how);
        }

        @Override
        public void forgotten(NodeId node, String why) {
            trace(TraceEvent.Kind.PEER_FORGOTTEN, node, why);
        }
    }

    private final class LabelLookup implements Forwarder.Labels {
        @Override
        public Optional<NodeId> neighborOf(int label) {
            return labels.neighborOf(label).filter(links::isUp);
        }

        @Override
        public int labelOf(NodeId neighbor) {
            return labels.labelOf(neighbor);
        }
    }

    private final class ForwarderOutput implements Forwarder.Output {
        @Override
        public void arrived(RoutedFrame frame, Arrival arrival) {
            try {
                read(frame, arrival);
            } catch (MalformedFrame malformed) {
                // The neighbor only passed it on: its link is not to blame.
                trace(TraceEvent.Kind.MALFORMED, arrival.neighbor(), frame.type() + ": " + malformed.getMessage());
            }
        }

        private void read(RoutedFrame frame, Arrival arrival) throws MalformedFrame {
            WireReader in = new WireReader(frame.body());
            switch (frame.type()) {
                case DATA -> receiver.handleData(Data.decode(in), arrival, now);
                case ADVANCE -> receiver.handleAdvance(Advance.decode(in), arrival, now);
                case ACK -> sender.handleAck(Ack.decode(in), now);
                case RESET -> sender.handleReset(Reset.decode(in), now);
                case ROUTE_ERROR -> routeError(RouteError.decode(in));
                case PROBE ->
                    answer(
                            arrival,
                            new ProbeReply(
                                    Probe.decode(in).number(),
                                    self.node(),
                                    frame.route().hopsTravelled()));
                case PROBE_REPLY -> probeReply(ProbeReply.decode(in));
                case HELLO, ACCEPT, CLOSE, PING, PONG, PEERS, FLOOD, FLOOD_ACK, DIGEST ->
                    throw new MalformedFrame("frame type", frame.type() + " does not travel on routes");
            }
        }

        private void routeError(RouteError error) throws MalformedFrame {
            trace(TraceEvent.Kind.ROUTE_ERROR, error.reporter(), error.reason() + " at label " + error.failedLabel());
            switch (error.reason()) {
                case NO_LINK, LOOP, OTHER -> {
                    router.distrust(error.reporter(), error.failedLabel(), now);
                    sender.handleRouteError(error, now);
                }
                // Sending again at once would only keep the queue full; the timer does it.
                case QUEUE_FULL -> {}
            }
        }

        private void probeReply(ProbeReply reply) {
            Long sentNanos = probes.remove(reply.number());
            if (sentNanos != null) {
                out.probed(reply.number(), reply.responder(), reply.hops(), now - sentNanos);
            }
        }

        @Override
        public LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {
            return links.send(neighbor, frame, urgency);
        }
    }

    private final class SenderOutput implements Sender.Output {
        @Override
        public void send(Path path, Frame frame) {
            transmit(path, frame);
        }

        @Override
        public void settled(long ticket, Outcome outcome) {
            settle(ticket, outcome);
        }
    }

    private final class ReceiverOutput implements Receiver.Output {
        @Override
        public void reply(NodeId origin, Arrival lastArrival, Frame frame) {
            Optional<Path> path = origin.equals(NodeId.ZERO)
                    ? Optional.empty()
                    : router.path(origin, dev.weft.core.flow.Paths.Choice.PRIMARY);
            if (path.isPresent()) {
                transmit(path.get(), frame);
            } else {
                answer(lastArrival, frame);
            }
        }

        @Override
        public Acceptance deliver(dev.weft.core.wire.FlowLabel flow, ByteView payload, int hops) {
            return endpoints.deliver(
                    flow.endpoint(), flow.kind(), new Endpoints.Delivery(flow.origin(), payload, hops));
        }
    }
}
