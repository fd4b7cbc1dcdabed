package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.forward.Arrival;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The destination's side of one flow: which sequence numbers are settled, which messages are incomplete, which were
 * refused. A number is settled only after the endpoint has taken its message, or refused it for good.
 *
 * <p>Called by {@link Receiver} alone.
 */
final class InboundFlow {
    interface Output {
        Acceptance deliver(FlowLabel flow, ByteView payload, int hops);

        /** Room for an incomplete message of that size, or a refusal. */
        Room reserve(int bytes);

        void release(int bytes);
    }

    enum Room {
        GRANTED,
        FULL
    }

    /** A message that was refused: kept until the origin is done with its last number, for an answer may get lost. */
    private record Refused(long end, Outcome.Reason reason) {}

    /** How far above the floor a number may lie; what is beyond is left for the origin to send again. */
    static final int WINDOW_SEQUENCES = 1 << 17;

    private final FlowLabel label;
    private final long handle;
    private final Output out;

    private long floor;
    /** Settled above the floor: from → to, apart from each other. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    private final TreeMap<Long, Reassembly> incomplete = new TreeMap<>();
    private final TreeMap<Long, Refused> refusals = new TreeMap<>();
    private Arrival arrival;
    private long usedNanos;

    InboundFlow(FlowLabel label, long handle, Arrival arrival, Output out, long nowNanos) {
        this.label = label;
        this.handle = handle;
        this.arrival = arrival;
        this.out = out;
        this.usedNanos = nowNanos;
    }

    FlowLabel label() {
        return label;
    }

    long handle() {
        return handle;
    }

    Arrival arrival() {
        return arrival;
    }

    long usedNanos() {
        return usedNanos;
    }

    void handleData(Data data, Arrival from, long nowNanos) {
        arrival = from;
        usedNanos = nowNanos;
        forgetBelow(data.sequence() - data.lag());
        if (isSettled(data.sequence()) || data.sequence() >= floor + WINDOW_SEQUENCES) {
            return;
        }
        if (data.count() == 1) {
            conclude(data.messageSequence(), 1, deliver(data.payload()));
            return;
        }
        Reassembly message = incomplete.get(data.messageSequence());
        if (message == null) {
            if (out.reserve(data.messageBytes()) == Room.FULL) {
                conclude(data.messageSequence(), data.count(), Outcome.Reason.LIMIT);
                return;
            }
            message = new Reassembly(data.count(), data.messageBytes(), nowNanos);
            incomplete.put(data.messageSequence(), message);
        }
        switch (message.add(data, nowNanos)) {
            case INCOMPLETE -> settle(data.sequence(), data.sequence() + 1);
            case COMPLETE -> {
                discard(data.messageSequence());
                conclude(data.messageSequence(), data.count(), deliver(message.payload()));
            }
            case CONTRADICTION -> {
                discard(data.messageSequence());
                conclude(data.messageSequence(), data.count(), Outcome.Reason.LIMIT);
            }
        }
    }

    void handleAdvance(long newFloor, Arrival from, long nowNanos) {
        arrival = from;
        usedNanos = nowNanos;
        forgetBelow(newFloor);
    }

    /** Refuses messages that have not grown for a while: the memory is needed and the origin has stopped. */
    void dropStalled(long beforeNanos) {
        for (Map.Entry<Long, Reassembly> entry : List.copyOf(incomplete.entrySet())) {
            if (entry.getValue().touchedNanos() < beforeNanos) {
                discard(entry.getKey());
                conclude(entry.getKey(), entry.getValue().count(), Outcome.Reason.TIMEOUT);
            }
        }
    }

    void close() {
        for (Long messageSequence : List.copyOf(incomplete.keySet())) {
            discard(messageSequence);
        }
    }

    Ack ack() {
        List<Ack.Range> settled = new ArrayList<>();
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            if (settled.size() == Ack.ENTRIES_MAX) {
                break;
            }
            settled.add(new Ack.Range(range.getKey(), range.getValue()));
        }
        List<Ack.Refusal> refused = new ArrayList<>();
        for (Map.Entry<Long, Refused> refusal : refusals.entrySet()) {
            refused.add(new Ack.Refusal(refusal.getKey(), refusal.getValue().reason()));
        }
        return new Ack(
                label.originIncarnation(),
                label.number(),
                handle,
                floor,
                arrival.route().hopsTravelled(),
                settled,
                refused);
    }

    /**
     * No acknowledgement can carry more refusals than this; a message beyond is not settled yet, and its origin will
     * ask again when it has read the earlier ones.
     */
    private boolean canRefuse() {
        return refusals.size() < Ack.ENTRIES_MAX;
    }

    private Outcome.Reason deliver(ByteView payload) {
        return out.deliver(label, payload, arrival.route().hopsTravelled()).reason();
    }

    private void conclude(long messageSequence, int count, Outcome.Reason verdict) {
        if (verdict != Outcome.Reason.NONE) {
            if (!canRefuse()) {
                return;
            }
            refusals.put(messageSequence, new Refused(messageSequence + count, verdict));
        }
        settle(messageSequence, messageSequence + count);
    }

    private boolean isSettled(long sequence) {
        if (sequence < floor) {
            return true;
        }
        Map.Entry<Long, Long> below = ranges.floorEntry(sequence);
        return below != null && sequence < below.getValue();
    }

    private void settle(long from, long to) {
        long start = Math.max(from, floor);
        long end = to;
        if (start >= end) {
            return;
        }
        Map.Entry<Long, Long> below = ranges.floorEntry(start);
        if (below != null && below.getValue() >= start) {
            start = below.getKey();
            end = Math.max(end, below.getValue());
            ranges.remove(below.getKey());
        }
        for (Map.Entry<Long, Long> above = ranges.ceilingEntry(start);
                above != null && above.getKey() <= end;
                above = ranges.ceilingEntry(start)) {
            end = Math.max(end, above.getValue());
            ranges.remove(above.getKey());
        }
        if (start <= floor) {
            floor = end;
        } else {
            ranges.put(start, end);
        }
    }

    private void forgetBelow(long originFloor) {
        for (Map.Entry<Long, Refused> first = refusals.firstEntry();
                first != null && first.getValue().end() <= originFloor;
                first = refusals.firstEntry()) {
            refusals.pollFirstEntry();
        }
        while (!incomplete.isEmpty() && incomplete.firstKey() < originFloor) {
            Map.Entry<Long, Reassembly> first = incomplete.firstEntry();
            if (first.getKey() + first.getValue().count() > originFloor) {
                break;
            }
            discard(first.getKey());
        }
        if (originFloor > floor) {
            settle(floor, originFloor);
        }
    }

    private void discard(long messageSequence) {
        @Nullable Reassembly dropped = incomplete.remove(messageSequence);
        if (dropped != null) {
            out.release(dropped.messageBytes());
        }
    }
}
