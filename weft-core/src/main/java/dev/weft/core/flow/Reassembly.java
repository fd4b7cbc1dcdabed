package dev.weft.core.flow;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Data;
import org.jspecify.annotations.Nullable;

/** The fragments of one message that have arrived so far. */
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
            parts[data.index()] = data.payload().compact();
            arrivedCount++;
            arrivedBytes += data.payload().length();
        }
        if (arrivedBytes > messageBytes || arrivedCount == parts.length && arrivedBytes < messageBytes) {
            return State.CONTRADICTION;
        }
        return arrivedCount == parts.length ? State.COMPLETE : State.INCOMPLETE;
    }

    ByteView payload() {
        byte[] whole = new byte[messageBytes];
        int at = 0;
        for (ByteView part : parts) {
            if (part != null) {
                part.copyTo(whole, at);
                at += part.length();
            }
        }
        return ByteView.of(whole);
    }
}
