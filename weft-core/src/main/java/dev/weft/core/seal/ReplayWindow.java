package dev.weft.core.seal;

/**
 * Which counters of an association have been seen: the highest, and of the {@value #SIZE} below it each (RFC 4303
 * §3.4.3, kept as in RFC 6479). What is older counts as seen. Wide, for what changes its way overtakes what still
 * stands in the queues of the old one, and members of a group may lie as far apart.
 */
final class ReplayWindow {
    static final int SIZE = 8_192;

    private static final int WORD_BITS = 64;
    /** One word more than the window, so that a word can be cleared while all counters of the window are kept. */
    private static final int WORDS = SIZE / WORD_BITS + 1;

    private final long[] seen = new long[WORDS];
    private long highest = -1;

    /** Whether nothing as high has been seen. */
    boolean isHighest(long counter) {
        return counter > highest;
    }

    boolean isNew(long counter) {
        if (counter > highest) {
            return true;
        }
        return counter > highest - SIZE && (seen[wordOf(counter)] & bitOf(counter)) == 0;
    }

    /** Only what has been found authentic. */
    void mark(long counter) {
        if (counter > highest) {
            long first = highest < 0 ? 0 : highest / WORD_BITS + 1;
            long last = counter / WORD_BITS;
            for (long word = Math.max(first, last - WORDS + 1); word <= last; word++) {
                seen[(int) (word % WORDS)] = 0;
            }
            highest = counter;
        }
        seen[wordOf(counter)] |= bitOf(counter);
    }

    private static int wordOf(long counter) {
        return (int) (counter / WORD_BITS % WORDS);
    }

    private static long bitOf(long counter) {
        return 1L << (counter % WORD_BITS);
    }
}
