package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Ack;
import org.jspecify.annotations.Nullable;

/** A piece of a message under way, with what is known of its last transmission. */
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

    final Outgoing message;
    final int index;
    State state = State.TO_SEND;
    int transmissions;
    long sentNanos;

    @Nullable
    Path path;

    Fragment(Outgoing message, int index) {
        this.message = message;
        this.index = index;
    }

    ByteView payload(int fragmentBytes) {
        int from = index * fragmentBytes;
        return message.payload.slice(from, Math.min(fragmentBytes, message.payload.length() - from));
    }

    /** What it counts for in windows. */
    int charge(int fragmentBytes) {
        int bytes = Math.min(fragmentBytes, message.payload.length() - index * fragmentBytes);
        return index == 0 ? bytes + Ack.MESSAGE_OVERHEAD_BYTES : bytes;
    }

    boolean isLastOfMessage() {
        return index == message.fragmentCount - 1;
    }
}
