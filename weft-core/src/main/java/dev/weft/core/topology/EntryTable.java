package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of an {@link Lsdb} by key, as a table with open addresses: no object per entry, and none to look one up.
 * What one node says lies together, for who asks for one of it mostly asks for the rest. Cannot be listed, so the order
 * in it shows nowhere.
 */
final class EntryTable {
    private static final int CAPACITY_MIN = 16;
    private static final int KINDS = LsaKind.values().length;

    private final long salt;
    /** Twice as many places as origins at least; a power of two. */
    private @Nullable NodeId[] origins = new @Nullable NodeId[CAPACITY_MIN];
    /** Their hashes, so that a search looks at the origin that it is for and hardly at others. */
    private int[] hashes = new int[CAPACITY_MIN];

    /** What is at each place, by kind. */
    private @Nullable Entry[] entries = new @Nullable Entry[KINDS * CAPACITY_MIN];

    private int originCount;
    private int size;

    EntryTable(long salt) {
        this.salt = salt;
    }

    int size() {
        return size;
    }

    @Nullable
    Entry find(LsaKey key) {
        return find(key.origin(), key.kind());
    }

    @Nullable
    Entry find(NodeId origin, LsaKind kind) {
        return entries[KINDS * placeOf(origin, hash(origin)) + kind.ordinal()];
    }

    /** The highest incarnation of all that is there of an origin, 0 where nothing is. */
    long incarnationOf(NodeId origin) {
        int first = KINDS * placeOf(origin, hash(origin));
        long incarnation = 0;
        for (int at = first; at < first + KINDS; at++) {
            Entry entry = entries[at];
            if (entry != null) {
                incarnation = Math.max(incarnation, entry.lsa().version().incarnation());
            }
        }
        return incarnation;
    }

    /** Adds an entry whose key is not there. */
    void add(Entry entry) {
        NodeId origin = entry.key.origin();
        int hash = hash(origin);
        int place = placeOf(origin, hash);
        if (origins[place] == null) {
            if (2 * ++originCount > origins.length) {
                grow();
                place = placeOf(origin, hash);
            }
            origins[place] = origin;
            hashes[place] = hash;
        }
        entries[KINDS * place + entry.key.kind().ordinal()] = entry;
        size++;
    }

    void remove(Entry entry) {
        NodeId origin = entry.key.origin();
        int place = placeOf(origin, hash(origin));
        int at = KINDS * place + entry.key.kind().ordinal();
        Check.that(entries[at] == entry, "an entry is gone that was not there");
        entries[at] = null;
        size--;
        for (int kind = 0; kind < KINDS; kind++) {
            if (entries[KINDS * place + kind] != null) {
                return;
            }
        }
        vacate(place);
    }

    /** What was put behind its own place on account of what was here moves up. */
    private void vacate(int place) {
        int mask = origins.length - 1;
        int hole = place;
        for (int next = hole + 1 & mask; origins[next] != null; next = next + 1 & mask) {
            int wanted = hashes[next] & mask;
            if ((next - wanted & mask) >= (next - hole & mask)) {
                origins[hole] = origins[next];
                hashes[hole] = hashes[next];
                System.arraycopy(entries, KINDS * next, entries, KINDS * hole, KINDS);
                hole = next;
            }
        }
        originCount--;
        origins[hole] = null;
        Arrays.fill(entries, KINDS * hole, KINDS * (hole + 1), null);
    }

    private void grow() {
        @Nullable NodeId[] oldOrigins = origins;
        int[] oldHashes = hashes;
        @Nullable Entry[] oldEntries = entries;
        origins = new @Nullable NodeId[2 * oldOrigins.length];
        hashes = new int[origins.length];
        entries = new @Nullable Entry[KINDS * origins.length];
        for (int old = 0; old < oldOrigins.length; old++) {
            NodeId origin = oldOrigins[old];
            if (origin != null) {
                int place = placeOf(origin, oldHashes[old]);
                origins[place] = origin;
                hashes[place] = oldHashes[old];
                System.arraycopy(oldEntries, KINDS * old, entries, KINDS * place, KINDS);
            }
        }
    }

    /** Where an origin is, or would be. */
    private int placeOf(NodeId origin, int hash) {
        int mask = origins.length - 1;
        int place = hash & mask;
        for (NodeId there = origins[place]; there != null; there = origins[place]) {
            if (hashes[place] == hash && there.equals(origin)) {
                return place;
            }
            place = place + 1 & mask;
        }
        return place;
    }

    private int hash(NodeId origin) {
        return (int) Prng.mix(origin.low() + salt ^ Prng.mix(origin.high()));
    }
}
