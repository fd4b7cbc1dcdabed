package dev.weft.sim;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.flow.GroupReceiver;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.link.Assurance;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A simulated process: one engine, its connections, its clock, its application. May die and live again. */
final class SimNode {
    static final String ENDPOINT = "app";

    /** So much of each frame goes into the trace: its route and its numbers; what payloads hold the journal checks. */
    private static final int TRACED_BYTES = 64;

    /** An engine's input; the argument is the node's own clock. */
    interface Turn {
        void run(Engine engine, long localNanos);
    }

    /** One connection as this node has it. */
    private final class Wire implements Carrier.End {
        private final int life;
        private final long number;
        private Carrier.@Nullable Direction out;
        private @Nullable Wire peer;
        private boolean closed;

        private Wire(long number) {
            this.life = SimNode.this.life;
            this.number = number;
        }

        @Override
        public boolean isOpen() {
            return !closed && engine != null && life == SimNode.this.life;
        }

        @Override
        public void arrive(List<ByteView> frames, long nowNanos) {
            turn((present, local) -> {
                for (ByteView frame : frames) {
                    if (!isOpen()) {
                        return;
                    }
                    world.trace.add(frame.slice(0, Math.min(TRACED_BYTES, frame.length()))
                                    .hash64()
                            + frame.length());
                    requireNoLoop(frame);
                    present.handleFrame(number, world.tampering.alter(SimNode.this, frame), local);
                }
            });
        }

        private void requireNoLoop(ByteView frame) {
            Wire from = peer;
            if (from != null) {
                world.requireNoLoop(frame, SimNode.this, from.owner());
            }
        }

        private SimNode owner() {
            return SimNode.this;
        }

        @Override
        public void writable(long nowNanos) {
            turn((present, local) -> {});
        }

        @Override
        public void lost(long nowNanos) {
            turn((present, local) -> {
                if (isOpen()) {
                    closed = true;
                    wires.remove(number);
                    present.handleCarrierLost(number, "the connection broke", local);
                }
            });
        }
    }

    final int index;
    private final World world;
    private final Community community;
    private final Prng prng;
    private final int driftPpm;
    private final long skewNanos;
    private final EngineConfig config;

    /** Stands for the hash of a public key. */
    private ByteView key = ByteView.EMPTY;

    private NodeId id;
    private long incarnation;
    private int life;
    private long bornNanos;
    private long pausedUntilNanos;
    private long wakeNanos = Deadlines.NEVER;
    private long wakeNumber;
    private @Nullable Engine engine;
    private final TreeMap<Long, Wire> wires = new TreeMap<>();
    private final TreeMap<Long, Integer> tickets = new TreeMap<>();
    private long nextTicket = 1;
    private final TreeMap<SocketKind, Long> endpoints = new TreeMap<>();
    private final TreeMap<Long, Sessions.End> ends = new TreeMap<>();
    private final TreeMap<Long, Consumer<Outcome>> fates = new TreeMap<>();
    private int identities;
    private final TreeMap<String, Long> joinedSince = new TreeMap<>();
    private final TreeMap<Long, Long> groupTickets = new TreeMap<>();
    private GroupAcceptance full = GroupAcceptance.TAKEN;

    SimNode(int index, World world, Community community, Prng prng, int driftPpmMax, EngineConfig config) {
        this.index = index;
        this.world = world;
        this.community = community;
        this.prng = prng;
        this.driftPpm = driftPpmMax == 0 ? 0 : (int) prng.between(-driftPpmMax, driftPpmMax);
        this.skewNanos = prng.between(0, 5_000_000_000L);
        this.config = config;
        this.id = newId();
    }

    NodeId id() {
        return id;
    }

    Community community() {
        return community;
    }

    boolean isAlive() {
        return engine != null;
    }

    @Nullable
    Engine engine() {
        return engine;
    }

    static Locator locatorOf(int index) {
        return new Locator("sim", "node:" + (index + 1));
    }

    private static int indexOf(Locator locator) {
        return Integer.parseInt(locator.address().substring(5)) - 1;
    }

    void start(List<Locator> configured) {
        incarnation++;
        life++;
        bornNanos = world.events.nowNanos();
        pausedUntilNanos = 0;
        wakeNanos = Deadlines.NEVER;
        Engine.Self self = new Engine.Self(
                community.mesh(),
                id,
                prng.nextLong() | 1,
                incarnation,
                "node" + (index + 1),
                hostId(),
                List.of(locatorOf(index)),
                skewNanos);
        engine = new Engine(
                config,
                self,
                world.security(community, prng.fork(0x5ec00000L + life)),
                prng.fork(life),
                world.editions,
                new Output());
        turn((present, local) -> {
            for (SocketKind kind : SocketKind.values()) {
                open(present, kind);
            }
            for (Locator locator : configured) {
                present.addConfigured(locator, local);
            }
            present.start(local);
            full = GroupAcceptance.TAKEN;
            joinedSince.clear();
            for (String group : World.GROUPS) {
                if (group.isEmpty() || prng.chance(500_000)) {
                    joinedSince.put(group, world.events.nowNanos());
                    present.join(group, local);
                }
            }
        });
    }

    /** In or out of a group. */
    void changeMembership(String group) {
        turn((present, local) -> {
            if (joinedSince.remove(group) != null) {
                present.leave(group, local);
            } else {
                joinedSince.put(group, world.events.nowNanos());
                present.join(group, local);
            }
        });
    }

    /** The inbox of this node's memberships has no room for a while. */
    void fillInboxFor(GroupAcceptance answer, long nanos) {
        int bound = life;
        full = answer;
        world.events.after(nanos, at -> {
            if (life == bound && isAlive()) {
                full = GroupAcceptance.TAKEN;
                turn((present, local) -> present.handleRoom(local));
            }
        });
    }

    void crash() {
        world.journal.crashed(index);
        for (Wire wire : List.copyOf(wires.values())) {
            hangUp(wire);
        }
        wires.clear();
        world.groups.crashed(lifeName());
        tickets.clear();
        groupTickets.clear();
        endpoints.clear();
        ends.clear();
        fates.clear();
        engine = null;
    }

    /** Closes an endpoint; it opens again after a while, unless the process has died meanwhile. */
    void closeEndpointFor(SocketKind kind, long nanos) {
        int bound = life;
        turn((present, local) -> {
            Long number = endpoints.remove(kind);
            if (number != null) {
                shut(present, kind, number, local);
            }
        });
        world.events.after(nanos, at -> {
            if (lives(bound)) {
                turn((present, local) -> {
                    if (!endpoints.containsKey(kind)) {
                        open(present, kind);
                    }
                });
            }
        });
    }

    private void open(Engine present, SocketKind kind) {
        long number = kind.isConnected()
                ? present.listen(endpointOf(kind), kind)
                : present.open(endpointOf(kind), kind, Endpoints.Limits.DEFAULT.capacityBytes());
        endpoints.put(kind, number);
    }

    private static void shut(Engine present, SocketKind kind, long number, long local) {
        if (kind.isConnected()) {
            present.closeListener(number, local);
        } else {
            present.closeEndpoint(number);
        }
    }

    static String endpointOf(SocketKind kind) {
        return ENDPOINT + "-" + kind;
    }

    // ------------------------------------------------------------------ connections

    int life() {
        return life;
    }

    /** Whether the process of that life still runs. */
    boolean lives(int thatLife) {
        return engine != null && life == thatLife;
    }

    private void inLife(int thatLife, Turn input) {
        if (lives(thatLife)) {
            turn(input);
        }
    }

    void connect(Sessions.End end, NodeId to, SocketKind kind) {
        turn((present, local) -> {
            long connection = present.connect(to, kind, endpointOf(kind), Manner.DEFAULT, 10_000_000_000L, local);
            end.connectedAs(connection);
            ends.put(connection, end);
        });
    }

    void sendOn(
            Sessions.End end,
            int ofLife,
            long connection,
            SocketKind kind,
            ByteView payload,
            long timeoutNanos,
            Consumer<Outcome> fate) {
        inLife(ofLife, (present, local) -> {
            long ticket = nextTicket++;
            fates.put(ticket, fate);
            NodeId to = present.peerOf(connection).orElse(id);
            Send send = new Send(ticket, to, endpointOf(kind), kind, Manner.DEFAULT, payload, timeoutNanos);
            present.sendOn(connection, send, local);
        });
    }

    void finish(int ofLife, long connection) {
        inLife(ofLife, (present, local) -> present.finish(connection, 30_000_000_000L, local));
    }

    void takenFrom(int ofLife, long connection, ByteView payload, long afterNanos) {
        world.events.after(
                afterNanos,
                at -> inLife(
                        ofLife,
                        (present, local) -> present.takenFrom(connection, ReceiveBuffer.charge(payload), local)));
    }

    /** Applications hear of things when the engine's turn is over. */
    private void later(Runnable report) {
        int bound = life;
        world.events.after(0, at -> {
            if (lives(bound)) {
                report.run();
            }
        });
    }

    private void atEnd(long connection, Consumer<Sessions.End> report) {
        later(() -> {
            Sessions.End end = ends.get(connection);
            if (end != null) {
                report.accept(end);
            }
        });
    }

    /** A node that lost its state directory is another node. */
    void forgetIdentity() {
        id = newId();
        incarnation = 0;
    }

    void pause(long untilNanos) {
        pausedUntilNanos = untilNanos;
    }

    void send(int destination, NodeId to, SocketKind kind, ByteView payload, long timeoutNanos) {
        int number = world.journal.nextNumber();
        world.journal.sent(index, destination, kind, payload);
        long ticket = nextTicket++;
        tickets.put(ticket, number);
        turn((present, local) -> present.send(
                new Send(ticket, to, endpointOf(kind), kind, Manner.DEFAULT, payload, timeoutNanos), local));
    }

    private String lifeName() {
        return "node" + index + "." + life;
    }

    /** To the members of a group, or to the nodes listed where there are some. */
    void sendToMany(GroupName name, SortedSet<NodeId> listed, World.Hearing hearing, int bytes, long timeoutNanos) {
        turn((present, local) -> {
            TreeSet<NodeId> members = new TreeSet<>(listed.isEmpty() ? present.members(name.group()) : listed);
            if (hearing == World.Hearing.OTHERS_ONLY) {
                members.remove(id);
            }
            long number = world.groups.nextNumber();
            ByteView payload = Journal.payload(number, bytes);
            world.groups.sent(lifeName(), name, members, payload, world.events.nowNanos());
            long ticket = nextTicket++;
            groupTickets.put(ticket, number);
            present.sendToMany(new GroupSend(ticket, name, members, payload, timeoutNanos), local);
        });
    }

    /** The application has received something. */
    void received(ByteView payload, GroupName name, long missed) {
        world.groups.received(id, lifeName(), joinedSince.getOrDefault(name.group(), Long.MAX_VALUE), payload, missed);
    }

    void hear(ByteView beacon, int source) {
        turn((present, local) -> present.handleBeacon(beacon, "sim/" + source, local));
    }

    /** Runs an input, then sends what came of it, then sees when to wake up. */
    void turn(Turn input) {
        Engine present = engine;
        if (present == null) {
            return;
        }
        long now = world.events.nowNanos();
        if (now < pausedUntilNanos) {
            int bound = life;
            world.events.at(pausedUntilNanos, at -> {
                if (life == bound) {
                    turn(input);
                }
            });
            return;
        }
        long local = local(now);
        input.run(present, local);
        if (present.nextDeadlineNanos() <= local) {
            present.handleTime(local);
        }
        present.flush(local);
        for (Long number : present.pending()) {
            Wire wire = wires.get(number);
            if (wire != null) {
                drain(present, wire, now);
            }
        }
        present.audit();
        wakeAt(present.nextDeadlineNanos());
    }

    private void drain(Engine present, Wire wire, long now) {
        Carrier.Direction out = wire.out;
        Wire peer = wire.peer;
        if (out == null || peer == null || wire.closed) {
            return;
        }
        while (out.isWritable(now)) {
            ByteView frame = present.poll(wire.number);
            if (frame == null) {
                break;
            }
            out.transmit(frame, wire, peer);
        }
        if (present.isToClose(wire.number)) {
            present.forget(wire.number);
            wires.remove(wire.number);
            hangUp(wire);
        }
    }

    private void wakeAt(long localNanos) {
        if (localNanos == Deadlines.NEVER) {
            return;
        }
        long at = Math.max(world.events.nowNanos(), global(localNanos));
        if (at >= wakeNanos && wakeNanos > world.events.nowNanos()) {
            return;
        }
        wakeNanos = at;
        long number = ++wakeNumber;
        int bound = life;
        world.events.at(at, reached -> {
            if (number == wakeNumber && bound == life) {
                wakeNanos = Deadlines.NEVER;
                turn((present, local) -> {});
            }
        });
    }

    private long local(long globalNanos) {
        long since = globalNanos - bornNanos;
        return since + since / 1_000_000 * driftPpm;
    }

    private long global(long localNanos) {
        long at = bornNanos + localNanos - localNanos / 1_000_000 * driftPpm;
        while (local(at) < localNanos) {
            at += Math.max(1, localNanos - local(at));
        }
        return at;
    }

    private NodeId newId() {
        key = Community.words(prng.fork(0x1d00L + identities++), Assurance.KEY_HASH_BYTES / 8);
        NodeId made = NodeId.fromDigest(key.toByteArray());
        world.belongs(made, community);
        return made;
    }

    private ByteView hostId() {
        return new WireWriter().u64(index + 1).u64(0x5057L).view();
    }

    // ------------------------------------------------------------------ connections

    private void dial(long number, Locator locator) {
        int target = indexOf(locator);
        Wire wire = new Wire(number);
        wires.put(number, wire);
        long travel = world.options.faults().delayNanos();
        world.events.after(travel, at -> world.node(target).accept(wire, this));
    }

    private void accept(Wire dialler, SimNode from) {
        boolean reachable = world.passes(from.index, index) && world.passes(index, from.index);
        Engine present = engine;
        if (!reachable) {
            world.events.after(3_000_000_000L, dialler::lost);
            return;
        }
        if (present == null) {
            world.events.after(world.options.faults().delayNanos(), dialler::lost);
            return;
        }
        turn((alive, local) -> {
            if (!dialler.isOpen()) {
                return;
            }
            Wire wire = new Wire(
                    alive.handleAccepted(locatorOf(from.index), Assurance.authenticated(key, from.key), local));
            wires.put(wire.number, wire);
            join(dialler, from, wire);
            ByteView accepterKey = key;
            world.events.after(
                    world.options.faults().delayNanos(),
                    at -> from.turn((engine, theirs) -> {
                        if (dialler.isOpen()) {
                            engine.handleConnected(
                                    dialler.number, Assurance.authenticated(from.key, accepterKey), theirs);
                        }
                    }));
        });
    }

    private void join(Wire dialler, SimNode from, Wire accepter) {
        Carrier carrier =
                new Carrier(world.events, world.options.carrier(), world.faults(), world::passes, world.counts);
        Prng draws = world.prng.fork(world.nextCarrier());
        dialler.out = carrier.direction(from.index, index, draws.fork(1));
        accepter.out = carrier.direction(index, from.index, draws.fork(2));
        dialler.peer = accepter;
        accepter.peer = dialler;
    }

    /** The end of a connection is told to the other side where the carrier is one that tells. */
    private void hangUp(Wire wire) {
        wire.closed = true;
        Wire peer = wire.peer;
        if (peer != null && world.options.carrier() == Carrier.Kind.STREAM) {
            world.events.after(world.options.faults().delayNanos() + 1_000_000, peer::lost);
        }
    }

    private final class Output implements Engine.Output {
        @Override
        public void dial(long connection, Locator locator) {
            SimNode.this.dial(connection, locator);
        }

        @Override
        public void beacon(ByteView datagram) {
            world.beacon(index, datagram);
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            world.beaconTo(index, Integer.parseInt(source.substring(4)), datagram);
        }

        @Override
        public void deliver(long endpoint, Endpoints.Delivery delivery) {
            if (!endpoints.containsValue(endpoint)) {
                world.violations.add(
                        "nothing is delivered to a closed endpoint", "node " + index + " has closed " + endpoint);
            }
            if (GroupJournal.isForMany(delivery.payload())) {
                world.groups.received(id, lifeName(), Long.MAX_VALUE, delivery.payload(), -1);
            } else {
                world.application.receive(SimNode.this, delivery.payload());
            }
            long charge = ReceiveBuffer.charge(delivery.payload());
            int bound = life;
            world.events.after(
                    world.takingNanos(),
                    at -> inLife(bound, (present, local) -> present.taken(endpoint, charge, local)));
        }

        @Override
        public void accepted(long listener, long connection, NodeId from) {
            later(() -> {
                turn((present, local) -> present.accept(connection));
                ends.put(connection, world.sessions.accepted(SimNode.this, connection));
            });
        }

        @Override
        public void connected(long connection, Outcome outcome) {
            atEnd(connection, end -> end.connected(outcome));
        }

        @Override
        public void received(long connection, ByteView payload) {
            ByteView kept = payload.compact();
            atEnd(connection, end -> end.received(kept));
        }

        @Override
        public void inputEnded(long connection) {
            atEnd(connection, Sessions.End::inputEnded);
        }

        @Override
        public void outputFinished(long connection) {
            atEnd(connection, Sessions.End::outputFinished);
        }

        @Override
        public void broken(long connection, Outcome.Reason reason) {
            atEnd(connection, end -> end.broken(reason));
        }

        @Override
        public GroupAcceptance deliverToGroup(GroupReceiver.Delivery delivery) {
            if (!joinedSince.containsKey(delivery.name().group())) {
                world.violations.add(
                        "nothing is delivered to a group that was left",
                        "node " + index + " has left " + delivery.name().group());
            }
            switch (full) {
                case TAKEN -> SimNode.this.received(delivery.payload(), delivery.name(), delivery.missedCount());
                case DETACHED -> world.groups.refused(id, delivery.payload());
                case LATER, NO_MEMBER -> {}
            }
            return full;
        }

        @Override
        public void settledFor(long ticket, NodeId member, Outcome outcome) {
            world.trace.add(ticket * 31L + outcome.kind().ordinal());
            world.groups.settled(groupTickets.getOrDefault(ticket, -1L), member, outcome);
        }

        @Override
        public void groupSettled(long ticket) {
            Long number = groupTickets.remove(ticket);
            if (number != null) {
                world.groups.ended(number);
            }
        }

        @Override
        public void settled(long ticket, Outcome outcome) {
            Consumer<Outcome> fate = fates.remove(ticket);
            if (fate != null) {
                later(() -> fate.accept(outcome));
                return;
            }
            Integer number = tickets.remove(ticket);
            if (number == null) {
                world.violations.add(
                        "one outcome per ticket", "node " + index + " settles ticket " + ticket + " again");
                return;
            }
            world.trace.add(number * 31L + outcome.kind().ordinal());
            world.journal.settled(number, outcome);
        }

        @Override
        public void probed(long probe, NodeId responder, int hops, long roundTripNanos) {
            world.trace.add(probe);
        }

        @Override
        public void trace(TraceEvent event) {
            world.log(index, event);
        }
    }

    /** Everything that can differ between two nodes that ought to agree. */
    List<String> differencesFrom(SimNode other) {
        List<String> differences = new ArrayList<>();
        Engine mine = engine;
        Engine theirs = other.engine;
        if (mine == null || theirs == null) {
            return differences;
        }
        if (mine.lsdbHash() != theirs.lsdbHash()) {
            differences.add("link-state databases of node " + index + " and node " + other.index + " differ");
        }
        if (!mine.reachable().contains(other.id)) {
            differences.add("node " + index + " has no route to node " + other.index);
        }
        return differences;
    }
}
