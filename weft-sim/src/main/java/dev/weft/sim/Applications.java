package dev.weft.sim;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.GroupManner;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import dev.weft.core.wire.GroupName;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What uses the engine of one simulated process: its endpoints, memberships, tickets and connections, and what the
 * journals are told of them. Dies with the process and begins empty in its next life.
 */
final class Applications {
    private static final String ENDPOINT = "app";

    /** So many messages are sent together at most, of so many bytes. */
    private static final int PACKED_MAX = 8;

    private static final int PACKED_BYTES_MAX = 1_000;

    private final SimNode node;
    private final World world;
    private final TreeMap<Long, Integer> tickets = new TreeMap<>();
    private final TreeMap<Long, Long> groupTickets = new TreeMap<>();
    private final TreeMap<SocketKind, Long> endpoints = new TreeMap<>();
    private final TreeMap<Long, Sessions.End> ends = new TreeMap<>();
    private final TreeMap<Long, Consumer<Outcome>> fates = new TreeMap<>();
    private final TreeMap<String, Long> joinedSince = new TreeMap<>();
    private GroupAcceptance full = GroupAcceptance.TAKEN;
    private final Prng ways;
    private final Prng taking;
    private long nextTicket = 1;

    Applications(SimNode node, World world) {
        this.node = node;
        this.world = world;
        this.ways = world.prng.fork(500_000 + node.index);
        this.taking = world.prng.fork(7).fork(node.index);
    }

    /** Where the engine of this life reports to. */
    Engine.Output output() {
        return new Output();
    }

    // ------------------------------------------------------------------ a life

    void open(Engine present) {
        for (SocketKind kind : SocketKind.values()) {
            open(present, kind);
        }
    }

    /** Enters groups, drawn for each life anew; everyone is in the first. */
    void join(Engine present, Prng draws, long localNanos) {
        full = GroupAcceptance.TAKEN;
        joinedSince.clear();
        for (String group : World.GROUPS) {
            if (group.isEmpty() || draws.chance(500_000)) {
                joinedSince.put(group, node.timeline.nowNanos());
                present.join(group, localNanos);
            }
        }
    }

    void crash() {
        world.journal.crashed(node.index);
        world.groups.crashed(lifeName());
        tickets.clear();
        groupTickets.clear();
        endpoints.clear();
        ends.clear();
        fates.clear();
    }

    private String lifeName() {
        return "node" + node.index + "." + node.life();
    }

    // ------------------------------------------------------------------ endpoints and memberships

    /** In or out of a group. */
    void changeMembership(String group) {
        node.turn((present, local) -> {
            if (joinedSince.remove(group) != null) {
                present.leave(group, local);
            } else {
                joinedSince.put(group, node.timeline.nowNanos());
                present.join(group, local);
            }
        });
    }

    /** The inbox of this node's memberships has no room for a while; who has detached fetches what it has missed then. */
    void fillInboxFor(GroupAcceptance answer, long nanos) {
        int bound = node.life();
        full = answer;
        world.events.after(nanos, at -> {
            if (node.life() == bound && node.isAlive()) {
                full = GroupAcceptance.TAKEN;
                node.turn((present, local) -> {
                    if (answer == GroupAcceptance.DETACHED) {
                        joinedSince.keySet().forEach(group -> present.handleCaughtUp(group, local));
                    }
                    present.handleRoom(local);
                });
            }
        });
    }

    /** Closes an endpoint; it opens again after a while, unless the process has died meanwhile. */
    void closeEndpointFor(SocketKind kind, long nanos) {
        int bound = node.life();
        node.turn((present, local) -> {
            Long number = endpoints.remove(kind);
            if (number != null) {
                shut(present, kind, number, local);
            }
        });
        world.events.after(nanos, at -> {
            if (node.lives(bound)) {
                node.turn((present, local) -> {
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
                : present.open(endpointOf(kind), kind, world.options.taking().endpointBytes());
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

    // ------------------------------------------------------------------ messages

    /** So many messages in one turn; small ones one by one, or some together as those of a thread that sends fast. */
    void send(int count, int destination, NodeId to, SocketKind kind, int bytes, long timeoutNanos) {
        Manner manner = drawManner();
        int togetherMax = count > 1 && bytes <= PACKED_BYTES_MAX ? 1 + ways.below(PACKED_MAX) : 1;
        node.turn((present, local) -> {
            for (int left = count; left > 0; left -= togetherMax) {
                List<ByteView> payloads = new ArrayList<>();
                Claim claim = Claim.of(nextTicket, Math.min(left, togetherMax));
                for (int i = 0; i < claim.count(); i++) {
                    int number = world.journal.nextNumber();
                    ByteView payload = Journal.payload(number, bytes);
                    world.journal.sent(node.index, destination, kind, payload);
                    tickets.put(nextTicket++, number);
                    payloads.add(payload);
                }
                present.send(new Send(claim, to, endpointOf(kind), kind, manner, payloads, timeoutNanos), local);
            }
        });
    }

    /**
     * Most go as they go of themselves; some over two ways at once, around nodes, over a pinned way, or few times. The
     * last three end without a way, or too soon, by right: not where nothing goes wrong and all is to arrive.
     */
    private Manner drawManner() {
        boolean isCalm = world.options.breakage().crashEverySeconds() == 0;
        if (ways.chance(isCalm ? 900_000 : 600_000)) {
            return Manner.DEFAULT;
        }
        Routing routing = switch (isCalm ? 0 : ways.below(5)) {
            case 0 -> Routing.TWO_AT_ONCE;
            case 1 -> Routing.TWO_AT_ONCE.avoiding(drawNodes(1 + ways.below(2)));
            case 2 -> Routing.BEST.avoiding(drawNodes(1 + ways.below(3)));
            case 3 -> Routing.via(drawNodes(ways.below(3)));
            default -> Routing.BEST;
        };
        int retriesMax = isCalm || ways.chance(800_000) ? Manner.RETRIES_UNBOUNDED : ways.below(6);
        // What goes two ways at once is sealed over both, links included.
        boolean isSealed = world.guard() != World.Guard.NONE && routing.mode() == Routing.Mode.TWO_AT_ONCE;
        Secrecy secrecy = isSealed ? Secrecy.SEALED : Secrecy.BY_POLICY;
        return new Manner(Manner.DEFAULT.priority(), Manner.DEFAULT.whenFull(), retriesMax, routing, secrecy);
    }

    private NodeId[] drawNodes(int count) {
        NodeId[] drawn = new NodeId[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = world.nodes().get(ways.below(world.nodes().size())).id();
        }
        return drawn;
    }

    /** To the members of a group, or to the nodes listed where there are some. */
    record Addressed(GroupName name, SortedSet<NodeId> listed, World.Hearing hearing, int priority) {}

    /** Sends so many messages in one turn. */
    void sendToMany(Addressed to, int count, int bytes, long timeoutNanos) {
        GroupName name = to.name();
        node.turn((present, local) -> {
            TreeSet<NodeId> members =
                    new TreeSet<>(to.listed().isEmpty() ? present.members(name.group()) : to.listed());
            if (to.hearing() == World.Hearing.OTHERS_ONLY) {
                members.remove(node.id());
            }
            for (int i = 0; i < count; i++) {
                long number = world.groups.nextNumber();
                ByteView payload = Journal.payload(number, bytes);
                world.groups.sent(lifeName(), name, to.priority(), members, payload, world.events.nowNanos());
                long ticket = nextTicket++;
                groupTickets.put(ticket, number);
                GroupManner manner = GroupManner.ofPriority(to.priority());
                present.sendToMany(new GroupSend(ticket, name, members, payload, manner, timeoutNanos), local);
            }
        });
    }

    /** The application has received something. */
    void received(ByteView payload, String group, long missed) {
        receivedSince(joinedSince.getOrDefault(group, Long.MAX_VALUE), payload, missed);
    }

    private void receivedSince(long sinceNanos, ByteView payload, long missed) {
        node.timeline.tell(() -> world.groups.received(node.id(), lifeName(), sinceNanos, payload, missed));
    }

    // ------------------------------------------------------------------ connections

    void connect(Sessions.End end, NodeId to, SocketKind kind) {
        Manner manner = drawManner();
        node.turn((present, local) -> {
            long connection = present.connect(to, kind, endpointOf(kind), manner, 10_000_000_000L, local);
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
        node.inLife(ofLife, (present, local) -> {
            long ticket = nextTicket++;
            fates.put(ticket, fate);
            NodeId to = present.peerOf(connection).orElse(node.id());
            Send send = new Send(Claim.of(ticket), to, endpointOf(kind), kind, Manner.DEFAULT, payload, timeoutNanos);
            present.sendOn(connection, send, local);
        });
    }

    void finish(int ofLife, long connection) {
        node.inLife(ofLife, (present, local) -> present.finish(connection, local));
    }

    void close(int ofLife, long connection, long takenCharge) {
        node.inLife(ofLife, (present, local) -> present.closeConnection(connection, takenCharge, local));
    }

    void takenFrom(int ofLife, long connection, ByteView payload, long afterNanos) {
        node.timeline.after(
                afterNanos,
                at -> node.inLife(
                        ofLife,
                        (present, local) -> present.takenFrom(connection, ReceiveBuffer.charge(payload), local)));
    }

    /** Both ends of a connection hear of things when the engine's turn is over, where the world looks at both. */
    private void later(Runnable report) {
        int bound = node.life();
        node.timeline.tell(() -> world.events.after(0, at -> {
            if (node.lives(bound)) {
                report.run();
            }
        }));
    }

    private void atEnd(long connection, Consumer<Sessions.End> report) {
        later(() -> {
            Sessions.End end = ends.get(connection);
            if (end != null) {
                report.accept(end);
            }
        });
    }

    // ------------------------------------------------------------------ what the engine says

    private final class Output implements Engine.Output {
        @Override
        public void dial(long connection, Locator locator) {
            node.dial(connection, locator);
        }

        @Override
        public void beacon(ByteView datagram) {
            node.timeline.tell(() -> world.beacon(node.index, datagram));
        }

        @Override
        public void cast(ByteView datagram) {
            node.timeline.tell(() -> world.ether.cast(node.index, datagram));
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            int to = Integer.parseInt(source.substring(4));
            node.timeline.tell(() -> world.beaconTo(node.index, to, datagram));
        }

        @Override
        public void deliver(long endpoint, Endpoints.Delivery delivery) {
            if (!endpoints.containsValue(endpoint)) {
                node.violates(
                        "nothing is delivered to a closed endpoint", "node " + node.index + " has closed " + endpoint);
            }
            delivery.payloads().forEach(payload -> take(endpoint, payload));
        }

        private void take(long endpoint, ByteView payload) {
            if (GroupJournal.isForMany(payload)) {
                receivedSince(Long.MAX_VALUE, payload, -1);
            } else {
                node.timeline.tell(() -> world.application.receive(node, payload));
            }
            long charge = ReceiveBuffer.charge(payload);
            int bound = node.life();
            node.timeline.after(
                    world.options.taking().momentNanos(taking),
                    at -> node.inLife(bound, (present, local) -> present.taken(endpoint, charge, local)));
        }

        @Override
        public void accepted(long listener, long connection, NodeId from) {
            later(() -> {
                node.turn((present, local) -> present.accept(connection));
                ends.put(connection, world.sessions.accepted(node, connection));
            });
        }

        @Override
        public void connected(long connection, Outcome outcome) {
            atEnd(connection, end -> end.connected(outcome));
        }

        @Override
        public Acceptance received(long connection, ByteView payload) {
            ByteView kept = payload.compact();
            Sessions.End given = ends.get(connection);
            if (given != null && !given.isGiven(kept)) {
                return Acceptance.CLOSED;
            }
            atEnd(connection, end -> end.received(kept));
            return Acceptance.TAKEN;
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
        public void outputRefused(long connection, int rejectedCount) {
            atEnd(connection, Sessions.End::outputRefused);
        }

        @Override
        public void broken(long connection, Outcome.Reason reason) {
            atEnd(connection, end -> end.broken(reason));
        }

        @Override
        public GroupAcceptance deliverToGroup(GroupArrival arrival) {
            if (!joinedSince.containsKey(arrival.group())) {
                node.violates(
                        "nothing is delivered to a group that was left",
                        "node " + node.index + " has left " + arrival.group());
            }
            switch (full) {
                case TAKEN -> {
                    long missed = arrival.missedCount();
                    for (ByteView payload : arrival.payloads()) {
                        Applications.this.received(payload, arrival.group(), missed);
                        missed = 0;
                    }
                }
                case DETACHED ->
                    arrival.payloads()
                            .forEach(payload -> node.timeline.tell(() -> world.groups.refused(node.id(), payload)));
                case LATER, NO_MEMBER, NOT_SEALED -> {}
            }
            return full;
        }

        @Override
        public void settledFor(long ticket, NodeId member, Outcome outcome) {
            node.trace.add(ticket * 31L + outcome.kind().ordinal());
            long number = groupTickets.getOrDefault(ticket, -1L);
            node.timeline.tell(() -> world.groups.settled(number, member, outcome));
        }

        @Override
        public void groupSettled(long ticket) {
            Long number = groupTickets.remove(ticket);
            if (number != null) {
                node.timeline.tell(() -> world.groups.ended(number));
            }
        }

        @Override
        public void settled(Claim claim, Outcome outcome) {
            Consumer<Outcome> fate = fates.remove(claim.number());
            if (fate != null) {
                later(() -> fate.accept(outcome));
                return;
            }
            for (int i = 0; i < claim.count(); i++) {
                settled(claim.number(i), outcome);
            }
        }

        private void settled(long ticket, Outcome outcome) {
            Integer number = tickets.remove(ticket);
            if (number == null) {
                node.violates("one outcome per ticket", "node " + node.index + " settles ticket " + ticket + " again");
                return;
            }
            node.trace.add(number * 31L + outcome.kind().ordinal());
            node.timeline.tell(() -> world.journal.settled(number, outcome));
        }

        @Override
        public void probed(long probe, NodeId responder, int hops, long roundTripNanos) {
            node.trace.add(probe);
        }

        @Override
        public void trace(TraceEvent event) {
            node.timeline.tell(() -> world.log(node.index, event));
        }
    }
}
