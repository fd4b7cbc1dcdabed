package dev.weft.core.base;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The next deadline of each of many machines, by their numbers, so that a turn costs by what is due and not by how
 * many there are: a binary heap whose entries know their places. Equal deadlines fire in order of number.
 */
public final class DeadlineIndex {
    private static final class Entry {
        private final long id;
        private long atNanos;
        private int place;

        private Entry(long id, long atNanos) {
            this.id = id;
            this.atNanos = atNanos;
        }

        private boolean isBefore(Entry other) {
            return atNanos != other.atNanos ? atNanos < other.atNanos : id < other.id;
        }
    }

    private final LongTable<Entry> byId = new LongTable<>();
    private @Nullable Entry[] heap = new @Nullable Entry[8];
    private int size;

    /** Notes the next deadline of a machine; {@link Deadlines#NEVER} takes it out. */
    public void update(long id, long atNanos) {
        if (atNanos == Deadlines.NEVER) {
            Entry gone = byId.remove(id);
            if (gone != null) {
                takeOut(gone);
            }
            return;
        }
        Entry present = byId.find(id);
        if (present == null) {
            Entry fresh = new Entry(id, atNanos);
            byId.put(id, fresh);
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            rise(fresh, size++);
        } else if (present.atNanos != atNanos) {
            present.atNanos = atNanos;
            settle(present);
        }
    }

    public long nextNanos() {
        return size == 0 ? Deadlines.NEVER : at(0).atNanos;
    }

    /** Takes out and returns the machine that is due first, or null when none is due. */
    public @Nullable Long pollDue(long nowNanos) {
        if (size == 0 || at(0).atNanos > nowNanos) {
            return null;
        }
        Entry due = at(0);
        byId.remove(due.id);
        takeOut(due);
        return due.id;
    }

    private void takeOut(Entry gone) {
        Entry last = at(--size);
        heap[size] = null;
        if (last != gone) {
            last.place = gone.place;
            settle(last);
        }
    }

    private void settle(Entry entry) {
        rise(entry, entry.place);
        sink(entry, entry.place);
    }

    private void rise(Entry entry, int from) {
        int place = from;
        while (place > 0 && entry.isBefore(at((place - 1) / 2))) {
            put(at((place - 1) / 2), place);
            place = (place - 1) / 2;
        }
        put(entry, place);
    }

    private void sink(Entry entry, int from) {
        int place = from;
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && at(child + 1).isBefore(at(child))) {
                child++;
            }
            if (!at(child).isBefore(entry)) {
                break;
            }
            put(at(child), place);
            place = child;
        }
        put(entry, place);
    }

    private void put(Entry entry, int place) {
        heap[place] = entry;
        entry.place = place;
    }

    private Entry at(int place) {
        Entry entry = heap[place];
        if (entry == null) {
            throw new InvariantError("nothing at " + place + " of " + size + " deadlines");
        }
        return entry;
    }
}
