package dev.weft.net.shm;

import dev.weft.core.wire.EncodedFrame;
import java.nio.ByteBuffer;

/**
 * The end of a ring that writes: a stream of bytes of which at most the ring's capacity is under way. What is put
 * becomes visible with {@link #publish}. One thread; the other end is another process that may write nonsense.
 *
 * <p>After {@link #publish}, {@link #takeSleepingReader} tells whether the reader has to be woken.
 */
final class RingWriter {
    private final ByteBuffer file;
    private final Control control;
    private final int dataAt;
    private final int capacityBytes;
    private long tail;
    private long published;
    private long head;

    RingWriter(ByteBuffer file, Control control, int dataAt, int capacityBytes) {
        this.file = file;
        this.control = control;
        this.dataAt = dataAt;
        this.capacityBytes = capacityBytes;
    }

    /** How many bytes can be put; looks whether the reader has made room where there are fewer than wanted. */
    int roomBytes(int wantedBytes) throws CorruptRing {
        int room = capacityBytes - (int) (tail - head);
        return room >= wantedBytes ? room : look();
    }

    /** Needs room for it. */
    void put(byte[] from, int offset, int count) {
        int at = (int) (tail & (capacityBytes - 1));
        int first = Math.min(count, capacityBytes - at);
        file.put(dataAt + at, from, offset, first);
        if (first < count) {
            file.put(dataAt, from, offset + first, count - first);
        }
        tail += count;
    }

    /** Needs room for it. */
    void put(EncodedFrame frame, int from, int count) {
        int at = (int) (tail & (capacityBytes - 1));
        int first = Math.min(count, capacityBytes - at);
        frame.copyTo(from, first, file, dataAt + at);
        if (first < count) {
            frame.copyTo(from + first, count - first, file, dataAt);
        }
        tail += count;
    }

    int unpublishedBytes() {
        return (int) (tail - published);
    }

    void publish() {
        if (tail != published) {
            control.publishTail(tail);
            published = tail;
        }
    }

    boolean takeSleepingReader() {
        return control.takeSleepingReader();
    }

    /** Asks to be woken when half of the ring is free; false where it is already. */
    boolean waitForRoom() throws CorruptRing {
        control.writerWaits();
        if (look() < capacityBytes / 2) {
            return true;
        }
        control.writerGoesOn();
        return false;
    }

    private int look() throws CorruptRing {
        long seen = control.head();
        // Counts never wrap: a link that carries 10 GB/s would need 29 years.
        if (seen < head || seen > published) {
            throw new CorruptRing(
                    "the reader says it has read " + seen + " bytes, after " + head + ", of " + published);
        }
        head = seen;
        return capacityBytes - (int) (tail - head);
    }
}
