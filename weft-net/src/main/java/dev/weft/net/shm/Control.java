package dev.weft.net.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The four words through which the two ends of one ring talk, in native byte order, each on cache lines of its own so
 * that neither end takes away what the other is writing:
 *
 * <pre>
 *   0  tail           bytes written since the beginning     written by the writer
 * 128  head           bytes read since the beginning        written by the reader
 * 256  reader asleep  1: the reader wants to be woken       set by the reader, taken by the writer
 * 384  writer waits   1: the writer wants to be woken       set by the writer, taken by the reader
 * </pre>
 *
 * <p>Whoever is about to sleep sets its word, passes a full fence, and looks once more whether it has to; the other
 * moves its count, passes a full fence, and looks whether somebody sleeps (Dekker's way). So one of the two sees the
 * other, whatever the order.
 */
final class Control {
    /** How much of the file the words take. */
    static final int BYTES = 512;

    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final int TAIL = 0;
    private static final int HEAD = 128;
    private static final int READER_ASLEEP = 256;
    private static final int WRITER_WAITS = 384;

    private final ByteBuffer file;
    private final int at;

    Control(ByteBuffer file, int at) {
        this.file = file;
        this.at = at;
    }

    long tail() {
        return (long) WORDS.getAcquire(file, at + TAIL);
    }

    void publishTail(long tail) {
        WORDS.setRelease(file, at + TAIL, tail);
    }

    long head() {
        return (long) WORDS.getAcquire(file, at + HEAD);
    }

    void publishHead(long head) {
        WORDS.setRelease(file, at + HEAD, head);
    }

    /** What comes after sees what the other end wrote before its own fence. */
    void readerFallsAsleep() {
        set(READER_ASLEEP);
    }

    void readerIsAwake() {
        WORDS.setOpaque(file, at + READER_ASLEEP, 0L);
    }

    /** Whether the reader sleeps; says so once, for it is woken then. */
    boolean takeSleepingReader() {
        return take(READER_ASLEEP);
    }

    void writerWaits() {
        set(WRITER_WAITS);
    }

    void writerGoesOn() {
        WORDS.setOpaque(file, at + WRITER_WAITS, 0L);
    }

    boolean takeWaitingWriter() {
        return take(WRITER_WAITS);
    }

    private void set(int word) {
        WORDS.setOpaque(file, at + word, 1L);
        VarHandle.fullFence();
    }

    private boolean take(int word) {
        VarHandle.fullFence();
        if ((long) WORDS.getOpaque(file, at + word) != 1L) {
            return false;
        }
        // Not atomic with the look: the other end may have woken by itself meanwhile. Then it is woken once in vain.
        WORDS.setOpaque(file, at + word, 0L);
        return true;
    }
}
