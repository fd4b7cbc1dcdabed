package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Data;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fragments of one message that have arrived so far. Those that come in their order, as most do, are put together as they
 * come, while their bytes are at hand; the others wait for those before them.
 */
final class Reassembly {
    enum State {
        INCOMPLETE,
        COMPLETE,
        /** The fragments cannot be of one message. */
        CONTRADICTION
    }

    /** What is put together grows with what comes: a size that is said takes no memory. */
    private static final int FIRST_ROOM_BYTES = 64 << 10;

    /** Those that wait for others before them. */
    private final @Nullable ByteView[] parts;

    private final int messageBytes;
    private byte[] whole = {};
    /** How many fragments are put together, and how many bytes they are. */
    private int joinedCount;

    private int joinedBytes;
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
        if (data.index() >= joinedCount && parts[data.index()] == null) {
            arrivedCount++;
            arrivedBytes += data.payload().length();
            if (arrivedBytes > messageBytes || arrivedCount == parts.length && arrivedBytes < messageBytes) {
                return State.CONTRADICTION;
            }
            if (data.index() == joinedCount) {
                join(data.payload());
            } else {
                parts[data.index()] = data.payload().compact();
            }
        }
        return arrivedCount == parts.length ? State.COMPLETE : State.INCOMPLETE;
    }

    private void join(ByteView next) {
        for (ByteView part = next; part != null; part = joinedCount < parts.length ? parts[joinedCount] : null) {
            if (joinedBytes + part.length() > whole.length) {
                int room = Math.max(Math.max(FIRST_ROOM_BYTES, 2 * whole.length), joinedBytes + part.length());
                whole = Arrays.copyOf(whole, Math.min(messageBytes, room));
            }
            part.copyTo(whole, joinedBytes);
            joinedBytes += part.length();
            parts[joinedCount] = null;
            joinedCount++;
        }
    }

    /** The message, once it is complete. */
    ByteView payload() {
        return ByteView.of(whole);
    }
}
