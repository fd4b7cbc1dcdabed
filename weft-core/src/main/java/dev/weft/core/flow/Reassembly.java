package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Pieces;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The fragments of one message that have arrived so far. They stay as they came, until somebody takes the message. */
final class Reassembly {
    enum State {
        INCOMPLETE,
        COMPLETE,
        /** The fragments cannot be of one message. */
        CONTRADICTION
    }

    private final @Nullable ByteView[] parts;
    private final int messageBytes;
    private int arrivedCount;
    private int arrivedBytes;
    private long touchedNanos;

    Reassembly(int count, int messageBytes, long nowNanos) {
        this.parts = new @Nullable ByteView[count];
        this.messageBytes = messageBytes;
        this.touchedNanos = nowNanos;
    }

    int count() {
        return parts.length;
    }

    int messageBytes() {
        return messageBytes;
    }

    int missingBytes() {
        return messageBytes - arrivedBytes;
    }

    long touchedNanos() {
        return touchedNanos;
    }

    State add(Data data, long nowNanos) {
        touchedNanos = nowNanos;
        if (data.count() != parts.length || data.messageBytes() != messageBytes) {
            return State.CONTRADICTION;
        }
        if (parts[data.index()] == null) {
            arrivedCount++;
            arrivedBytes += data.payload().length();
            if (arrivedBytes > messageBytes || arrivedCount == parts.length && arrivedBytes < messageBytes) {
                return State.CONTRADICTION;
            }
            parts[data.index()] = data.payload().compact();
        }
        return arrivedCount == parts.length ? State.COMPLETE : State.INCOMPLETE;
    }

    /** The message, once it is complete; what is missing is left out. */
    Pieces message() {
        return new Pieces(Arrays.stream(parts).filter(Objects::nonNull).toList());
    }
}
