package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one sequence number stands for at its origin, with what is known of its last transmission: a message, a piece of
 * a large one, or several small ones in a {@link Bundle}.
 */
final class Fragment {
    enum State {
        /** Waits to be sent, for the first time or again. */
        TO_SEND,
        IN_FLIGHT,
        /** Its answer is overdue and it is not to be sent again; an answer may come yet. */
        OVERDUE,
        /** Acknowledged, refused or given up. */
        SETTLED
    }

    /** One, or those of the bundle in their order. */
    final List<Outgoing> messages;
    /** What it counts for in windows. */
    final int charge;

    private final int index;
    /** Of each piece but the last. */
    private final int fragmentBytes;

    private int undecided;
    State state = State.TO_SEND;
    int transmissions;
    private int probes;
    long sentNanos;
    long firstSentNanos;

    @Nullable
    Path path;

    private Fragment(List<Outgoing> messages, int index, int fragmentBytes, int charge) {
        this.messages = messages;
        this.index = index;
        this.fragmentBytes = fragmentBytes;
        this.charge = charge;
        this.undecided = messages.size();
    }

    static Fragment piece(Outgoing message, int index, int fragmentBytes) {
        int bytes = Math.min(fragmentBytes, message.payloadBytes() - index * fragmentBytes);
        return new Fragment(
                List.of(message), index, fragmentBytes, index == 0 ? bytes + Ack.MESSAGE_OVERHEAD_BYTES : bytes);
    }

    static Fragment bundle(List<Outgoing> messages) {
        int charge = 0;
        for (Outgoing message : messages) {
            charge += message.charge();
        }
        return new Fragment(messages, 0, 0, charge);
    }

    boolean isLastOfMessage() {
        return index == messages.get(0).fragmentCount - 1;
    }

    /** The fate of one of its messages is known; returns true where that was the last. */
    boolean settleOne() {
        undecided--;
        return undecided == 0;
    }

    void markSent(Path along, long nowNanos) {
        state = State.IN_FLIGHT;
        firstSentNanos = transmissions == 0 ? nowNanos : firstSentNanos;
        transmissions++;
        sentNanos = nowNanos;
        path = along;
        for (Outgoing message : messages) {
            if (message.firstSentNanos < 0) {
                message.firstSentNanos = nowNanos;
            }
        }
    }

    /** Its latest transmission was answered by a destination that has no room for it: nothing was lost. */
    void countProbe() {
        probes++;
    }

    /** How often it was sent where it could have been taken. */
    int tries() {
        return transmissions - probes;
    }

    /** The frame that carries it; messages of a bundle that are settled are left out. */
    Data data(FlowRef flow, long sequence, long lag) {
        if (messages.size() == 1) {
            Outgoing only = messages.get(0);
            return only.count() > 1
                    ? Data.bundle(flow, sequence, lag, only.messages())
                    : single(only, flow, sequence, lag);
        }
        List<List<ByteView>> parts = new ArrayList<>(messages.size());
        for (Outgoing message : messages) {
            if (!message.isSettled()) {
                parts.add(message.messages());
            }
        }
        List<ByteView> payloads = parts.size() == 1 ? parts.get(0) : Bundle.join(parts);
        return payloads.size() > 1
                ? Data.bundle(flow, sequence, lag, payloads)
                : Data.whole(flow, sequence, lag, payloads.get(0));
    }

    private Data single(Outgoing message, FlowRef flow, long sequence, long lag) {
        return switch (message.role) {
            case MESSAGE, OPENING -> {
                ByteView whole = message.messages().get(0);
                int from = index * fragmentBytes;
                ByteView part = whole.slice(from, Math.min(fragmentBytes, whole.length() - from));
                yield Data.piece(flow, sequence, lag, index, message.fragmentCount, whole.length(), part);
            }
            case END -> Data.end(flow, sequence, lag, message.farewell);
        };
    }
}
