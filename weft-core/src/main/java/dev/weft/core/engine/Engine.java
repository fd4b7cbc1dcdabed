package dev.weft.core.engine;

import dev.weft.Description;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.Revocations;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.core.authority.Register;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Paths;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.forward.Path;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Connection;
import dev.weft.core.link.Security;
import dev.weft.core.route.Route;
import dev.weft.core.route.Routes;
import dev.weft.core.seal.Sealer;
import dev.weft.core.socket.Connections;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import dev.weft.core.socket.Ledger;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.EncodedFrame;
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
    public interface Output extends Endpoints.Output, Connections.Output {
        /**
         * Opens a connection; answered by {@link Engine#handleConnected} or {@link Engine#handleCarrierLost}, with the
         * number given here.
         */
        void dial(long connection, Locator locator);

        /** Sends a datagram to all within reach of beacons. */
        void beacon(ByteView datagram);

        /** Sends a datagram to where one came from. */
        void beaconTo(String source, ByteView datagram);

        /** Sends a datagram to all on this node's segment; asked for only after {@link Engine#openSegment}. */
        default void cast(ByteView datagram) {}

        /** A message for a group, to the inbox of this node's membership. */
        GroupAcceptance deliverToGroup(GroupArrival arrival);

        /** The one and only outcome of a send. */
        void settled(Claim claim, Outcome outcome);

        /** The one and only outcome of a send to many for one of them. */
        void settledFor(long ticket, NodeId member, Outcome outcome);

        /** Every member of a send to many has its outcome. */
        void groupSettled(long ticket);

        /**
         * There is no room for what comes, in all endpoints and connections together: what the application has taken
         * and not told of is to be told now.
         */
        default void crowded() {}

        void probed(long probe, NodeId responder, int hops, long roundTripNanos);

        void trace(TraceEvent event);

        /** A newer list of revocations holds, and is to outlive this process. */
        default void revocationsChanged(Revocations newest) {}
    }

    /** A probe under way. */
    public record ProbeSent(long number, NodeId node, int hops) {}

    /** How often in a turn what this node sends itself is answered; the rest waits for the next turn. */
    private static final int ROUNDS_MAX = 16;

    private final Self self;
    private final Machines machines;
    private final Audit audit;

    public Engine(EngineConfig config, Self self, Security security, Prng prng, Output out) {
        this(config, self, security, Sealer.NONE, Signatory.NONE, prng, Edition::read, out);
    }

    /** @param editions lets many engines of one process share what they have learned alike */
    public Engine(
            EngineConfig config,
            Self self,
            Security security,
            Sealer sealer,
            Signatory signatory,
            Prng prng,
            Edition.Source editions,
            Output out) {
        this.self = self;
        this.machines = new Machines(config, self, security, sealer, signatory, prng, editions, out);
        this.audit = new Audit(config, machines);
    }

    // ------------------------------------------------------------------ inputs

    public void start(long nowNanos) {
        machines.now(nowNanos);
        machines.membership.start(nowNanos);
        machines.guard.start(nowNanos);
        machines.seals.start(nowNanos);
        machines.discovery.start(self.locators(), nowNanos);
    }

    /** A connection that {@link Output#dial} asked for is there. */
    public void handleConnected(long connection, Assurance assurance, long nowNanos) {
        machines.now(nowNanos);
        OptionalLong dial = machines.dials.dialOf(connection);
        Optional<Locator> locator =
                dial.isPresent() ? machines.discovery.dialledLocator(dial.getAsLong()) : Optional.empty();
        locator.ifPresent(to -> machines.links.open(
                connection,
                Connection.dialled(connection, to).with(assurance),
                machines.membership.locators(),
                nowNanos));
    }

    /** Somebody has connected to this node; returns the number of the connection. */
    public long handleAccepted(Locator from, Assurance assurance, long nowNanos) {
        return handleAccepted(Connection.accepted(from).with(assurance), nowNanos);
    }

    /** As {@link #handleAccepted(Locator, Assurance, long)}, of a connection of which more is known. */
    public long handleAccepted(Connection accepted, long nowNanos) {
        machines.now(nowNanos);
        long connection = machines.newConnection();
        machines.links.open(connection, accepted, machines.membership.locators(), nowNanos);
        return connection;
    }

    public void handleFrame(long connection, ByteView frame, long nowNanos) {
        machines.now(nowNanos);
        machines.links.handleFrame(connection, frame, nowNanos);
    }

    /**
     * A connection has broken, or a dial has come to nothing.
     *
     * @param why for people
     */
    public void handleCarrierLost(long connection, String why, long nowNanos) {
        machines.now(nowNanos);
        machines.links.handleCarrierLost(connection, why, nowNanos);
        machines.dialFailed(connection, why);
    }

    /** A beacon of somebody who has the key of the mesh. */
    public void handleBeacon(ByteView datagram, String source, long nowNanos) {
        machines.now(nowNanos);
        machines.discovery.handleBeacon(datagram, source, nowNanos);
        machines.membership.choose(nowNanos);
    }

    /** A beacon of anybody, where the mesh has no key. */
    public void handleOpenBeacon(ByteView datagram, String source, long nowNanos) {
        machines.now(nowNanos);
        machines.discovery.handleOpenBeacon(datagram, source, nowNanos);
        machines.membership.choose(nowNanos);
    }

    /** A datagram for all on this node's segment has come, from somebody with the key of the mesh. */
    public void handleCast(ByteView datagram, long nowNanos) {
        machines.now(nowNanos);
        machines.groups.handleCast(datagram, nowNanos);
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

    /** The node's {@link Sealer} has done what it was asked for. */
    public void handleSealing(Sealer.Made made, long nowNanos) {
        machines.now(nowNanos);
        machines.seals.handleMade(made, nowNanos).forEach(machines.arrivals::opened);
    }

    /** The node's {@link Signatory} has looked at what it was asked to check. */
    public void handleChecked(List<Signatory.Checked> results, long nowNanos) {
        machines.now(nowNanos);
        machines.checks.handleChecked(results, nowNanos);
    }

    public void handleTime(long nowNanos) {
        machines.now(nowNanos);
        machines.links.handleTime(nowNanos);
        machines.guard.handleTime(nowNanos);
        machines.flooding.handleTime(nowNanos);
        machines.discovery.handleTime(nowNanos);
        machines.membership.handleTime(nowNanos);
        if (machines.router.handleTime(nowNanos) == Router.Change.RECOMPUTED) {
            machines.routesChanged();
        }
        machines.sender.handleTime(nowNanos);
        machines.receiver.handleTime(nowNanos);
        machines.groups.handleTime(nowNanos);
        machines.seals.handleTime(nowNanos);
        machines.connections.handleTime(nowNanos);
    }

    public long nextDeadlineNanos() {
        long control = Math.min(machines.links.nextDeadlineNanos(), machines.flooding.nextDeadlineNanos());
        long finding = Math.min(machines.discovery.nextDeadlineNanos(), machines.membership.nextDeadlineNanos());
        long guarding = machines.guard.nextDeadlineNanos();
        long connected = machines.connections.nextDeadlineNanos();
        long sending = Math.min(machines.sender.nextDeadlineNanos(), machines.receiver.nextDeadlineNanos());
        long moving = machines.post.hasMailForSelf() ? machines.now() : Math.min(sending, connected);
        long toMany = Math.min(machines.groups.nextDeadlineNanos(), machines.router.nextDeadlineNanos());
        long ways = Math.min(moving, machines.seals.nextDeadlineNanos());
        return Math.min(Math.min(Math.min(control, finding), guarding), Math.min(ways, toMany));
    }

    /** Ends a turn: what has gathered over it goes into the queues of the links. */
    public void flush(long nowNanos) {
        machines.now(nowNanos);
        machines.sender.flush(nowNanos);
        for (int round = 0; round == 0 || round < ROUNDS_MAX && machines.post.hasMailForSelf(); round++) {
            machines.post.deliverToSelf(machines.arrivals);
            machines.receiver.flush(nowNanos);
        }
        machines.groups.flush(nowNanos);
        for (NodeId unreachable : machines.discovery.takeUnreachable()) {
            machines.suspect(unreachable);
        }
        machines.membership.flush(nowNanos);
        machines.tellNews();
        machines.flooding.flush(nowNanos);
    }

    // ------------------------------------------------------------------ the carrier's side

    /** The connections that have something to say or are to be ended. */
    public long[] pending() {
        return machines.links.pending();
    }

    /** The next frame for a connection, null when none waits. */
    public @Nullable EncodedFrame poll(long connection) {
        return machines.links.poll(connection, machines.now());
    }

    /** True when nothing more will be said on a connection and it is to be ended. */
    public boolean isToClose(long connection) {
        return machines.links.isToClose(connection) && !machines.dials.isUnderWay(connection);
    }

    /** Whether the node at the other end of a connection has been let in. */
    public boolean isLink(long connection) {
        return machines.links.isLink(connection);
    }

    public void forget(long connection) {
        machines.links.forget(connection);
    }

    // ------------------------------------------------------------------ commands

    /**
     * From now on this node sends datagrams to all on its segment, and hears theirs.
     *
     * @param datagramBytesMax the longest of them
     */
    public void openSegment(int datagramBytesMax) {
        machines.groups.segment().open(datagramBytesMax);
    }

    /** Whether an endpoint of that name takes messages or connections. */
    public boolean isOpen(String endpoint) {
        return machines.endpoints.isOpen(endpoint) || machines.connections.isListening(endpoint);
    }

    /** How many endpoints are open, listeners included. */
    public int endpointCount() {
        return machines.endpoints.count() + machines.connections.listenerCount();
    }

    /** Opens an endpoint for DGRAM or RDM; returns its number. */
    public long open(String endpoint, SocketKind kind, long capacityBytes) {
        return open(endpoint, kind, Secrecy.BY_POLICY, capacityBytes);
    }

    /** The same, where what was not sent as secret as that is to be refused. */
    public long open(String endpoint, SocketKind kind, Secrecy demanded, long capacityBytes) {
        return machines.endpoints.open(endpoint, kind, demanded, capacityBytes);
    }

    public void closeEndpoint(long endpoint) {
        machines.endpoints.close(endpoint);
    }

    /**
     * The application has used what came to an endpoint.
     *
     * @param charge the sum of {@link ReceiveBuffer#charge} of each message
     */
    public void taken(long endpoint, long charge, long nowNanos) {
        machines.now(nowNanos);
        machines.endpoints.taken(endpoint, charge).ifPresent(machines.receiver::handleRoom);
    }

    /** Opens an endpoint for connections of SEQPACKET or STREAM; returns the listener's number. */
    public long listen(String endpoint, SocketKind kind) {
        return listen(endpoint, kind, Manner.DEFAULT, Connections.PATIENCE_NANOS);
    }

    /** The same, where answers are to travel in a manner of their own: see {@link Connections#listen}. */
    public long listen(String endpoint, SocketKind kind, Manner manner, long patienceNanos) {
        return machines.connections.listen(endpoint, kind, manner, patienceNanos);
    }

    public void closeListener(long listener, long nowNanos) {
        machines.now(nowNanos);
        machines.connections.closeListener(listener, nowNanos);
    }

    /** The application has taken a connection out of a listener's backlog. */
    public void accept(long connection) {
        machines.connections.accept(connection);
    }

    /** Asks for a connection, see {@link Connections#connect}; {@link Output#connected} tells what became of it. */
    public long connect(
            NodeId destination, SocketKind kind, String endpoint, Manner manner, long patienceNanos, long nowNanos) {
        machines.now(nowNanos);
        return machines.connections.connect(destination, kind, endpoint, manner, patienceNanos, nowNanos);
    }

    /** The node at the other end of a connection. */
    public Optional<NodeId> peerOf(long connection) {
        return machines.connections.peer(connection);
    }

    /** Sends on a connection; the ticket ends as any other. */
    public void sendOn(long connection, Send send, long nowNanos) {
        machines.now(nowNanos);
        machines.sends.sendOn(connection, send, nowNanos);
    }

    /** The application has used what came over a connection. */
    public void takenFrom(long connection, long charge, long nowNanos) {
        machines.now(nowNanos);
        machines.connections.taken(connection, charge).ifPresent(machines.receiver::handleRoom);
    }

    /** Nothing more will be sent on a connection. */
    public void finish(long connection, long nowNanos) {
        machines.now(nowNanos);
        machines.connections.finish(connection, nowNanos);
    }

    /** The application is done with a connection: see {@link Connections#close(long, long, long)}. */
    public void closeConnection(long connection, long takenCharge, long nowNanos) {
        machines.now(nowNanos);
        machines.connections.close(connection, takenCharge, nowNanos);
    }

    /** Ends a connection at once, both ways. */
    public void abort(long connection, long nowNanos) {
        machines.now(nowNanos);
        machines.connections.abort(connection, nowNanos);
    }

    public void send(Send send, long nowNanos) {
        machines.now(nowNanos);
        machines.sends.send(send, nowNanos);
    }

    /** This node is a member of a group from now on; of the group {@code ""} it always is, but hears it only joined. */
    public void join(String group, long nowNanos) {
        machines.now(nowNanos);
        machines.membership.groupsChanged(machines.groups.join(group), nowNanos);
    }

    public void leave(String group, long nowNanos) {
        machines.now(nowNanos);
        machines.membership.groupsChanged(machines.groups.leave(group), nowNanos);
    }

    /** Sends to every node named; one outcome each. */
    public void sendToMany(GroupSend send, long nowNanos) {
        machines.now(nowNanos);
        machines.groups.send(send, nowNanos);
    }

    /** An inbox that had no room has some. */
    public void handleRoom(long nowNanos) {
        machines.now(nowNanos);
        machines.groups.handleRoom(nowNanos);
    }

    /** An inbox that had detached takes part again, and wants what its senders have kept for it. */
    public void handleCaughtUp(String group, long nowNanos) {
        machines.now(nowNanos);
        machines.groups.handleCaughtUp(group);
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

    /** What this node tells of itself beside its name. */
    public Description description() {
        return machines.membership.description();
    }

    /** Tells something else of this node from now on; before {@link #start}, from then on. */
    public void describe(Description description, long nowNanos) {
        machines.now(nowNanos);
        machines.membership.describe(description, nowNanos);
    }

    /** What this node was seen to receive and to send, in bits per second; others are told, and nothing is held to it. */
    public void measured(Peer.Bandwidth bandwidth, long nowNanos) {
        machines.now(nowNanos);
        machines.membership.measured(bandwidth, nowNanos);
    }

    /** The keys of the mesh that this node's prover knows have changed. */
    public void keysChanged(long nowNanos) {
        machines.now(nowNanos);
        machines.links.keysChanged(nowNanos);
    }

    /** The credential that this node's notary has is another one. */
    public void credentialChanged(long nowNanos) {
        machines.now(nowNanos);
        machines.guard.announce(nowNanos);
        machines.links.keysChanged(nowNanos);
    }

    /** A list of revocations that this node was handed: spread over the mesh if it is news. */
    public Register.Adoption revoke(Revocations list, long nowNanos) {
        machines.now(nowNanos);
        return machines.guard.adopt(ByteView.of(list.bytes()), nowNanos);
    }

    /** Tells all that this node is leaving. Frames may go on for a while; {@link #close} ends it. */
    public void leave(long nowNanos) {
        machines.now(nowNanos);
        machines.groups.handOver(nowNanos);
        machines.membership.leave(nowNanos);
        machines.discovery.leave();
        machines.flooding.flush(nowNanos);
    }

    /** Settles every ticket and closes every link; what is said about it is to be polled once more. */
    public void close(long nowNanos) {
        machines.now(nowNanos);
        machines.connections.close(nowNanos);
        machines.sender.close();
        machines.groups.close(nowNanos);
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

    /** The members of a group that can be reached, this node included where it is one; of {@code ""} everyone. */
    public SortedSet<NodeId> members(String group) {
        return machines.groups.members(group);
    }

    /** Every group that a node that can be reached, or this one, is in; {@code ""} is not named. */
    public SortedSet<String> groupNames() {
        return machines.groups.names();
    }

    /** What this node knows of the word of the mesh's authority. */
    public Register register() {
        return machines.guard.register();
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
        return machines.router.reachableSet();
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

    /** Whether this node has something to seal with now. */
    public boolean canSeal() {
        return machines.seals.isActive();
    }

    /** Whether what goes to a node over that many links leaves sealed. */
    public boolean isSealed(NodeId destination, int hops) {
        return machines.seals.isToSeal(destination, hops);
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

    /** The latest links that were not made or did not last, oldest first. */
    public List<Refusal> refusals() {
        return machines.links.refusals().latest();
    }

    /** The latest denials that were told, oldest first: what this node refused others, and others refused it. */
    public List<Denial> denials() {
        return machines.denials.latest();
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
