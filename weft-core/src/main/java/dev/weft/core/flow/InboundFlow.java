package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.LongTree;
import dev.weft.core.forward.Arrival;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The destination's side of one flow: which sequence numbers are settled, which messages are incomplete, which were
 * refused. A number is settled only after its message's fate is: the endpoint has taken it, or it was refused for
 * good. What finds no room is not settled at all, and comes again. In a connected flow messages are handed over in
 * order; those that came before their turn are held.
 *
 * <p>Called by {@link Receiver} alone.
 */
final class InboundFlow {
    interface Output {
        /** Whether there is an endpoint for the flow; for a connected one, whether it may begin. */
        Acceptance check(FlowLabel flow);

        /** The room of the flow's endpoint or connection, after {@link #check} has said {@link Acceptance#TAKEN}. */
        ReceiveBuffer buffer(FlowLabel flow);

        /** Hands over one message, or all of a bundle: taken or refused as a whole. */
        Acceptance deliver(FlowLabel flow, List<ByteView> messages, int hops);

        /**
         * A connected flow has ended, after all that it carried.
         *
         * @param reason why its origin has not taken all that came to it; NONE where it has
         */
        void ended(FlowLabel flow, Outcome.Reason reason);

        /** Room on this node for an incomplete message of that size; where there is none the flow waits for it. */
        Room reserve(long handle, int bytes);

        /** Whether the flow waits for room on this node. */
        boolean isWaiting(long handle);

        void release(int bytes);
    }

    enum Room {
        GRANTED,
        FULL
    }

    /** What becomes of a flow. */
    enum Phase {
        /** A connected flow whose first message has not come. */
        NEW,
        OPEN,
        /** A connected flow from which nothing more is taken but its end. */
        SHUT,
        /** All has come. */
        ENDED,
        /** Its opening was refused; the refusal is repeated. */
        REFUSED,
        /** It was given up; whoever speaks of it is told. */
        CLOSED
    }

    /** A message that was refused: kept until the origin is done with its last number, for an answer may get lost. */
    private record Refused(long end, Outcome.Reason reason) {}

    /** What waits for its turn: one message, those of a bundle, or none where it is the end. */
    private record Held(int count, List<ByteView> messages, Optional<Outcome.Reason> end) {
        static Held of(int count, List<ByteView> messages) {
            return new Held(count, messages, Optional.empty());
        }

        static Held end(Outcome.Reason reason) {
            return new Held(1, List.of(), Optional.of(reason));
        }
    }

    /** Refusals for which there is always a place. */
    private static final int FLOOR_PLACES = 48;

    /** How long a flow of which a number came again over another way is answered over two; links are found dead sooner. */
    private static final long TWO_WAYS_NANOS = 10_000_000_000L;

    /** How far above the floor a number may lie; what is beyond is left for the origin to send again. */
    static final int WINDOW_SEQUENCES = 1 << 17;

    private final FlowLabel label;
    private final long handle;
    private final Output out;
    private final boolean isOrdered;

    private Phase phase;
    /** Whether the {@link Receiver} has it among those to answer. */
    boolean toAcknowledge;

    private final SettledRanges settled = new SettledRanges();
    private final LongTree<Reassembly> incomplete = new LongTree<>();
    private final LongTree<Held> held = new LongTree<>();
    private final LongTree<Refused> refusals = new LongTree<>();
    /** The connected flow's next message. */
    private long turn;

    private @Nullable ReceiveBuffer buffer;
    /** How much of it the application has not been given yet: what is incomplete, or held for its turn. */
    private long asideCharge;

    private long sharePeriod = -1;
    private long ackSerial;
    private long markedCount;
    private Arrival arrival;
    private long usedNanos;
    private long twoWaysUntilNanos = Long.MIN_VALUE;

    InboundFlow(FlowLabel label, long handle, Arrival arrival, Output out, long nowNanos) {
        this.label = label;
        this.handle = handle;
        this.arrival = arrival;
        this.out = out;
        this.isOrdered = label.kind().isConnected();
        this.phase = isOrdered ? Phase.NEW : Phase.OPEN;
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

    /**
     * Whether its origin sends over two ways at once, or has tried another because it heard nothing: the way that this
     * node would answer by may be the one that is dead.
     */
    boolean comesTwoWays(long nowNanos) {
        return nowNanos < twoWaysUntilNanos;
    }

    Phase phase() {
        return phase;
    }

    // ------------------------------------------------------------------ inputs

    void handleData(Data data, Arrival from, long nowNanos) {
        if (!from.neighbor().equals(arrival.neighbor()) && settled.contains(data.sequence())) {
            twoWaysUntilNanos = nowNanos + TWO_WAYS_NANOS;
        }
        arrival = from;
        usedNanos = nowNanos;
        if (from.route().mark() == RouteHeader.Mark.CONGESTION) {
            markedCount++;
        }
        if (!isOrdered) {
            forgetBelow(data.sequence() - data.lag());
        }
        if (settled.contains(data.sequence()) || data.sequence() >= settled.floor() + WINDOW_SEQUENCES) {
            return;
        }
        switch (phase) {
            case NEW -> begin(data, nowNanos);
            case OPEN -> take(data, nowNanos);
            case SHUT -> {
                if (data.meaning() == Data.Meaning.END && data.sequence() == turn) {
                    settled.add(turn, turn + 1);
                    end(data.endReason());
                }
            }
            case ENDED, REFUSED, CLOSED -> {}
        }
    }

    void handleAdvance(long newFloor, Arrival from, long nowNanos) {
        arrival = from;
        usedNanos = nowNanos;
        if (!isOrdered) {
            forgetBelow(newFloor);
        }
    }

    /** Refuses messages that have not grown for a while: the memory is needed and the origin has stopped. */
    void dropStalled(long beforeNanos) {
        if (isOrdered) {
            return;
        }
        for (Map.Entry<Long, Reassembly> entry : List.copyOf(incomplete.entries())) {
            if (entry.getValue().touchedNanos() < beforeNanos) {
                discard(entry.getKey());
                refuse(entry.getKey(), entry.getValue().count(), Outcome.Reason.TIMEOUT);
            }
        }
    }

    /** Gives the flow up; what has come and was not handed over is thrown away. */
    void close() {
        phase = Phase.CLOSED;
        throwAway();
    }

    /**
     * Nothing more is taken from a connected flow that is open, which its origin is told with every acknowledgement:
     * what came and was not handed over is refused, and all behind it.
     */
    void shut(Outcome.Reason reason) {
        phase = Phase.SHUT;
        refusals.put(turn, new Refused(turn, reason));
        throwAway();
    }

    private void throwAway() {
        for (Map.Entry<Long, Reassembly> first = incomplete.first(); first != null; first = incomplete.first()) {
            discard(first.getKey());
        }
        for (Held waits : held.values()) {
            if (waits.end().isEmpty()) {
                long charge = charge(waits.messages());
                roomFor((int) charge).release(charge);
                asideCharge -= charge;
            }
        }
        held.clear();
    }

    Ack ack(long nowNanos) {
        List<Ack.Refusal> refused = List.of();
        if (!refusals.isEmpty()) {
            refused = new ArrayList<>();
            for (Map.Entry<Long, Refused> refusal : refusals.entries()) {
                refused.add(new Ack.Refusal(refusal.getKey(), refusal.getValue().reason()));
            }
        }
        return new Ack(
                label.originIncarnation(),
                label.number(),
                handle,
                ackSerial++,
                settled.floor(),
                room(nowNanos),
                markedCount,
                arrival.hops(),
                settled.ranges(),
                refused);
    }

    /** What is free, and what is missing of messages that have room already. */
    private long room(long nowNanos) {
        ReceiveBuffer room = buffer;
        if (room == null) {
            return Integer.MAX_VALUE;
        }
        long share = room.share(nowNanos);
        if (share < room.capacity() / 8) {
            room.await(handle);
        }
        long missing = 0;
        for (Reassembly message : incomplete.values()) {
            missing += message.missingBytes();
        }
        // Where the node is full, what has room already is all that can be used.
        return out.isWaiting(handle) ? missing : share + missing;
    }

    // ------------------------------------------------------------------ what comes in

    /** The first message of a connection is empty and asks for it; an answer's first message is the peer's. */
    private void begin(Data data, long nowNanos) {
        boolean asks = label.answers() == 0;
        if (asks && data.sequence() != 0) {
            return;
        }
        Acceptance acceptance = out.check(label);
        if (acceptance != Acceptance.TAKEN) {
            phase = Phase.REFUSED;
            // Nothing was handed over, whichever came first.
            refuse(0, 1, acceptance.reason());
            return;
        }
        phase = Phase.OPEN;
        buffer = out.buffer(label);
        if (asks) {
            settled.add(0, 1);
            turn = 1;
        } else {
            take(data, nowNanos);
        }
    }

    private void take(Data data, long nowNanos) {
        switch (data.meaning()) {
            case MESSAGE -> takeMessage(data, nowNanos);
            case BUNDLE -> {
                if (admits(data, charge(data.messages()), nowNanos)) {
                    complete(data.sequence(), 1, data.messages());
                }
            }
            case END -> {
                if (isOrdered) {
                    completeInTurn(data.sequence(), Held.end(data.endReason()));
                } else {
                    settled.add(data.sequence(), data.sequence() + 1);
                }
            }
        }
    }

    private static long charge(List<ByteView> messages) {
        return Bundle.payloadBytes(messages) + (long) messages.size() * Ack.MESSAGE_OVERHEAD_BYTES;
    }

    private void takeMessage(Data data, long nowNanos) {
        Reassembly message = incomplete.find(data.messageSequence());
        if (message == null) {
            if (!admits(data, ReceiveBuffer.charge(data.messageBytes()), nowNanos)) {
                return;
            }
            if (data.count() == 1) {
                complete(data.sequence(), 1, data.messages());
                return;
            }
            if (out.reserve(handle, data.messageBytes()) == Room.FULL) {
                roomFor(data.messageBytes()).release(ReceiveBuffer.charge(data.messageBytes()));
                asideCharge -= ReceiveBuffer.charge(data.messageBytes());
                noRoom(data, Outcome.Reason.LIMIT);
                return;
            }
            message = new Reassembly(data.count(), data.messageBytes(), nowNanos);
            incomplete.put(data.messageSequence(), message);
        }
        switch (message.add(data, nowNanos)) {
            case INCOMPLETE -> settled.add(data.sequence(), data.sequence() + 1);
            case COMPLETE -> {
                if (hasEndpoint(data)) {
                    incomplete.remove(data.messageSequence());
                    out.release(message.messageBytes());
                    complete(data.messageSequence(), data.count(), message.message());
                } else {
                    discard(data.messageSequence());
                }
            }
            case CONTRADICTION -> {
                discard(data.messageSequence());
                refuse(data.messageSequence(), data.count(), Outcome.Reason.LIMIT);
            }
        }
    }

    /** Whether a bundle, or a message's first fragment, is let in, which takes room for all of it. */
    private boolean admits(Data data, long charge, long nowNanos) {
        if (!hasEndpoint(data)) {
            return false;
        }
        ReceiveBuffer room = roomFor(data.messageBytes());
        sharePeriod = room.count(sharePeriod, nowNanos);
        // What all others wait for must not wait for them; but for what the application has not taken it must.
        boolean isItsTurn = isOrdered
                ? data.messageSequence() == turn && room.hasRoomBeside(asideCharge)
                : !incomplete.isEmpty() && data.messageSequence() <= settled.floor() && room.hasRoomOfItsOwn();
        if (!room.hasRoom() && !isItsTurn) {
            noRoom(data, Outcome.Reason.QUEUE_FULL);
            return false;
        }
        room.take(charge);
        asideCharge += charge;
        return true;
    }

    /** Refuses a message that no endpoint is there for any more. That of a connected flow is asked for when it opens. */
    private boolean hasEndpoint(Data data) {
        if (isOrdered) {
            return true;
        }
        Acceptance acceptance = out.check(label);
        if (acceptance == Acceptance.TAKEN) {
            moveTo(out.buffer(label));
            return true;
        }
        refuse(data.messageSequence(), data.count(), acceptance.reason());
        return false;
    }

    /** An endpoint that was closed and opened anew has other room: what has come in part will be delivered from there. */
    private void moveTo(ReceiveBuffer present) {
        ReceiveBuffer before = buffer;
        buffer = present;
        if (before != null && before != present) {
            for (Reassembly message : incomplete.values()) {
                before.release(ReceiveBuffer.charge(message.messageBytes()));
                present.take(ReceiveBuffer.charge(message.messageBytes()));
            }
        }
    }

    private ReceiveBuffer roomFor(int bytes) {
        ReceiveBuffer room = buffer;
        if (room == null) {
            throw new dev.weft.core.base.InvariantError("a flow without a buffer takes " + bytes + " bytes");
        }
        return room;
    }

    private void noRoom(Data data, Outcome.Reason reason) {
        if (label.kind() == SocketKind.DGRAM || label.whenFull() == WhenFull.REFUSE) {
            refuse(data.messageSequence(), data.count(), reason);
        } else {
            roomFor(data.messageBytes()).await(handle);
        }
    }

    private void complete(long messageSequence, int count, List<ByteView> messages) {
        if (isOrdered) {
            completeInTurn(messageSequence, Held.of(count, messages));
            return;
        }
        Acceptance acceptance = out.deliver(label, messages, arrival.hops());
        asideCharge -= charge(messages);
        if (acceptance != Acceptance.TAKEN) {
            long charge = charge(messages);
            roomFor((int) charge).release(charge);
            refuse(messageSequence, count, acceptance.reason());
            return;
        }
        settled.add(messageSequence, messageSequence + count);
    }

    private void completeInTurn(long messageSequence, Held complete) {
        settled.add(messageSequence, messageSequence + complete.count());
        if (messageSequence != turn) {
            held.put(messageSequence, complete);
            return;
        }
        for (Held next = complete; next != null && phase == Phase.OPEN; next = held.remove(turn)) {
            Acceptance acceptance =
                    next.end().isPresent() ? Acceptance.TAKEN : out.deliver(label, next.messages(), arrival.hops());
            if (acceptance != Acceptance.TAKEN) {
                held.put(turn, next);
                shut(acceptance.reason());
                return;
            }
            asideCharge -= charge(next.messages());
            turn += next.count();
            next.end().ifPresent(this::end);
        }
    }

    private void end(Outcome.Reason reason) {
        phase = Phase.ENDED;
        out.ended(label, reason);
    }

    /**
     * No acknowledgement can carry more refusals than this; a message beyond is not settled yet, and its origin will
     * ask again when it has read the earlier ones. Some places are for those that the origin's floor waits for: only as
     * it moves are the others free again.
     */
    private void refuse(long messageSequence, int count, Outcome.Reason reason) {
        int places = messageSequence <= settled.floor() ? Ack.ENTRIES_MAX : Ack.ENTRIES_MAX - FLOOR_PLACES;
        if (refusals.size() < places) {
            refusals.put(messageSequence, new Refused(messageSequence + count, reason));
            settled.add(messageSequence, messageSequence + count);
        }
    }

    private void forgetBelow(long originFloor) {
        for (Map.Entry<Long, Refused> first = refusals.first();
                first != null && first.getValue().end() <= originFloor;
                first = refusals.first()) {
            refusals.remove(first.getKey());
        }
        for (Map.Entry<Long, Reassembly> first = incomplete.first();
                first != null && first.getKey() + first.getValue().count() <= originFloor;
                first = incomplete.first()) {
            discard(first.getKey());
        }
        settled.add(settled.floor(), originFloor);
    }

    private void discard(long messageSequence) {
        @Nullable Reassembly dropped = incomplete.remove(messageSequence);
        ReceiveBuffer room = buffer;
        if (dropped != null) {
            out.release(dropped.messageBytes());
            asideCharge -= ReceiveBuffer.charge(dropped.messageBytes());
            if (room != null) {
                room.release(ReceiveBuffer.charge(dropped.messageBytes()));
            }
        }
    }
}
