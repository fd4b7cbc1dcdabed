package dev.weft.net;

/**
 * How many bytes of one connection may wait beneath the queue of its link, where no priority counts any more: as much
 * as goes out in 50 to 100 ms, 32 KiB at least, and up to 512 KiB; more, up to 2 MiB, as far as that goes out in 10 to 20 ms, so
 * that neither writer nor system is woken for each message of a link that is that fast. Found by how long it takes until what has filled the
 * room is gone: a room that empties fast is doubled, one that twice on end empties slowly is halved, as the dynamic
 * queue limits of Linux do it for network cards (and PIE, RFC 8033 §4.3, to measure what a link drains).
 *
 * <p>Whoever writes says in turn {@link #filled}, {@link #emptied} (both as often as it likes) and, in a later task in
 * which there still is room, {@link #settle}. On the loop's thread.
 */
final class WriteRoom {
    static final int MIN_BYTES = 32 << 10;
    static final int MAX_BYTES = 2 << 20;
    /** What is larger is wide, and must empty sooner. */
    static final int START_BYTES = 512 << 10;

    /** A room that takes longer to empty is too large; less could be a busy machine, whose links are not slow. */
    static final long SLOW_NANOS = 100_000_000;

    static final long SLOW_WIDE_NANOS = 20_000_000;

    /** One slow turn may have been a pause of this process. */
    private static final int SLOW_TURNS = 2;

    private static final long NEVER = Long.MIN_VALUE;

    private int bytes = START_BYTES;
    private long filledNanos = NEVER;
    private long emptiedNanos;
    private int slowTurns;

    /** As much may wait. */
    int bytes() {
        return bytes;
    }

    /** With so little left there is room again. */
    int lowBytes() {
        return bytes / 4;
    }

    /** What the system may hold beside that before it has sent it. */
    int unsentBytes() {
        return bytes / 2;
    }

    void filled(long nowNanos) {
        if (filledNanos == NEVER) {
            filledNanos = nowNanos;
        }
    }

    void emptied(long nowNanos) {
        emptiedNanos = nowNanos;
    }

    /** There has been room since {@link #emptied} was said last. Returns whether it has another size now. */
    boolean settle() {
        if (filledNanos == NEVER) {
            return false;
        }
        // Three quarters were timed.
        long nanos = (emptiedNanos - filledNanos) * 4 / 3;
        filledNanos = NEVER;
        slowTurns = nanos > slowNanos(bytes) ? slowTurns + 1 : 0;
        int before = bytes;
        // Less than half, lest the room be doubled and halved by turns.
        if (nanos < slowNanos(2 * bytes) * 9 / 20) {
            bytes = Math.min(MAX_BYTES, bytes * 2);
        } else if (slowTurns >= SLOW_TURNS) {
            bytes = Math.max(MIN_BYTES, bytes / 2);
            slowTurns = 0;
        }
        return bytes != before;
    }

    private static long slowNanos(int bytes) {
        return bytes > START_BYTES ? SLOW_WIDE_NANOS : SLOW_NANOS;
    }
}
