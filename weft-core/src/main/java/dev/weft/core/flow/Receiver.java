package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.LongTable;
import dev.weft.core.base.Prng;
import dev.weft.core.forward.Arrival;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.Reset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All flows that end on this node. Acknowledgements are gathered over a turn and leave at {@link #flush}, one per
 * flow, in the same write as whatever else goes that way. Driven by the engine.
 */
public final class Receiver {
    /** What the receiver wants and reports. May not call back in. */
    public interface Output {
        /** Sends to the origin of a flow, by the way back of the last arrival or a better one. */
        void reply(NodeId origin, Arrival lastArrival, Frame frame);

        /** Whether there is an endpoint for a flow; for a connected one, whether it may begin, once. */
        Acceptance check(FlowLabel flow);

        /** The room of a flow's endpoint or connection, asked for after {@link #check} has said that there is one. */
        ReceiveBuffer buffer(FlowLabel flow);

        /** Hands over one message, or all of a bundle: taken or refused as a whole. */
        Acceptance deliver(FlowLabel flow, List<ByteView> messages, int hops);

        /**
         * A connected flow has ended, after all that it carried.
         *
         * @param reason why its origin has not taken all that came to it; NONE where it has
         */
        void ended(FlowLabel flow, Outcome.Reason reason);

        /**
         * A connected flow will not go on: its origin has given it up, or has gone. One that answers may not have spoken yet.
         */
        void broken(FlowLabel flow, Outcome.Reason reason);
    }

    /**
     * How long a silent flow is remembered: longer than any send may last, for forgetting it earlier could let a
     * late copy through a second time.
     */
    static final long IDLE_NANOS = 7_200_000_000_000L;

    /** How long a connected flow that is over is remembered, lest a late copy of its first frame begin it anew. */
    static final long OVER_NANOS = 120_000_000_000L;

    /** Handles take at most four bytes on the wire. */
    private static final long HANDLE_MAX = (1L << 28) - 1;

    private static final long STALLED_NANOS = 60_000_000_000L;
    private static final long SWEEP_NANOS = 30_000_000_000L;

    private static final Comparator<InboundFlow> BY_HANDLE = Comparator.comparingLong(InboundFlow::handle);

    private final NodeId self;
    private final long incarnation;
    private final FlowConfig config;
    private final Prng prng;
    private final Output out;
    private final InboundFlow.Output flowOutput = new FlowOutput();

    private final LongTable<InboundFlow> byHandle = new LongTable<>();
    private final TreeMap<FlowLabel.Name, InboundFlow> byKey = new TreeMap<>();
    /** The flows of which something came in this turn, or whose origin is to hear of something else. */
    private final List<InboundFlow> toAcknowledge = new ArrayList<>();
    /** Handles of flows whose messages in several fragments find no room on this node. */
    private final TreeSet<Long> waiting = new TreeSet<>();

    private long reassemblyBytes;
    private long refusedCount;
    private long sweepNanos = Deadlines.NEVER;

    public Receiver(NodeId self, long incarnation, FlowConfig config, Prng prng, Output out) {
        this.self = self;
        this.incarnation = incarnation;
        this.config = config;
        this.prng = prng;
        this.out = out;
    }

    public int flowCount() {
        return byHandle.size();
    }

    /** How often a flow was not let in, for there were too many. */
    public long refusedCount() {
        return refusedCount;
    }

    /** How many bytes the incomplete messages may grow to. */
    public long reassemblyBytes() {
        return reassemblyBytes;
    }

    /** What a flow is, or would be: what the frame itself says where it says it. */
    public Optional<FlowLabel> labelOf(FlowRef ref) {
        return ref.label().isPresent()
                ? ref.label()
                : Optional.ofNullable(byHandle.find(ref.handle())).map(InboundFlow::label);
    }

    public void handleData(Data data, Arrival arrival, long nowNanos) {
        InboundFlow flow = find(data.flow(), arrival, nowNanos);
        if (flow == null) {
            return;
        }
        if (flow.phase() == InboundFlow.Phase.CLOSED) {
            out.reply(flow.label().origin(), arrival, new Reset(self, incarnation, data.flow()));
            return;
        }
        flow.handleData(data, arrival, nowNanos);
        acknowledge(flow);
    }

    /** The origin gives a connected flow up; it wants to hear that it was heard. */
    public void handleAbort(Abort abort, Arrival arrival) {
        InboundFlow flow = byHandle(abort.flow());
        NodeId origin = flow == null
                ? abort.flow().label().map(FlowLabel::origin).orElse(NodeId.ZERO)
                : flow.label().origin();
        out.reply(origin, arrival, new Reset(self, incarnation, abort.flow()));
        if (flow != null && flow.label().kind().isConnected()) {
            breakOff(flow, abort.reason());
        }
        if (flow == null) {
            abort.flow()
                    .label()
                    .filter(label -> label.kind().isConnected() && label.answers() != 0 && isForThisLife(label))
                    .ifPresent(label -> out.broken(label, abort.reason()));
        }
    }

    /** The application has given up a connected flow to here, or is done with it; its origin is told when it speaks. */
    public void close(FlowLabel label) {
        InboundFlow flow = byKey.get(label.name());
        if (flow != null && isUnderWay(flow)) {
            flow.close();
        }
    }

    private static boolean isUnderWay(InboundFlow flow) {
        return switch (flow.phase()) {
            case NEW, OPEN, SHUT -> true;
            case ENDED, REFUSED, CLOSED -> false;
        };
    }

    /** Takes nothing more from a connected flow but its end, which its origin is told at the next {@link #flush}. */
    public void shut(FlowLabel label, Outcome.Reason reason) {
        InboundFlow flow = byKey.get(label.name());
        if (flow != null && flow.phase() == InboundFlow.Phase.OPEN) {
            flow.shut(reason);
            acknowledge(flow);
        }
    }

    /** Tells the origin of a connected flow at once that nobody listens any more. */
    public void reset(FlowLabel label) {
        InboundFlow flow = byKey.get(label.name());
        if (flow != null && isUnderWay(flow)) {
            flow.close();
            out.reply(label.origin(), flow.arrival(), new Reset(self, incarnation, FlowRef.opening(label)));
        }
    }

    /** The application has taken messages out of a buffer. */
    public void handleRoom(ReceiveBuffer buffer) {
        acknowledge(buffer.pollWaiting());
    }

    public void handleAdvance(Advance advance, Arrival arrival, long nowNanos) {
        InboundFlow flow = byHandle(advance.flow());
        if (flow != null) {
            flow.handleAdvance(advance.floor(), arrival, nowNanos);
        }
    }

    private void breakOff(InboundFlow flow, Outcome.Reason reason) {
        if (isUnderWay(flow)) {
            InboundFlow.Phase before = flow.phase();
            flow.close();
            if (before != InboundFlow.Phase.NEW && flow.label().kind().isConnected()) {
                out.broken(flow.label(), reason);
            }
        }
    }

    /** A node has gone for good, or lives anew: its old flows will not speak again. */
    public void handleNodeGone(NodeId node, long incarnationsBelow) {
        for (InboundFlow flow : byHandle.all()) {
            if (flow.label().origin().equals(node) && flow.label().originIncarnation() < incarnationsBelow) {
                breakOff(flow, Outcome.Reason.DESTINATION_RESTARTED);
                remove(flow);
            }
        }
    }

    /** Sends the acknowledgements of this turn. */
    public void flush(long nowNanos) {
        toAcknowledge.sort(BY_HANDLE);
        for (InboundFlow flow : toAcknowledge) {
            flow.toAcknowledge = false;
            // One that was removed meanwhile is closed.
            if (flow.phase() != InboundFlow.Phase.CLOSED) {
                Ack ack = flow.ack(nowNanos);
                out.reply(flow.label().origin(), flow.arrival(), ack);
                if (flow.comesTwoWays(nowNanos)) {
                    // Back by the way of what came last, which is alive: for nobody in particular, so by no other.
                    out.reply(NodeId.ZERO, flow.arrival(), ack);
                }
            }
        }
        toAcknowledge.clear();
    }

    private void acknowledge(InboundFlow flow) {
        if (!flow.toAcknowledge) {
            flow.toAcknowledge = true;
            toAcknowledge.add(flow);
        }
    }

    private void acknowledge(Iterable<Long> handles) {
        for (long handle : handles) {
            InboundFlow flow = byHandle.find(handle);
            if (flow != null) {
                acknowledge(flow);
            }
        }
    }

    public void handleTime(long nowNanos) {
        if (nowNanos < sweepNanos) {
            return;
        }
        for (InboundFlow flow : byHandle.all()) {
            flow.dropStalled(nowNanos - STALLED_NANOS);
            boolean isForgotten = switch (flow.phase()) {
                case NEW, SHUT, ENDED, REFUSED, CLOSED -> nowNanos - flow.usedNanos() > OVER_NANOS;
                // A connection lasts until it is closed.
                case OPEN -> !flow.label().kind().isConnected() && nowNanos - flow.usedNanos() > IDLE_NANOS;
            };
            if (isForgotten) {
                remove(flow);
            }
        }
        sweepNanos = byHandle.isEmpty() ? Deadlines.NEVER : nowNanos + SWEEP_NANOS;
    }

    public long nextDeadlineNanos() {
        return sweepNanos;
    }

    private @Nullable InboundFlow find(FlowRef ref, Arrival arrival, long nowNanos) {
        if (ref.label().isEmpty()) {
            InboundFlow flow = byHandle.find(ref.handle());
            if (flow == null) {
                out.reply(NodeId.ZERO, arrival, new Reset(self, incarnation, ref));
            }
            return flow;
        }
        FlowLabel label = ref.label().get();
        InboundFlow present = byKey.get(label.name());
        if (present != null) {
            return present;
        }
        boolean forThisLife = isForThisLife(label);
        if (forThisLife && byHandle.size() >= config.flowsMax()) {
            refusedCount++;
        }
        if (!forThisLife || byHandle.size() >= config.flowsMax()) {
            out.reply(label.origin(), arrival, new Reset(self, incarnation, ref));
            return null;
        }
        return open(label, arrival, nowNanos);
    }

    private boolean isForThisLife(FlowLabel label) {
        return label.destination().equals(self) && label.destinationIncarnation() == incarnation;
    }

    private @Nullable InboundFlow byHandle(FlowRef ref) {
        return ref.label().map(label -> byKey.get(label.name())).orElseGet(() -> byHandle.find(ref.handle()));
    }

    private InboundFlow open(FlowLabel label, Arrival arrival, long nowNanos) {
        long handle = freshHandle();
        InboundFlow flow = new InboundFlow(label, handle, arrival, flowOutput, nowNanos);
        byHandle.put(handle, flow);
        byKey.put(label.name(), flow);
        if (sweepNanos == Deadlines.NEVER) {
            sweepNanos = nowNanos + SWEEP_NANOS;
        }
        return flow;
    }

    /**
     * Drawn at random, for the handle is all that an established flow's frame says of whom it is for: one that strays
     * to another node over a stale label, or reaches a later life of this one, must not find a flow there.
     */
    private long freshHandle() {
        long handle;
        do {
            handle = prng.between(1, HANDLE_MAX);
        } while (byHandle.find(handle) != null);
        return handle;
    }

    private void remove(InboundFlow flow) {
        flow.close();
        byHandle.remove(flow.handle());
        byKey.remove(flow.label().name());
    }

    private final class FlowOutput implements InboundFlow.Output {
        @Override
        public Acceptance check(FlowLabel flow) {
            return out.check(flow);
        }

        @Override
        public ReceiveBuffer buffer(FlowLabel flow) {
            return out.buffer(flow);
        }

        @Override
        public Acceptance deliver(FlowLabel flow, List<ByteView> messages, int hops) {
            return out.deliver(flow, messages, hops);
        }

        @Override
        public void ended(FlowLabel flow, Outcome.Reason reason) {
            out.ended(flow, reason);
        }

        @Override
        public InboundFlow.Room reserve(long handle, int bytes) {
            if (reassemblyBytes + bytes > config.reassemblyBytesMax()) {
                waiting.add(handle);
                return InboundFlow.Room.FULL;
            }
            reassemblyBytes += bytes;
            return InboundFlow.Room.GRANTED;
        }

        @Override
        public void release(int bytes) {
            reassemblyBytes -= bytes;
            acknowledge(waiting);
            waiting.clear();
        }

        @Override
        public boolean isWaiting(long handle) {
            return waiting.contains(handle);
        }
    }
}
