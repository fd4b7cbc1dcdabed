package dev.weft.sim;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.LongTable;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.link.Assurance;
import dev.weft.core.seal.Sealer;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A simulated process: one engine, its connections, its clock; what uses it are its {@link Applications}. May die and
 * live again.
 */
final class SimNode {
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
                    Wire from = peer;
                    SimNode speaker = from == null ? null : from.owner();
                    boolean isInterrupted = world.heckler.interrupts(speaker, SimNode.this, frame, said -> {
                        if (isOpen()) {
                            present.handleFrame(number, said, local);
                        }
                    });
                    if (isInterrupted || !isOpen()) {
                        continue;
                    }
                    trace.add(frame.slice(0, Math.min(TRACED_BYTES, frame.length()))
                                    .hash64()
                            + frame.length());
                    if (speaker != null) {
                        world.laws.require(frame, SimNode.this, speaker);
                    }
                    present.handleFrame(number, world.tampering.alter(speaker, SimNode.this, frame), local);
                }
            });
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
    final Timeline timeline;
    /** Of what happened to this node. */
    final TraceHash trace = new TraceHash();

    private final World world;
    private final Community community;
    private final Prng prng;
    private final int driftPpm;
    private final long skewNanos;
    private final EngineConfig config;
    final Applications applications;

    private StandInSealer.Identity identity = new StandInSealer.Identity(1);
    /** Stands for the hash of a public key. */
    private ByteView key = ByteView.EMPTY;

    private NodeId id;
    private long incarnation;
    private int life;
    private long bornNanos;
    private long pausedUntilNanos;
    private long wakeNanos = Deadlines.NEVER;
    /** When the engine wanted to be called, as of the end of its last turn, by its own clock. */
    private long dueNanos = Deadlines.NEVER;

    private long wakeNumber;
    private @Nullable Engine engine;
    private @Nullable StandInSealer sealer;
    /** Of the present life. */
    private Watch watch;

    private LongTable<Wire> wires = new LongTable<>();
    private final EventHeap.Event turnEnd = at -> endTurn();
    private int identities;
    private long controlBytes;

    SimNode(int index, World world, Community community, Prng prng, int driftPpmMax, EngineConfig config) {
        this.index = index;
        this.timeline = new Timeline(index, world.events);
        this.world = world;
        this.community = community;
        this.prng = prng;
        this.driftPpm = driftPpmMax == 0 ? 0 : (int) prng.between(-driftPpmMax, driftPpmMax);
        this.skewNanos = prng.between(0, 5_000_000_000L);
        this.config = config;
        this.watch = watchOverALife();
        this.id = newId();
        this.applications = new Applications(this, world);
    }

    NodeId id() {
        return id;
    }

    Community community() {
        return community;
    }

    String name() {
        return "node" + (index + 1);
    }

    /** Hands this node a list of revocations. */
    void revoke(Revocations list) {
        turn((present, local) -> present.revoke(list, local));
    }

    void countControl(int bytes) {
        controlBytes += bytes;
    }

    /** Of link frames that came. */
    long controlBytes() {
        return controlBytes;
    }

    /** Something happens in this node's turn that never should. */
    void violates(String invariant, String detail) {
        timeline.tell(() -> world.violations.add(invariant, detail));
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
        watch = watchOverALife();
        Engine.Self self = new Engine.Self(
                community.mesh(),
                id,
                prng.nextLong() | 1,
                incarnation,
                name(),
                hostId(),
                List.of(locatorOf(index)),
                skewNanos);
        engine = new Engine(
                config,
                self,
                world.security(this, key, prng.fork(0x5ec00000L + life)),
                sealer(),
                signatory(),
                prng.fork(life),
                world.editions.reader(timeline),
                applications.output());
        turn((present, local) -> {
            if (world.ether.bytesMax(index) > 0) {
                present.openSegment(world.ether.bytesMax(index));
            }
            applications.open(present);
            for (Locator locator : configured) {
                present.addConfigured(locator, local);
            }
            present.start(local);
            applications.join(present, prng, local);
        });
    }

    private Watch watchOverALife() {
        return new Watch(index, config, world.options.nodes(), this::violates);
    }

    /** Keys take a while, as they would beside a real loop. */
    private Sealer sealer() {
        return switch (world.guard()) {
            case KEYED, CREDENTIALED -> standIn();
            case UNSEALED, NONE -> Sealer.NONE;
        };
    }

    /** Checks take a while too, in worlds that are small enough to afford an event for each. */
    private Signatory signatory() {
        if (world.guard() == World.Guard.NONE) {
            return Signatory.NONE;
        }
        int bound = life;
        Prng draws = prng.fork(0x51600000L + life);
        StandInSignatory.Desk desk = world.options.nodes() > StandInSignatory.SLOW_NODES_MAX
                ? StandInSignatory.AT_ONCE
                : checked -> timeline.after(draws.between(50_000L, 20_000_000L), at -> {
                    if (lives(bound)) {
                        turn((present, local) -> present.handleChecked(List.of(checked), local));
                    }
                });
        return new StandInSignatory(identity, community.mesh(), world.editions, timeline, desk);
    }

    /** Says something to every neighbor that no engine has said. */
    void lie(ByteView frame) {
        long now = timeline.nowNanos();
        for (Wire wire : wires.all()) {
            Carrier.Direction out = wire.out;
            Wire peer = wire.peer;
            if (out != null && peer != null && !wire.closed && out.isWritable(now)) {
                out.transmit(frame, wire, peer);
                out.flush(peer);
            }
        }
    }

    /** The public half of this node's key. */
    ByteView publicKey() {
        return StandInSignatory.publicKey(identity);
    }

    private StandInSealer standIn() {
        int bound = life;
        Prng draws = prng.fork(0x5ea10000L + life);
        sealer = new StandInSealer(
                identity,
                incarnation,
                community.mesh(),
                world.sealing(),
                draws,
                made -> timeline.after(draws.between(100_000L, 2_000_000L), at -> {
                    if (lives(bound)) {
                        turn((present, local) -> present.handleSealing(made, local));
                    }
                }));
        return sealer;
    }

    /** What its present life shares with others, where it seals. */
    List<ByteView> secretsOfMany() {
        StandInSealer present = sealer;
        return present == null ? List.of() : present.secretsOfMany();
    }

    void crash() {
        for (Wire wire : wires.all()) {
            hangUp(wire);
        }
        wires = new LongTable<>();
        applications.crash();
        engine = null;
    }

    // ------------------------------------------------------------------ connections

    int life() {
        return life;
    }

    /** Whether it has lived before, and lives its present life for no longer than that. */
    boolean livesAnew(long withinNanos) {
        return life > 1 && world.events.nowNanos() - bornNanos < withinNanos;
    }

    /** Whether the process of that life still runs. */
    boolean lives(int thatLife) {
        return engine != null && life == thatLife;
    }

    void inLife(int thatLife, Turn input) {
        if (lives(thatLife)) {
            turn(input);
        }
    }

    /** A node that lost its state directory is another node. */
    void forgetIdentity() {
        id = newId();
        incarnation = 0;
    }

    /** What already waits for the end of a longer pause must not be overtaken: a pause never shortens another. */
    void pause(long untilNanos) {
        pausedUntilNanos = Math.max(pausedUntilNanos, untilNanos);
    }

    void hear(ByteView beacon, int source) {
        boolean isOpen = world.guard() == World.Guard.NONE;
        turn((present, local) -> {
            if (isOpen) {
                present.handleOpenBeacon(beacon, "sim/" + source, local);
            } else {
                present.handleBeacon(beacon, "sim/" + source, local);
            }
        });
    }

    /** Runs an input, then ends the turn: at once, or when all inputs of this moment have run. */
    void turn(Turn input) {
        Engine present = engine;
        if (present == null) {
            return;
        }
        long now = timeline.nowNanos();
        if (now < pausedUntilNanos) {
            int bound = life;
            timeline.againAt(pausedUntilNanos, at -> {
                if (life == bound) {
                    turn(input);
                }
            });
            return;
        }
        input.run(present, local(now));
        if (timeline.isWithinMoment()) {
            timeline.atMomentEnd(turnEnd);
        } else {
            endTurn();
        }
    }

    /** Sends what came of the inputs of a turn, then sees when to wake up. */
    private void endTurn() {
        Engine present = engine;
        if (present == null) {
            return;
        }
        long now = timeline.nowNanos();
        long local = local(now);
        if (present.nextDeadlineNanos() <= local) {
            present.handleTime(local);
        }
        present.flush(local);
        for (long number : present.pending()) {
            Wire wire = wires.find(number);
            if (wire != null) {
                drain(present, wire, now);
            }
        }
        present.audit();
        watch.look(present);
        dueNanos = present.nextDeadlineNanos();
        wakeAt(dueNanos);
    }

    private void drain(Engine present, Wire wire, long now) {
        Carrier.Direction out = wire.out;
        Wire peer = wire.peer;
        if (out == null || peer == null || wire.closed) {
            return;
        }
        while (out.isWritable(now)) {
            EncodedFrame frame = present.poll(wire.number);
            if (frame == null) {
                break;
            }
            out.transmit(frame.whole(), wire, peer);
        }
        out.flush(peer);
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
        long at = timeline.tickAt(Math.max(timeline.nowNanos(), global(localNanos)));
        if (at >= wakeNanos && wakeNanos > timeline.nowNanos()) {
            return;
        }
        wakeNanos = at;
        long number = ++wakeNumber;
        int bound = life;
        timeline.at(at, reached -> {
            if (number == wakeNumber && bound == life) {
                wakeNanos = Deadlines.NEVER;
                wake();
            }
        });
    }

    /** A turn where something is due; what was due may have been put off since. */
    private void wake() {
        Engine present = engine;
        long now = timeline.nowNanos();
        if (present != null && now >= pausedUntilNanos && dueNanos > local(now)) {
            wakeAt(dueNanos);
        } else {
            turn((alive, local) -> {});
        }
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
        identity = new StandInSealer.Identity(StandInSealer.secret(prng.fork(0x1d00L + identities++)));
        key = identity.hash();
        NodeId made = NodeId.fromDigest(key.toByteArray());
        world.belongs(made, this);
        return made;
    }

    private ByteView hostId() {
        return new WireWriter().u64(index + 1).u64(0x5057L).view();
    }

    // ------------------------------------------------------------------ connections

    void dial(long number, Locator locator) {
        int target = indexOf(locator);
        Wire wire = new Wire(number);
        wires.put(number, wire);
        long arrival = timeline.nowNanos() + world.faults(index, target).delayNanos();
        timeline.tell(() -> world.events.at(arrival, at -> world.node(target).accept(wire, this)));
    }

    /** A matter of both nodes. */
    private void accept(Wire dialler, SimNode from) {
        boolean reachable = world.passes(from.index, index) && world.passes(index, from.index);
        Engine present = engine;
        if (!reachable) {
            from.timeline.after(3_000_000_000L, dialler::lost);
            return;
        }
        if (present == null) {
            from.timeline.after(world.faults(index, from.index).delayNanos(), dialler::lost);
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
            from.timeline.after(
                    world.faults(index, from.index).delayNanos(),
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
                new Carrier(world.options.carrier(), world.faults(index, from.index), world::passes, world.counts);
        Prng draws = world.prng.fork(world.nextCarrier());
        dialler.out = carrier.direction(from.timeline, timeline, draws.fork(1));
        accepter.out = carrier.direction(timeline, from.timeline, draws.fork(2));
        dialler.peer = accepter;
        accepter.peer = dialler;
    }

    /** The end of a connection is told to the other side where the carrier is one that tells. */
    private void hangUp(Wire wire) {
        wire.closed = true;
        Wire peer = wire.peer;
        if (peer != null && world.options.carrier() == Carrier.Kind.STREAM) {
            SimNode other = peer.owner();
            long travel = world.faults(index, other.index).delayNanos() + 1_000_000;
            timeline.at(timeline.nowNanos() + travel, other.timeline, peer::lost);
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
