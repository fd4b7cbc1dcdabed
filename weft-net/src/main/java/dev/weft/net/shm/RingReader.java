package dev.weft.net.shm;

import java.nio.ByteBuffer;

/**
 * The end of a ring that reads. One thread; the other end is another process that may write nonsense, so each count of
 * its is checked and read once.
 *
 * <p>After {@link #release}, {@link #takeWaitingWriter} tells whether the writer has to be woken; when nothing is
 * available, {@link #fallAsleep}.
 */
final class RingReader {
    private final ByteBuffer window;
    private final Control control;
    private final int dataAt;
    private final int capacityBytes;
    private long head;
    private long tail;

    RingReader(ByteBuffer file, Control control, int dataAt, int capacityBytes) {
        this.window = file.duplicate();
        this.control = control;
        this.dataAt = dataAt;
        this.capacityBytes = capacityBytes;
    }

    /** How many bytes can be read. */
    int availableBytes() throws CorruptRing {
        long seen = control.tail();
        if (seen < tail || seen - head > capacityBytes) {
            throw new CorruptRing("the writer says it has written " + seen + " bytes, after " + tail
                    + ", into a ring of " + capacityBytes + " of which " + head + " have been read");
        }
        tail = seen;
        return (int) (tail - head);
    }

    /**
     * The next bytes where they lie: as many as asked for, which are available, or fewer where the ring begins anew. Good
     * until {@link #release}; the other process may change them as they are read.
     */
    ByteBuffer next(int count) {
        int at = (int) (head & (capacityBytes - 1));
        return window.limit(dataAt + Math.min(at + count, capacityBytes)).position(dataAt + at);
    }

    /** So many of the next bytes have been read: their room is the writer's again. */
    void release(int count) {
        head += count;
        control.publishHead(head);
    }

    /** Whether the writer waits for room and has half of the ring now. */
    boolean takeWaitingWriter() {
        return tail - head <= capacityBytes / 2 && control.takeWaitingWriter();
    }

    /** Asks to be woken by the next that is written; false where there is something already. */
    boolean fallAsleep() throws CorruptRing {
        control.readerFallsAsleep();
        if (availableBytes() == 0) {
            return true;
        }
        control.readerIsAwake();
        return false;
    }
}
