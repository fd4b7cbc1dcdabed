package dev.weft.core.base;

import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The next deadline of each of many machines, by their numbers, so that a turn costs by what is due and not by how
 * many there are. Equal deadlines fire in order of number.
 */
public final class DeadlineIndex {
    private record Entry(long atNanos, long id) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(id, other.id);
        }
    }

    private final TreeSet<Entry> byTime = new TreeSet<>();
    private final TreeMap<Long, Entry> byId = new TreeMap<>();

    /** Notes the next deadline of a machine; {@link Deadlines#NEVER} takes it out. */
    public void update(long id, long atNanos) {
        Entry present = byId.get(id);
        if (present != null && present.atNanos == atNanos) {
            return;
        }
        if (present != null) {
            byTime.remove(present);
            byId.remove(id);
        }
        if (atNanos != Deadlines.NEVER) {
            Entry entry = new Entry(atNanos, id);
            byTime.add(entry);
            byId.put(id, entry);
        }
    }

    public long nextNanos() {
        return byTime.isEmpty() ? Deadlines.NEVER : byTime.first().atNanos;
    }

    /** Takes out and returns the machine that is due first, or null when none is due. */
    public @Nullable Long pollDue(long nowNanos) {
        if (byTime.isEmpty() || byTime.first().atNanos > nowNanos) {
            return null;
        }
        Entry due = byTime.first();
        byTime.remove(due);
        byId.remove(due.id);
        return due.id;
    }
}
