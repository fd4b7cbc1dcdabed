package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Paths;
import dev.weft.core.flow.Send;
import dev.weft.core.forward.Path;
import dev.weft.core.link.Connection;
import dev.weft.core.route.Route;
import dev.weft.core.route.Routes;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.Ledger;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.wire.CloseReason;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One node's protocol: the only door to its machines, and the order in which they take their turns. Deterministic: time comes in with each call, as
 * nanoseconds since some start of its own, and chance from one seeded generator.
 *
 * <p>Single-threaded. A turn is:
 * <ol>
 *   <li>any number of inputs ({@code handle…}) and commands;
 *   <li>{@link #handleTime} where {@link #nextDeadlineNanos} has come;
 *   <li>{@link #flush};
 *   <li>for each connection of {@link #pending} that can take something: {@link #poll} until it is full or nothing is
 *       left, and where {@link #isToClose} says so, an end of the connection and {@link #forget}.
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

    /** A probe under way. */
    public record ProbeSent(long number, NodeId node, int hops) {}

    private final Self self;
    private final Machines machines;
    private final Audit audit;

    public Engine(EngineConfig config, Self self, Prng prng, Output out) {
        this(config, self, prng, Edition::read, out);
    }

    /** @param editions lets many engines of one process share what they have learned alike */
    public Engine(EngineConfig config, Self self, Prng prng, Edition.Source editions, Output out) {
        this.self = self;
        this.machines = new Machines(config, self, prng, editions, out);
        this.audit = new Audit(config, machines);
    }

    // ------------------------------------------------------------------ inputs

    public void start(long nowNanos) {
        machines.now(nowNanos);
        machines.membership.start(nowNanos);
        machines.discovery.start(self.locators(), nowNanos);
    }

    /** A connection that {@link Output#dial} asked for is there. */
    public void handleConnected(long connection, long nowNanos) {
        machines.now(nowNanos);
        OptionalLong dial = machines.dials.dialOf(connection);
        Optional<Locator> locator =
                dial.isPresent() ? machines.discovery.dialledLocator(dial.getAsLong()) : Optional.empty();
        locator.ifPresent(to -> machines.links.open(
                connection, Connection.dialled(connection, to), machines.membership.locators(), nowNanos));
    }

    /** Somebody has connected to this node; returns the number of the connection. */
    public long handleAccepted(Locator from, long nowNanos) {
        machines.now(nowNanos);
        long connection = machines.newConnection();
        machines.links.open(connection, Connection.accepted(from), machines.membership.locators(), nowNanos);
        return connection;
    }

    public void handleFrame(long connection, ByteView frame, long nowNanos) {
        machines.now(nowNanos);
        machines.links.handleFrame(connection, frame, nowNanos);
    }

    /** A connection has broken, or a dial has come to nothing. */
    public void handleCarrierLost(long connection, long nowNanos) {
        machines.now(nowNanos);
        machines.links.handleCarrierLost(connection, nowNanos);
        machines.dialEnded(connection);
    }

    public void handleBeacon(ByteView datagram, String source, long nowNanos) {
        machines.now(nowNanos);
        machines.discovery.handleBeacon(datagram, source, nowNanos);
        machines.membership.choose(nowNanos);
    }

    public void handleHostEntry(NodeId node, long incarnation, List<Locator> locators, long nowNanos) {
        machines.now(nowNanos);
        machines.discovery.handleHostEntry(node, incarnation, locators, nowNanos);
        machines.membership.choose(nowNanos);
    }

    public void handleHostEntryGone(NodeId node, long nowNanos) {
        machines.now(nowNanos);
        machines.discovery.handleHostEntryGone(node);
    }

    /** A node of an earlier run. */
    public void remember(NodeId node, List<Locator> locators, long nowNanos) {
        machines.now(nowNanos);
        machines.discovery.remember(node, locators, nowNanos);
    }

    public void addConfigured(Locator locator, long nowNanos) {
        machines.now(nowNanos);
        machines.discovery.addConfigured(locator, nowNanos);
    }

    public void handleTime(long nowNanos) {
        machines.now(nowNanos);
        machines.links.handleTime(nowNanos);
        machines.flooding.handleTime(nowNanos);
        machines.discovery.handleTime(nowNanos);
        machines.membership.handleTime(nowNanos);
        if (machines.router.handleTime(nowNanos) == Router.Change.RECOMPUTED) {
            machines.routesChanged();
        }
        machines.sender.handleTime(nowNanos);
        machines.receiver.handleTime(nowNanos);
    }

    public long nextDeadlineNanos() {
        long control = Math.min(machines.links.nextDeadlineNanos(), machines.flooding.nextDeadlineNanos());
        long finding = Math.min(machines.discovery.nextDeadlineNanos(), machines.membership.nextDeadlineNanos());
        long sending = Math.min(machines.sender.nextDeadlineNanos(), machines.receiver.nextDeadlineNanos());
        return Math.min(Math.min(control, finding), Math.min(sending, machines.router.nextDeadlineNanos()));
    }

    /** Ends a turn: what has gathered over it goes into the queues of the links. */
    public void flush(long nowNanos) {
        machines.now(nowNanos);
        machines.receiver.flush();
        machines.discovery.takeUnreachable().forEach(machines::suspect);
        machines.membership.flush(nowNanos);
        machines.flooding.flush(nowNanos);
    }

    // ------------------------------------------------------------------ the carrier's side

    /** The connections that have something to say or are to be ended. */
    public List<Long> pending() {
        return machines.links.pending();
    }

    /** The next frame for a connection, null when none waits. */
    public @Nullable ByteView poll(long connection) {
        return machines.links.poll(connection);
    }

    /** True when nothing more will be said on a connection and it is to be ended. */
    public boolean isToClose(long connection) {
        return machines.links.isToClose(connection) && !machines.dials.isUnderWay(connection);
    }

    public void forget(long connection) {
        machines.links.forget(connection);
    }

    // ------------------------------------------------------------------ commands

    public boolean isOpen(String endpoint) {
        return machines.endpoints.isOpen(endpoint);
    }

    public void open(String endpoint, SocketKind kind) {
        machines.endpoints.open(endpoint, kind);
    }

    public void close(String endpoint) {
        machines.endpoints.close(endpoint);
    }

    public void send(Send send, long nowNanos) {
        machines.now(nowNanos);
        machines.sends.send(send, nowNanos);
    }

    /** Asks every node on the way to one for a sign of life; returns the probes' numbers by node, nearest first. */
    public List<ProbeSent> probe(NodeId destination, long firstNumber, long nowNanos) {
        machines.now(nowNanos);
        return machines.probes.send(destination, firstNumber, nowNanos);
    }

    /** A probe that nobody waits for any more. */
    public void endProbe(long number) {
        machines.probes.end(number);
    }

    /** Where this node can be reached. */
    public void locatorsChanged(List<Locator> locators, long nowNanos) {
        machines.now(nowNanos);
        machines.membership.locatorsChanged(locators, nowNanos);
        machines.discovery.locatorsChanged(locators, nowNanos);
    }

    /** Tells all that this node is leaving. Frames may go on for a while; {@link #close} ends it. */
    public void leave(long nowNanos) {
        machines.now(nowNanos);
        machines.membership.leave(nowNanos);
        machines.discovery.leave();
        machines.flooding.flush(nowNanos);
    }

    /** Settles every ticket and closes every link; what is said about it is to be polled once more. */
    public void close(long nowNanos) {
        machines.now(nowNanos);
        machines.sender.close();
        machines.links.closeAll(CloseReason.SHUTDOWN, "the node is leaving", nowNanos);
    }

    // ------------------------------------------------------------------ questions

    /** @throws dev.weft.core.base.InvariantError unless the books balance and every bound holds */
    public void audit() {
        audit.check();
    }

    /** The neighbor that this node's label leads to, while the link is up. */
    public Optional<NodeId> neighborBehind(int label) {
        return machines.labels.neighborOf(label).filter(machines.links::isUp);
    }

    public Ledger ledger() {
        return machines.sends.ledger();
    }

    public Endpoints endpoints() {
        return machines.endpoints;
    }

    public Lsdb lsdb() {
        return machines.flooding.lsdb();
    }

    public long lsdbHash() {
        return machines.flooding.lsdb().hash();
    }

    /** The other nodes that there is a way to. */
    public SortedSet<NodeId> reachable() {
        return machines.router.reachable();
    }

    public SortedSet<NodeId> neighbors() {
        TreeSet<NodeId> neighbors = new TreeSet<>();
        machines.links.neighbors().forEach(neighbors::add);
        return neighbors;
    }

    /** The present way to a node. */
    public Optional<List<NodeId>> way(NodeId destination) {
        return machines.router.path(destination, Paths.Choice.PRIMARY).map(Path::nodes);
    }

    /** Whether the routes are made from all that is known; otherwise a computation is due. */
    public boolean routesAreCurrent() {
        return machines.router.isCurrent();
    }

    /** The computed route to a node, with its cost. */
    public Optional<Route> route(NodeId destination) {
        return machines.router.routes().primary(destination);
    }

    public Routes routes() {
        return machines.router.routes();
    }

    public List<LinkReport> linkReports() {
        return machines.links.reports();
    }

    public List<NodeId> knownNodes() {
        return machines.discovery.nodes();
    }

    public List<Locator> locatorsOf(NodeId node) {
        return machines.discovery.locatorsOf(node);
    }

    public long forwardedCount() {
        return machines.forwarder.forwardedCount();
    }

    /** Everything counted beside the books, by stable names. */
    public TreeMap<String, Long> counters() {
        return audit.counters();
    }
}
