package dev.weft.net.shm;

import java.nio.ByteBuffer;

/**
 * The end of a ring that reads. One thread; the other end is another process that may write nonsense, so each count of
 * its is checked and read once.
 *
 * <p>After {@link #read}, {@link #takeWaitingWriter} tells whether the writer has to be woken; when nothing is
 * available, {@link #fallAsleep}.
 */
final class RingReader {
    private final ByteBuffer file;
    private final Control control;
    private final int dataAt;
    private final int capacityBytes;
    private long head;
    private long tail;

    RingReader(ByteBuffer file, Control control, int dataAt, int capacityBytes) {
        this.file = file;
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

    /** Fills an array with bytes that are available; their room is the writer's again. */
    void read(byte[] into) {
        int at = (int) (head & (capacityBytes - 1));
        int first = Math.min(into.length, capacityBytes - at);
        file.get(dataAt + at, into, 0, first);
        if (first < into.length) {
            file.get(dataAt, into, first, into.length - first);
        }
        head += into.length;
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
