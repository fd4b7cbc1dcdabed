package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.forward.Path;
import org.jspecify.annotations.Nullable;

/** A piece of a message under way, with what is known of its last transmission. */
final class Fragment {
    enum State {
        /** Waits to be sent, for the first time or again. */
        TO_SEND,
        IN_FLIGHT,
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
}
