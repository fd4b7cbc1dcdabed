package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.forward.Arrival;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All seals of one node: which frames leave sealed, with which keys, and which of those that come in are believed. An
 * association leads one way, from a life of its origin to a life of its destination; its keys are derived by the origin
 * from a prekey that the destination has signed and flooded, and by the destination from the opening that the first
 * frames carry, so that no round trip is lost. docs/protocol.md, "Seals".
 *
 * <p>Those that lead away, and this node's prekeys, are kept here; those that lead here, in {@link InboundSeals}.
 *
 * <p>Driven by the engine: {@link #send} for what leaves, {@link #open} for what arrives. Frames wait, bounded, while
 * keys are derived beside the loop.
 */
public final class Seals {
    /** What seals want. May not call back in. */
    public interface Output {
        /** Puts a frame on its way. */
        void transmit(NodeId neighbor, RoutedFrame frame);

        /** Sends back where a frame came from, as it is. */
        void answer(Arrival arrival, SealAnswer answer);

        /** Floods this node's record. */
        void publish(SealRecord record);

        Optional<Published> recordOf(NodeId node);

        /** The present life of a node, 0 where it is not known. */
        long incarnationOf(NodeId node);
    }

    /** A record with the life that it speaks of. */
    public record Published(SealRecord record, long incarnation) {}

    /** A frame as its origin made it, and who that was. */
    public record Opened(RoutedFrame frame, Arrival arrival) {}

    /** The most associations to others; one more and the one that was not used for longest is given up. */
    static final int OUTGOING_MAX = 4_096;

    /** How many frames may wait for the keys of one association. */
    static final int WAITING_FRAMES_MAX = 256;

    /** How many bytes may wait for keys at each end. */
    static final long WAITING_BYTES_MAX = 8 << 20;

    private static final long SECOND = 1_000_000_000L;
    private static final long WAIT_NANOS = 3 * SECOND;
    private static final long RETRY_NANOS = SECOND;
    private static final long SWEEP_NANOS = 30 * SECOND;

    private record Waiting(NodeId neighbor, RouteHeader route, FrameType type, ByteView plain, long endNanos) {}

    /** A destination. */
    private static final class Outbound {
        private final NodeId destination;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        private @Nullable Outgoing current;
        private @Nullable Published known;
        private long task;
        private long retryNanos;
        private long renewNanos;

        private Outbound(NodeId destination) {
            this.destination = destination;
        }
    }

    private final NodeId self;
    private final Sealer sealer;
    private final Sealer.Terms terms;
    private final Output out;
    private final InboundSeals inbound;

    /** The one longest unused first. */
    private final LinkedHashMap<NodeId, Outbound> outbound = new LinkedHashMap<>();

    private final TreeMap<Integer, Outbound> outgoing = new TreeMap<>();
    private final TreeMap<Long, NodeId> beginning = new TreeMap<>();
    /** Nodes that take nothing unsealed. */
    private final TreeSet<NodeId> strict = new TreeSet<>();

    private boolean active;
    private long nextTask = 1;
    private long nextNumber = 1;
    private long prekey;
    private long prekeyTask;
    private long published;
    private long outdated;
    private long renewNanos = Deadlines.NEVER;
    private long forgetNanos = Deadlines.NEVER;
    private long waitingNanos = Deadlines.NEVER;
    private long sweepNanos = Deadlines.NEVER;
    private long waitingBytes;

    private long sealedCount;
    private long begunCount;
    private long failedCount;
    private long plainCount;
    private long forgedCount;
    private long droppedCount;
    private long impostureCount;

    public Seals(NodeId self, long incarnation, Sealer sealer, Output out) {
        this.self = self;
        this.sealer = sealer;
        this.terms = sealer.terms();
        this.out = out;
        this.inbound = new InboundSeals(self, incarnation, sealer, out, () -> nextTask++);
    }

    public void start(long nowNanos) {
        switch (terms.policy()) {
            case RELAYED, ALWAYS -> activate(nowNanos);
            case NONE, NEVER, AS_OTHERS -> {}
        }
    }

    private void activate(long nowNanos) {
        active = true;
        sweepNanos = nowNanos + SWEEP_NANOS;
        makePrekey(nowNanos);
    }

    private void makePrekey(long nowNanos) {
        prekeyTask = nextTask++;
        renewNanos = nowNanos + terms.prekeyNanos();
        sealer.makePrekey(prekeyTask, ++prekey, terms.manner());
    }

    // ------------------------------------------------------------------ who seals

    /** Whether this node seals, and demands seals, at all. */
    public boolean isActive() {
        return active;
    }

    /** What HELLO says of it. */
    public long capabilities() {
        return switch (terms.policy()) {
            case RELAYED, ALWAYS -> Hello.SEALS;
            case NEVER -> Hello.NEVER_SEALS;
            case NONE, AS_OTHERS -> 0;
        };
    }

    /** A link has come up: who seals as others do learns it from the first of them. */
    public void handleNeighbor(Hello theirs, long nowNanos) {
        boolean theySeal = (theirs.capabilities() & Hello.SEALS) != 0;
        if (theySeal && !active && terms.policy() == Sealer.Policy.AS_OTHERS) {
            activate(nowNanos);
        }
    }

    /** Nodes that demand seals and nodes that never seal could not speak with each other over relays. */
    public Optional<Close> refuse(Hello theirs) {
        boolean weSeal = (capabilities() & Hello.SEALS) != 0;
        boolean theySeal = (theirs.capabilities() & Hello.SEALS) != 0;
        boolean weNever = (capabilities() & Hello.NEVER_SEALS) != 0;
        boolean theyNever = (theirs.capabilities() & Hello.NEVER_SEALS) != 0;
        if (weSeal && theyNever || weNever && theySeal) {
            return Optional.of(Close.because(
                    CloseReason.FORBIDDEN,
                    "one end seals what passes over relays, the other has sealing=never: all nodes must agree"));
        }
        return Optional.empty();
    }

    /** Whether what goes to a node can be as secret as it is to be. */
    public boolean canMeet(Secrecy demanded, NodeId destination) {
        return switch (demanded) {
            case BY_POLICY -> true;
            case SEALED -> active || destination.equals(self);
        };
    }

    /** How a flow of another node arrives: where nothing is taken in plain, as well as though it had said so. */
    public Secrecy secrecyOf(FlowLabel flow) {
        return terms.policy() == Sealer.Policy.ALWAYS || flow.origin().equals(self) ? Secrecy.SEALED : flow.secrecy();
    }

    /** Whether a frame for a node is to leave sealed. */
    public boolean isToSeal(NodeId destination, int hops) {
        return active
                && hops > 0
                && (hops > 1 || terms.policy() == Sealer.Policy.ALWAYS || strict.contains(destination));
    }

    /** Whether a frame that is not sealed is none of its origin's, as far as this node can know. */
    public boolean isToRefuse(RoutedFrame frame, Arrival arrival) {
        if (!active || arrival.hops() == 0) {
            return false;
        }
        boolean demanded = switch (frame.type()) {
            // Relays make them.
            case ROUTE_ERROR, SEAL_ANSWER -> false;
            // Of what comes so, only what codes vouch for is believed.
            case GROUP_ACK -> false;
            default -> arrival.hops() > 1 || terms.policy() == Sealer.Policy.ALWAYS;
        };
        if (demanded) {
            plainCount++;
        }
        return demanded;
    }

    /** Whether a frame of a flow that is sealed whatever its way is none of its origin's. */
    public boolean isToRefuse(Secrecy secrecy, Arrival arrival) {
        boolean refused = secrecy == Secrecy.SEALED && arrival.isInPlain();
        if (refused) {
            plainCount++;
        }
        return refused;
    }

    /** Whether a message for many that is not sealed is none of its origin's, as far as this node can know. */
    public boolean isToRefuse(NodeId origin) {
        boolean refused = active && !origin.equals(self);
        if (refused) {
            plainCount++;
        }
        return refused;
    }

    /** Whether a frame that only one node may send comes from another. */
    public boolean isImposture(NodeId rightful, Arrival arrival) {
        boolean imposture = active && !rightful.equals(arrival.origin());
        if (imposture) {
            impostureCount++;
        }
        return imposture;
    }

    // ------------------------------------------------------------------ leaving

    /** Seals a frame and sends it; where the keys are not there yet, it waits for them. */
    public void send(NodeId destination, NodeId neighbor, RouteHeader route, Frame frame, long nowNanos) {
        WireWriter writer = new WireWriter(1 + frame.bodyBytesAbout());
        writer.u8(frame.type().code());
        frame.encodeBody(writer);
        ByteView plain = writer.taken();
        Outbound to = outboundTo(destination);
        Outgoing ready = usable(to, nowNanos);
        if (ready != null) {
            sealedCount++;
            out.transmit(neighbor, ready.seal(route, frame.type(), plain));
        } else {
            await(to, new Waiting(neighbor, route, frame.type(), plain, nowNanos + WAIT_NANOS));
            begin(to, nowNanos);
        }
    }

    private Outbound outboundTo(NodeId destination) {
        Outbound present = outbound.remove(destination);
        if (present != null) {
            outbound.put(destination, present);
            return present;
        }
        if (outbound.size() >= OUTGOING_MAX) {
            Iterator<Outbound> eldest = outbound.values().iterator();
            Outbound given = eldest.next();
            eldest.remove();
            forget(given);
        }
        Outbound fresh = new Outbound(destination);
        outbound.put(destination, fresh);
        fresh.known = recordOf(destination);
        return fresh;
    }

    private void forget(Outbound given) {
        replace(given, null);
        beginning.remove(given.task);
        droppedCount += given.waiting.size();
        given.waiting.forEach(frame -> waitingBytes -= frame.plain().length());
        given.waiting.clear();
    }

    private void replace(Outbound to, @Nullable Outgoing next) {
        Outgoing present = to.current;
        if (present != null && outgoing.get(present.association()) == to) {
            outgoing.remove(present.association());
        }
        to.current = next;
        if (next != null) {
            outgoing.put(next.association(), to);
        }
    }

    private @Nullable Outgoing usable(Outbound to, long nowNanos) {
        Outgoing present = to.current;
        if (present == null) {
            return null;
        }
        int wear = present.wear(terms, nowNanos);
        Published known = to.known;
        boolean outdatedPrekey = known != null && known.record().number() > present.opening.prekey();
        if (wear > 0 || outdatedPrekey) {
            begin(to, nowNanos);
        }
        if (wear > 1) {
            replace(to, null);
            return null;
        }
        return present;
    }

    private void await(Outbound to, Waiting frame) {
        if (to.waiting.size() >= WAITING_FRAMES_MAX
                || waitingBytes + frame.plain().length() > WAITING_BYTES_MAX) {
            droppedCount++;
            return;
        }
        to.waiting.add(frame);
        waitingBytes += frame.plain().length();
        waitingNanos = Math.min(waitingNanos, frame.endNanos());
    }

    private void begin(Outbound to, long nowNanos) {
        Published known = to.known;
        if (known == null || to.task != 0) {
            return;
        }
        if (nowNanos < to.retryNanos) {
            waitingNanos = to.waiting.isEmpty() ? waitingNanos : Math.min(waitingNanos, to.retryNanos);
            return;
        }
        to.task = nextTask++;
        beginning.put(to.task, to.destination);
        sealer.begin(to.task, new Sealer.Draft(to.destination, known.incarnation(), known.record(), nextNumber++));
    }

    /** What is known of a node's prekey, unless it is of an earlier life than the present one. */
    private @Nullable Published recordOf(NodeId node) {
        return out.recordOf(node)
                .filter(published -> published.incarnation() >= out.incarnationOf(node))
                .orElse(null);
    }

    /** The record of a node is another, or the node lives another life. */
    public void handleRecord(NodeId node, long nowNanos) {
        if (node.equals(self) || isOutOfIt()) {
            return;
        }
        Published known = recordOf(node);
        if (known != null && !active && terms.policy() == Sealer.Policy.AS_OTHERS) {
            activate(nowNanos);
        }
        if (known != null && known.record().manner() == SealRecord.Manner.ALWAYS) {
            strict.add(node);
        } else {
            strict.remove(node);
        }
        inbound.forgetEarlierLives(node, out.incarnationOf(node));
        Outbound to = outbound.get(node);
        if (to != null) {
            adopt(to, known, nowNanos);
        }
    }

    private boolean isOutOfIt() {
        return switch (terms.policy()) {
            case NONE, NEVER -> true;
            case AS_OTHERS, RELAYED, ALWAYS -> false;
        };
    }

    private void adopt(Outbound to, @Nullable Published known, long nowNanos) {
        Published present = to.known;
        boolean isOlder = known != null
                && present != null
                && known.incarnation() == present.incarnation()
                && known.record().number() < present.record().number();
        if (isOlder) {
            // Somebody floods what was said before.
            return;
        }
        to.known = known;
        Outgoing current = to.current;
        long life = out.incarnationOf(to.destination);
        if (current != null && life > current.opening.destinationIncarnation()) {
            replace(to, null);
        }
        if (to.current == null && !to.waiting.isEmpty()) {
            begin(to, nowNanos);
        }
    }

    /** A relay could not pass on a frame of this node: which frame it was, where that is known. */
    public RouteError unsealed(RouteError error) throws MalformedFrame {
        if (error.failedType() != FrameType.SEALED) {
            return error;
        }
        Sealed.Head head = Sealed.Head.decode(new WireReader(error.excerpt()));
        Outbound to = outgoing.get(head.association());
        Outgoing current = to == null ? null : to.current;
        Optional<ByteView> excerpt = current == null ? Optional.empty() : current.headOf(head.counter());
        return excerpt.isEmpty()
                ? error
                : new RouteError(error.reason(), error.reporter(), error.failedLabel(), FrameType.DATA, excerpt.get());
    }

    /** A destination has the keys, or says that it has not. */
    public void handleAnswer(SealAnswer answer, long nowNanos) {
        Outbound to = outgoing.get(answer.association());
        Outgoing current = to == null ? null : to.current;
        if (to == null || current == null || !to.destination.equals(answer.responder())) {
            return;
        }
        if (answer.isKnown()) {
            if (!current.handleReceipt(answer.receipt())) {
                forgedCount++;
            }
        } else if (nowNanos >= to.renewNanos) {
            // Nothing proves it, so the present keys stay in use until there are others.
            to.renewNanos = nowNanos + RETRY_NANOS;
            begin(to, nowNanos);
        }
    }

    // ------------------------------------------------------------------ arriving

    /** Opens a frame that has arrived; empty where it is not believed, or has to wait for its keys. */
    public Optional<Opened> open(RoutedFrame frame, Arrival arrival, long nowNanos) throws MalformedFrame {
        Sealed sealed = Sealed.decode(frame.type(), new WireReader(frame.body()));
        if (active) {
            return inbound.open(sealed, arrival, nowNanos);
        }
        inbound.refuse(sealed, arrival, nowNanos);
        return Optional.empty();
    }

    // ------------------------------------------------------------------ what the sealer has made

    /** Returns the frames that have waited for it and are believed. */
    public List<Opened> handleMade(Sealer.Made made, long nowNanos) {
        if (made.task() == prekeyTask) {
            handlePrekey(made.record(), nowNanos);
            return List.of();
        }
        NodeId destination = beginning.remove(made.task());
        Outbound to = destination == null ? null : outbound.get(destination);
        if (to != null && to.task == made.task()) {
            handleBegun(to, made, nowNanos);
        }
        return inbound.handleMade(made, nowNanos);
    }

    private void handlePrekey(Optional<SealRecord> record, long nowNanos) {
        if (record.isEmpty()) {
            failedCount++;
            renewNanos = nowNanos + RETRY_NANOS;
            return;
        }
        if (published > 0) {
            forgetOutdated();
            outdated = published;
            forgetNanos = nowNanos + terms.graceNanos();
        }
        published = record.get().number();
        out.publish(record.get());
    }

    private void forgetOutdated() {
        if (outdated > 0) {
            sealer.forgetPrekey(outdated);
            outdated = 0;
        }
        forgetNanos = Deadlines.NEVER;
    }

    private void handleBegun(Outbound to, Sealer.Made made, long nowNanos) {
        to.task = 0;
        if (made.keys().isEmpty() || made.opening().isEmpty()) {
            failedCount++;
            to.retryNanos = nowNanos + RETRY_NANOS;
            begin(to, nowNanos);
            return;
        }
        SealOpening opening = made.opening().get();
        if (opening.destinationIncarnation() < out.incarnationOf(to.destination)) {
            begin(to, nowNanos);
            return;
        }
        begunCount++;
        Outgoing fresh = new Outgoing(opening, made.keys().get(), nowNanos);
        replace(to, fresh);
        for (Waiting frame = to.waiting.poll(); frame != null; frame = to.waiting.poll()) {
            waitingBytes -= frame.plain().length();
            sealedCount++;
            out.transmit(frame.neighbor(), fresh.seal(frame.route(), frame.type(), frame.plain()));
        }
    }

    // ------------------------------------------------------------------ time

    public void handleTime(long nowNanos) {
        if (nowNanos >= renewNanos) {
            makePrekey(nowNanos);
        }
        if (nowNanos >= forgetNanos) {
            forgetOutdated();
        }
        if (nowNanos >= waitingNanos) {
            reviewWaiting(nowNanos);
        }
        if (nowNanos >= sweepNanos) {
            sweep(nowNanos);
        }
    }

    public long nextDeadlineNanos() {
        return Math.min(Math.min(renewNanos, forgetNanos), Math.min(waitingNanos, sweepNanos));
    }

    private void reviewWaiting(long nowNanos) {
        waitingNanos = Deadlines.NEVER;
        for (Outbound to : outbound.values()) {
            for (Waiting frame = to.waiting.peek();
                    frame != null && frame.endNanos() <= nowNanos;
                    frame = to.waiting.peek()) {
                to.waiting.remove();
                waitingBytes -= frame.plain().length();
                droppedCount++;
            }
            Waiting next = to.waiting.peek();
            if (next != null) {
                waitingNanos = Math.min(waitingNanos, next.endNanos());
                begin(to, nowNanos);
            }
        }
    }

    private void sweep(long nowNanos) {
        sweepNanos = nowNanos + SWEEP_NANOS;
        // No prekey is left by then that an opening of that time could be replayed to.
        inbound.sweep(nowNanos - 2 * (terms.prekeyNanos() + terms.graceNanos()), nowNanos);
        for (Outbound to : outbound.values()) {
            Outgoing current = to.current;
            if (current != null && current.wear(terms, nowNanos) > 1) {
                replace(to, null);
            }
        }
    }

    // ------------------------------------------------------------------ questions

    public void audit() {
        Check.that(outbound.size() <= OUTGOING_MAX, "seals for %d nodes", outbound.size());
        Check.that(outgoing.size() <= outbound.size(), "%d associations lead away", outgoing.size());
        Check.that(waitingBytes >= 0 && waitingBytes <= WAITING_BYTES_MAX, "%d bytes wait for keys", waitingBytes);
        inbound.audit();
    }

    /** By stable names. */
    public void count(TreeMap<String, Long> counters) {
        inbound.count(counters);
        counters.put("seal.active", active ? 1L : 0L);
        counters.put("seal.begun", begunCount);
        counters.merge("seal.dropped", droppedCount, Long::sum);
        counters.merge("seal.failed", failedCount, Long::sum);
        counters.merge("seal.forged", forgedCount, Long::sum);
        counters.put("seal.imposture", impostureCount);
        counters.put("seal.outbound", (long) outgoing.size());
        counters.put("seal.plain-refused", plainCount);
        counters.put("seal.sealed", sealedCount);
    }
}
