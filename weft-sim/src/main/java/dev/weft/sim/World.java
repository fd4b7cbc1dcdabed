package dev.weft.sim;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.link.Security;
import dev.weft.core.seal.Sealer;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All nodes and the network between them, the faults that befall them, and the load they carry. */
final class World {
    /** What the application does with a message that its endpoint is offered. */
    interface Application {
        void receive(SimNode node, ByteView payload);
    }

    /** The groups that nodes join and leave; everyone is in the first. */
    static final List<String> GROUPS = List.of("", "red", "blue");

    private static final List<SocketKind> KINDS_FOR_MANY =
            List.of(SocketKind.DGRAM, SocketKind.RDM, SocketKind.SEQPACKET);

    /** Whether the sender is a member like the others. */
    enum Hearing {
        ITSELF_TOO,
        OTHERS_ONLY
    }

    /** What a test does to frames before they are read. */
    interface Tampering {
        /** @param speaker from whose carrier it comes; null where that is gone */
        ByteView alter(@Nullable SimNode speaker, SimNode reader, ByteView frame);
    }

    Tampering tampering = (speaker, reader, frame) -> frame;

    /**
     * In a large world what has come to a node is looked at once in so long, as by a loop behind a network card that
     * gathers interrupts. So a turn takes all in that has come meanwhile, and a window holds all nodes of one tick. In
     * a small world each input has its own moment, for there is more to be found between them.
     */
    static final long TICK_NANOS = 1_000_000;

    static final int LARGE_NODES_MIN = 65;

    private static final int LOG_MAX = 200;
    private static final int MANY_PER_MILLION = 250_000;
    private static final int GROUP_BURST_MAX = 40;
    private static final int MANY_NODES_MAX = 50;

    /** Something that a node reported. */
    private record Logged(long atNanos, int node, TraceEvent event) {
        @Override
        public String toString() {
            return String.format(
                    "%6d.%03d ms  node %d  %s %s %s",
                    atNanos / 1_000_000,
                    atNanos / 1_000 % 1_000,
                    node,
                    event.kind(),
                    event.node().brief(),
                    event.detail());
        }
    }

    /** A cut between two hosts in one direction. */
    private record Cut(int from, int to) implements Comparable<Cut> {
        @Override
        public int compareTo(Cut other) {
            int byFrom = Integer.compare(from, other.from);
            return byFrom != 0 ? byFrom : Integer.compare(to, other.to);
        }
    }

    final EventHeap events;
    final TraceHash trace = new TraceHash();
    final Violations violations = new Violations();
    final Journal journal = new Journal(violations);
    final GroupJournal groups = new GroupJournal(violations);
    final FaultCounts counts = new FaultCounts();
    final MeshTraffic traffic = new MeshTraffic();
    final Prng prng;
    final SwarmOptions options;
    final Application application;
    final Sessions sessions;
    final SharedEditions editions = new SharedEditions(violations);
    final FrameLaws laws = new FrameLaws(this);
    Ether ether;
    Terrain terrain;

    final Chancery chancery;
    final Heckler heckler;

    private final Guard guard;
    private final Sealer.Terms sealing;
    private final TreeMap<NodeId, Community> communities = new TreeMap<>();
    private final LinkedHashMap<NodeId, SimNode> owners = new LinkedHashMap<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private final int[] side;
    private final TreeSet<Cut> cuts = new TreeSet<>();
    private final ArrayDeque<Logged> log = new ArrayDeque<>();
    private final Prng load;
    private final Prng mischief;
    /** Neighbors that were shut out for all that they said. */
    final List<String> overBudget = new ArrayList<>();

    private boolean faulty = true;
    private long carriers;

    World(SwarmOptions options, long seed, EngineConfig config) {
        this(options, seed, config, new Honest());
    }

    World(SwarmOptions options, long seed, EngineConfig config, ApplicationFactory factory) {
        this(options, seed, config, factory, Guard.KEYED);
    }

    World(SwarmOptions options, long seed, EngineConfig config, ApplicationFactory factory, Guard guard) {
        this.guard = guard;
        this.options = options;
        this.events = new EventHeap(options.nodes() < LARGE_NODES_MIN ? 1 : TICK_NANOS);
        this.chancery = new Chancery(events);
        this.prng = new Prng(seed);
        this.load = prng.fork(1);
        this.mischief = prng.fork(2);
        this.side = new int
                [options.nodes()
                        + options.others().strangers()
                        + options.others().impostors()];
        EngineConfig scarce = options.taking().in(config);
        for (int i = 0; i < side.length; i++) {
            nodes.add(new SimNode(i, this, communityAt(i), prng.fork(1_000 + i), options.driftPpmMax(), scarce));
        }
        this.application = factory.create(this);
        this.sessions = new Sessions(this, prng.fork(6));
        this.heckler = new Heckler(this, prng.fork(10));
        this.sealing = sealing(prng.fork(8), options.nodes());
        this.terrain = options.faults().equals(Faults.NONE)
                ? Terrain.even(Faults.NONE)
                : Terrain.drawn(options.faults(), side.length, prng.fork(10));
        this.ether = Ether.drawn(this, prng.fork(9));
    }

    private static Sealer.Terms sealing(Prng draws, int nodes) {
        Sealer.Terms usual = Sealer.Terms.of(Sealer.Policy.RELAYED);
        if (draws.chance(500_000)) {
            return usual;
        }
        // Among many, each the more rarely, or the mesh would hardly ever be in agreement for long enough to be seen.
        // And never in step with those who look, who would see nothing but change.
        long prekeyNanos = draws.between(5_000_000_000L, 60_000_000_000L) * Math.max(1, nodes / 10);
        return new Sealer.Terms(
                draws.chance(300_000) ? Sealer.Policy.ALWAYS : Sealer.Policy.RELAYED,
                prekeyNanos,
                Math.min(prekeyNanos, draws.between(1, 10) * 1_000_000_000L),
                draws.between(5, 60) * 1_000_000_000L,
                draws.between(10, 10_000),
                draws.between(10_000, 10_000_000));
    }

    private Community communityAt(int index) {
        return index < options.nodes()
                ? Community.MEMBERS
                : index < options.nodes() + options.others().strangers() ? Community.STRANGERS : Community.IMPOSTORS;
    }

    /** Every node shows its key; whether it asks for that of others is the world's choice. */
    Security security(SimNode node, ByteView key, Prng nonces) {
        Community community = node.community();
        return switch (guard) {
            case KEYED, UNSEALED -> new Security(Security.Carriage.PROTECTED, community.prover(nonces));
            case CREDENTIALED ->
                new Security(
                        Security.Carriage.PROTECTED,
                        // Impostors have the key here, and want nothing but a credential that somebody else has signed.
                        (community.equals(Community.IMPOSTORS) ? Community.MEMBERS : community).prover(nonces),
                        chancery.notary(community, node.id(), key, node.name(), node.timeline));
            case NONE -> Security.OPEN;
        };
    }

    Guard guard() {
        return guard;
    }

    /** Keys that are used for seconds in place of hours, so that runs see them change. */
    Sealer.Terms sealing() {
        return sealing;
    }

    /** Whether nodes ask for the mesh key: all but the simulator's own tests do. */
    enum Guard {
        KEYED,
        /** And for credentials of an authority, which all have. */
        CREDENTIALED,
        /** They ask for it, and trust whoever has it to relay. */
        UNSEALED,
        NONE
    }

    /** A node has taken an id. */
    void belongs(NodeId id, SimNode node) {
        communities.put(id, node.community());
        owners.put(id, node);
    }

    /** Makes the applications of a world. */
    interface ApplicationFactory {
        Application create(World world);
    }

    /** An application that has received a message when it says so. */
    static final class Honest implements ApplicationFactory {
        @Override
        public Application create(World world) {
            return (node, payload) -> world.journal.received(node.index, payload);
        }
    }

    /** Whoever has or had that id. */
    Optional<SimNode> owner(NodeId id) {
        return Optional.ofNullable(owners.get(id));
    }

    /** Of all that happened to the world and to each node; equal for equal runs on every JVM. */
    String traceHash() {
        TraceHash whole = new TraceHash();
        whole.add(trace);
        nodes.forEach(node -> whole.add(node.trace));
        return whole.hex();
    }

    SimNode node(int index) {
        return nodes.get(index);
    }

    List<SimNode> nodes() {
        return nodes;
    }

    boolean isFaulty() {
        return faulty;
    }

    /** What befalls what is sent now between two hosts. How far they are apart stays when faults stop. */
    Faults faults(int from, int to) {
        Faults between = terrain.between(from, to);
        return faulty ? between : between.calmed();
    }

    /**
     * Nothing that a node does reaches another sooner; 0 where that is not so, for those who heckle know at once what
     * others have said.
     */
    long lookaheadNanos() {
        return options.others().impostors() > 0 ? 0 : Math.max(terrain.leastDelayNanos(), events.tickNanos());
    }

    long nextCarrier() {
        return 1_000_000 + carriers++;
    }

    boolean passes(int from, int to) {
        return side[from] == side[to] && !cuts.contains(new Cut(from, to));
    }

    void log(int node, TraceEvent event) {
        trace.add(event.kind().ordinal() * 1_000_003L + node);
        requireMember(node, event);
        if (event.detail().startsWith(CloseReason.OVER_BUDGET.name())) {
            overBudget.add("node " + node + ": " + event.node().brief() + ", " + event.detail());
        }
        log.add(new Logged(events.nowNanos(), node, event));
        if (log.size() > LOG_MAX) {
            log.remove();
        }
    }

    /** A link is up before anything else of its peer is acted upon, and a node is up only by what members told. */
    private void requireMember(int node, TraceEvent event) {
        boolean admits = event.kind() == TraceEvent.Kind.LINK_UP || event.kind() == TraceEvent.Kind.NODE_UP;
        Community own = node(node).community();
        // What impostors believe is their affair: one whom a member dials judges first, and finds nothing against him.
        if (admits && !own.equals(Community.IMPOSTORS) && !own.equals(communities.getOrDefault(event.node(), own))) {
            violations.add(
                    "nobody but a member is acted upon",
                    "node " + node + " says " + event.kind() + " of " + event.node());
        }
    }

    List<String> lastEvents() {
        return log.stream().map(Logged::toString).toList();
    }

    // ------------------------------------------------------------------ beginning, load, end

    void start(long joinSpreadNanos) {
        for (SimNode node : nodes) {
            events.at(prng.fork(77 + node.index).below(joinSpreadNanos + 1), at -> node.start(acquaintances(node)));
        }
        events.at(joinSpreadNanos + 1_000_000_000L, at -> loadOnce());
        events.at(joinSpreadNanos + 1_000_000_000L, at -> sessionOnce());
        schedule(options.breakage().crashEverySeconds(), this::crashOnce);
        schedule(options.breakage().partitionEverySeconds(), this::partitionOnce);
        schedule(options.breakage().pauseEverySeconds(), this::pauseOnce);
        schedule(options.breakage().pauseEverySeconds(), this::closeOnce);
        schedule(options.breakage().pauseEverySeconds(), this::fillOnce);
        schedule(options.breakage().crashEverySeconds(), this::changeOnce);
    }

    /** From here on nothing breaks any more, and what is broken is mended. */
    void stopFaults() {
        faulty = false;
        cuts.clear();
        Arrays.fill(side, 0);
        for (SimNode node : nodes) {
            if (!node.isAlive()) {
                counts.restarts++;
                node.start(acquaintances(node));
            }
        }
    }

    private List<Locator> acquaintances(SimNode node) {
        if (options.discovery() == SwarmOptions.Meeting.BEACON) {
            return List.of();
        }
        List<Locator> known = new ArrayList<>();
        int members = options.nodes();
        int strangers = options.others().strangers();
        int first = node.index < members ? 0 : node.index < members + strangers ? members : members + strangers;
        int count = node.index < members
                ? members
                : node.index < members + strangers
                        ? strangers
                        : options.others().impostors();
        int knockAt = node.community().equals(Community.IMPOSTORS) ? 0 : first;
        for (int other :
                new int[] {knockAt, first, first + prng.fork(9_000 + node.index).below(count)}) {
            Locator locator = SimNode.locatorOf(other);
            if (other != node.index && !known.contains(locator)) {
                known.add(locator);
            }
        }
        return known;
    }

    private void loadOnce() {
        if (options.load().messagesPerSecond() == 0) {
            return;
        }
        if (faulty) {
            SimNode from = nodes.get(load.below(options.nodes()));
            SimNode to = nodes.get(load.below(options.nodes()));
            SocketKind kind = load.chance(800_000) ? SocketKind.RDM : SocketKind.DGRAM;
            int bytes = load.chance(900_000)
                    ? load.below(200)
                    : load.below(options.load().payloadBytesMax() + 1);
            long timeoutNanos = load.between(500, 30_000) * 1_000_000;
            if (load.chance(manyPerMillion())) {
                loadMany(from, bytes, timeoutNanos);
            } else if (from != to && from.isAlive()) {
                // Small messages of one turn share a fragment.
                int count = bytes < 200 && load.chance(200_000) ? 2 + load.below(40) : 1;
                from.applications.send(count, to.index, to.id(), kind, bytes, timeoutNanos);
            }
        }
        events.after(load.between(1, 2_000_000_000L / options.load().messagesPerSecond()), at -> loadOnce());
    }

    /**
     * How many messages are for many. Each costs by its members, so in a large mesh they are the rarer: the copies
     * under way grow no further than the messages do.
     */
    private int manyPerMillion() {
        return MANY_PER_MILLION * MANY_NODES_MAX / Math.max(MANY_NODES_MAX, options.nodes());
    }

    private void loadMany(SimNode from, int bytes, long timeoutNanos) {
        SocketKind kind = KINDS_FOR_MANY.get(load.below(KINDS_FOR_MANY.size()));
        SocketKind endpoint = kind == SocketKind.DGRAM ? SocketKind.DGRAM : SocketKind.RDM;
        Hearing hearing = load.chance(500_000) ? Hearing.ITSELF_TOO : Hearing.OTHERS_ONLY;
        TreeSet<NodeId> listed = new TreeSet<>();
        GroupName name = new GroupName(GroupName.Scope.GROUP, kind, GROUPS.get(load.below(GROUPS.size())), "");
        if (load.chance(200_000)) {
            for (int i = 0; i < 3; i++) {
                listed.add(nodes.get(load.below(options.nodes())).id());
            }
            listed.remove(from.id());
            name = new GroupName(GroupName.Scope.LIST, kind, "", Applications.endpointOf(endpoint));
        } else if (load.chance(200_000)) {
            name = new GroupName(GroupName.Scope.GROUP, kind, name.group(), Applications.endpointOf(endpoint));
        }
        if (load.chance(100_000)) {
            name = name.withWhenFull(WhenFull.REFUSE);
        }
        int priority = load.chance(800_000) ? RouteHeader.PRIORITY_DEFAULT : load.below(1 + RouteHeader.PRIORITY_MAX);
        int count = load.chance(900_000) ? 1 : 2 + load.below(GROUP_BURST_MAX - 1);
        boolean nobody = listed.isEmpty() && name.scope() == GroupName.Scope.LIST;
        if (from.isAlive() && !nobody) {
            from.applications.sendToMany(
                    new Applications.Addressed(name, listed, hearing, priority), count, bytes, timeoutNanos);
        }
    }

    private void sessionOnce() {
        if (options.load().sessionsPerMinute() == 0) {
            return;
        }
        if (faulty) {
            SimNode from = nodes.get(load.below(options.nodes()));
            SimNode to = nodes.get(load.below(options.nodes()));
            SocketKind kind = load.chance(500_000) ? SocketKind.SEQPACKET : SocketKind.STREAM;
            int messages = load.chance(900_000) ? load.below(30) : load.below(600);
            if (from.isAlive()) {
                sessions.begin(from, to, kind, messages, options.load().payloadBytesMax());
            }
        }
        events.after(load.between(1, 120_000_000_000L / options.load().sessionsPerMinute()), at -> sessionOnce());
    }

    // ------------------------------------------------------------------ what goes wrong

    private void schedule(int everySeconds, Runnable mishap) {
        if (everySeconds > 0) {
            events.after(mischief.between(1, everySeconds * 2_000_000_000L), at -> {
                if (faulty) {
                    mishap.run();
                    schedule(everySeconds, mishap);
                }
            });
        }
    }

    private void crashOnce() {
        SimNode victim = nodes.get(mischief.below(nodes.size()));
        if (!victim.isAlive()) {
            return;
        }
        counts.crashes++;
        victim.crash();
        boolean withState = mischief.chance(800_000);
        events.after(mischief.between(100_000_000L, 20_000_000_000L), at -> {
            if (!victim.isAlive()) {
                counts.restarts++;
                if (!withState) {
                    victim.forgetIdentity();
                }
                victim.start(acquaintances(victim));
            }
        });
    }

    private void partitionOnce() {
        long healAfter = mischief.between(500_000_000L, 20_000_000_000L);
        if (mischief.chance(400_000)) {
            counts.partitions++;
            for (int i = 0; i < side.length; i++) {
                side[i] = mischief.chance(500_000) ? 1 : 0;
            }
            events.after(healAfter, at -> Arrays.fill(side, 0));
            return;
        }
        int a = mischief.below(side.length);
        int b = mischief.below(side.length);
        if (a == b) {
            return;
        }
        Cut there = new Cut(a, b);
        Cut back = new Cut(b, a);
        cuts.add(there);
        if (mischief.chance(500_000)) {
            cuts.add(back);
        } else {
            counts.oneWayCuts++;
        }
        events.after(healAfter, at -> {
            cuts.remove(there);
            cuts.remove(back);
        });
    }

    private void fillOnce() {
        counts.inboxesFull++;
        SimNode node = nodes.get(mischief.below(nodes.size()));
        GroupAcceptance answer = mischief.chance(700_000) ? GroupAcceptance.LATER : GroupAcceptance.DETACHED;
        node.applications.fillInboxFor(answer, mischief.between(10_000_000L, 5_000_000_000L));
    }

    private void changeOnce() {
        counts.membershipsChanged++;
        SimNode node = nodes.get(mischief.below(nodes.size()));
        node.applications.changeMembership(GROUPS.get(1 + mischief.below(GROUPS.size() - 1)));
    }

    private void closeOnce() {
        SimNode node = nodes.get(mischief.below(nodes.size()));
        counts.endpointsClosed++;
        SocketKind kind = SocketKind.values()[mischief.below(SocketKind.values().length)];
        node.applications.closeEndpointFor(kind, mischief.between(10_000_000L, 5_000_000_000L));
    }

    private void pauseOnce() {
        SimNode victim = nodes.get(mischief.below(nodes.size()));
        counts.pauses++;
        victim.pause(events.nowNanos() + mischief.between(10_000_000L, 8_000_000_000L));
    }

    // ------------------------------------------------------------------ beacons

    void beacon(int from, ByteView datagram) {
        if (options.discovery() == SwarmOptions.Meeting.BEACON) {
            for (int to = 0; to < side.length; to++) {
                if (to != from) {
                    beaconTo(from, to, datagram);
                }
            }
        }
    }

    void beaconTo(int from, int to, ByteView datagram) {
        Faults faults = faults(from, to);
        if (passes(from, to) && !mischief.chance(faults.lossPerMillion())) {
            events.at(
                    events.nowNanos() + faults.delayNanos() + mischief.below(faults.jitterNanos() + 1),
                    node(to).timeline,
                    at -> node(to).hear(datagram, from));
        }
    }
}
