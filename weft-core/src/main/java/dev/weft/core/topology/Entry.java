package dev.weft.core.topology;

import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One place of the {@link Lsdb}: the newest edition of one advertisement, when it was made, how far it has been
 * brought to each neighbor, and its place among the latest {@link Changes}. One object with all of it, for a node of
 * a mesh of a thousand has some thousands, and each that is looked at comes from far away in memory.
 */
final class Entry {
    private static final Spread[] SPREADS = Spread.values();
    private static final int BITS = 2;
    private static final int SLOTS_PER_WORD = Long.SIZE / BITS;
    private static final long MASK = (1L << BITS) - 1;
    private static final long[] NO_WORDS = new long[0];
    private static final long GONE = -1;

    final LsaKey key;
    private Edition edition;
    /** When the edition was made, on this node's clock, maybe before its start. */
    private long bornNanos;

    private long serial;
    private long sinceNanos;
    /** The states of the neighbors in the first slots, two bits each, and of those in later ones. */
    private long firstSlots;

    private long[] laterSlots = NO_WORDS;

    /** Kept by {@link Changes} alone. */
    @Nullable
    Entry older;

    @Nullable
    Entry newer;

    Entry(Edition edition, long bornNanos) {
        this.key = edition.lsa().key();
        this.edition = edition;
        this.bornNanos = bornNanos;
    }

    Edition edition() {
        return edition;
    }

    Lsa lsa() {
        return edition.lsa();
    }

    LsaHeading heading() {
        return new LsaHeading(key, edition.lsa().version());
    }

    void replace(Edition newer, long newBornNanos) {
        edition = newer;
        bornNanos = newBornNanos;
    }

    long bornNanos() {
        return bornNanos;
    }

    int ageSeconds(long nowNanos) {
        return (int) Math.min(86_400, Math.max(0, (nowNanos - bornNanos) / 1_000_000_000L));
    }

    /** It is not in the database any more. */
    void leave() {
        serial = GONE;
    }

    boolean isGone() {
        return serial == GONE;
    }

    // ------------------------------------------------------------------ how far it has been brought

    /** A new edition: nobody has been told. */
    void begin(long newSerial, int slots, Spread initial, long nowNanos) {
        serial = newSerial;
        sinceNanos = nowNanos;
        firstSlots = everywhere(initial);
        int words = (slots - 1) / SLOTS_PER_WORD;
        if (laterSlots.length < words) {
            laterSlots = new long[words];
        }
        Arrays.fill(laterSlots, firstSlots);
    }

    /** The number of the change that brought this edition; rises with each change of the database. */
    long serial() {
        return serial;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    Spread spread(int slot) {
        int shift = slot % SLOTS_PER_WORD * BITS;
        int word = slot / SLOTS_PER_WORD - 1;
        if (word < 0) {
            return SPREADS[(int) (firstSlots >>> shift & MASK)];
        }
        return word < laterSlots.length ? SPREADS[(int) (laterSlots[word] >>> shift & MASK)] : Spread.DONE;
    }

    void become(int slot, Spread spread) {
        int shift = slot % SLOTS_PER_WORD * BITS;
        long bits = (long) spread.ordinal() << shift;
        int word = slot / SLOTS_PER_WORD - 1;
        if (word < 0) {
            firstSlots = firstSlots & ~(MASK << shift) | bits;
            return;
        }
        if (word >= laterSlots.length) {
            laterSlots = Arrays.copyOf(laterSlots, word + 1);
        }
        laterSlots[word] = laterSlots[word] & ~(MASK << shift) | bits;
    }

    private static long everywhere(Spread spread) {
        long all = spread.ordinal();
        for (int width = BITS; width < Long.SIZE; width *= 2) {
            all |= all << width;
        }
        return all;
    }
}
