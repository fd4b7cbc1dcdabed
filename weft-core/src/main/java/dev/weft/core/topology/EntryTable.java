package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import org.jspecify.annotations.Nullable;

/**
 * The entries of an {@link Lsdb} by key, as a table with open addresses: no object per entry, and none to look one up.
 * Cannot be listed, so the order in it shows nowhere.
 */
final class EntryTable {
    private static final int CAPACITY_MIN = 16;

    private final long salt;
    /** Twice as many places as entries at least; a power of two. */
    private @Nullable Entry[] places = new @Nullable Entry[CAPACITY_MIN];
    /** The hashes of their keys, so that a search looks at the entry that it is for and hardly at others. */
    private int[] hashes = new int[CAPACITY_MIN];

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
        int hash = hash(origin, kind);
        for (int place = hash & places.length - 1; ; place = place + 1 & places.length - 1) {
            Entry entry = places[place];
            if (entry == null
                    || hashes[place] == hash
                            && entry.key.kind() == kind
                            && entry.key.origin().equals(origin)) {
                return entry;
            }
        }
    }

    /** Adds an entry whose key is not there. */
    void add(Entry entry) {
        if (2 * (size + 1) > places.length) {
            grow();
        }
        put(entry, hash(entry.key.origin(), entry.key.kind()));
        size++;
    }

    void remove(Entry entry) {
        int mask = places.length - 1;
        int hole = hash(entry.key.origin(), entry.key.kind()) & mask;
        while (places[hole] != entry) {
            Check.that(places[hole] != null, "an entry is gone that was not there");
            hole = hole + 1 & mask;
        }
        size--;
        // What was put behind its own place on account of this one moves up.
        for (int place = hole + 1 & mask; places[place] != null; place = place + 1 & mask) {
            int wanted = hashes[place] & mask;
            if ((place - wanted & mask) >= (place - hole & mask)) {
                places[hole] = places[place];
                hashes[hole] = hashes[place];
                hole = place;
            }
        }
        places[hole] = null;
    }

    private void grow() {
        @Nullable Entry[] old = places;
        int[] oldHashes = hashes;
        places = new @Nullable Entry[2 * old.length];
        hashes = new int[2 * old.length];
        for (int i = 0; i < old.length; i++) {
            Entry entry = old[i];
            if (entry != null) {
                put(entry, oldHashes[i]);
            }
        }
    }

    private void put(Entry entry, int hash) {
        int place = hash & places.length - 1;
        while (places[place] != null) {
            place = place + 1 & places.length - 1;
        }
        places[place] = entry;
        hashes[place] = hash;
    }

    private int hash(NodeId origin, LsaKind kind) {
        return (int) Prng.mix(origin.low() + salt ^ Prng.mix(origin.high() + kind.ordinal()));
    }
}
