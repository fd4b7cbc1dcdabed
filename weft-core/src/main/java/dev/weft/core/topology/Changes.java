package dev.weft.core.topology;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The latest changes of the database, oldest first, for neighbors that they may not have reached: each entry once, by
 * its newest edition. A list through the entries themselves. Asked and told by {@link Flooding} alone.
 */
final class Changes {
    private @Nullable Entry oldest;
    private @Nullable Entry newest;
    private int size;
    private long serial;
    private long forgottenSerial;

    /** The number of the latest change. */
    long serial() {
        return serial;
    }

    int size() {
        return size;
    }

    /** An entry has a new edition, which no neighbor has been told of. */
    void add(Entry entry, int slots, Spread initial, long nowNanos) {
        remove(entry);
        serial++;
        entry.begin(serial, slots, initial, nowNanos);
        entry.older = newest;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
        size++;
    }

    /** Every neighbor knows of it, or there is nothing to know any more. */
    void remove(Entry entry) {
        if (entry.older == null && entry.newer == null && entry != oldest) {
            return;
        }
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
        entry.older = null;
        entry.newer = null;
        size--;
    }

    /** Drops the changes up to a number: every neighbor has them or has been told of them. */
    void forget(long settledSerial) {
        forgetWhile(entry -> entry.serial() <= settledSerial);
    }

    /** Drops changes, the oldest first, as long as they are not wanted any more. */
    void forgetWhile(Predicate<Entry> unwanted) {
        while (oldest != null && unwanted.test(oldest)) {
            forgottenSerial = oldest.serial();
            remove(oldest);
        }
    }

    /** The number of the latest change that was dropped. */
    long forgottenSerial() {
        return forgottenSerial;
    }

    /** Shows changes, oldest first, as long as they are wanted; no change may come or go meanwhile. */
    void eachWhile(Predicate<Entry> wanted) {
        Entry entry = oldest;
        while (entry != null && wanted.test(entry)) {
            entry = entry.newer;
        }
    }
}
