package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The link-state database: the newest edition of each advertisement, none older than the greatest age. An older
 * edition never replaces a newer one. Its hash is equal on two nodes exactly when they have the same editions, but for
 * chance.
 */
public final class Lsdb {
    /** What became of an advertisement that was offered. */
    enum Offer {
        /** It was unknown, or newer than what was known. */
        NEWER,
        SAME,
        OLDER,
        /** There is no room for it. */
        NO_ROOM
    }

    /** One advertisement and when it was made, on this node's clock; may lie before the engine's start. */
    static final class Entry {
        final Lsa lsa;
        final long bornNanos;
        private @Nullable Adjacencies adjacencies;
        private @Nullable NodeRecord record;

        private Entry(Lsa lsa, long bornNanos) {
            this.lsa = lsa;
            this.bornNanos = bornNanos;
        }

        int ageSeconds(long nowNanos) {
            return (int) Math.min(86_400, Math.max(0, (nowNanos - bornNanos) / 1_000_000_000L));
        }

        Adjacencies adjacencies() {
            Adjacencies read = adjacencies;
            if (read == null) {
                read = readable(() -> Adjacencies.decode(lsa.content()));
                adjacencies = read;
            }
            return read;
        }

        NodeRecord record() {
            NodeRecord read = record;
            if (read == null) {
                read = readable(() -> NodeRecord.decode(lsa.content()));
                record = read;
            }
            return read;
        }

        private interface Decoding<T> {
            T decode() throws MalformedFrame;
        }

        private static <T> T readable(Decoding<T> decoding) {
            try {
                return decoding.decode();
            } catch (MalformedFrame e) {
                throw new dev.weft.core.base.InvariantError("an unreadable advertisement was kept: " + e.getMessage());
            }
        }
    }

    private final TopologyConfig config;
    private final TreeMap<LsaKey, Entry> entries = new TreeMap<>();
    private long bytes;
    private long hash;
    private long refusedCount;

    Lsdb(TopologyConfig config) {
        this.config = config;
    }

    public int size() {
        return entries.size();
    }

    public long bytes() {
        return bytes;
    }

    public long hash() {
        return hash;
    }

    /** Advertisements that found no room. */
    public long refusedCount() {
        return refusedCount;
    }

    /** The life of a node as its newest advertisement has it, 0 where nothing is known. */
    public long incarnationOf(NodeId node) {
        long incarnation = 0;
        for (LsaKind kind : LsaKind.values()) {
            Entry entry = entries.get(new LsaKey(node, kind));
            if (entry != null) {
                incarnation = Math.max(incarnation, entry.lsa.version().incarnation());
            }
        }
        return incarnation;
    }

    public Optional<NodeRecord> recordOf(NodeId node) {
        return Optional.ofNullable(entries.get(new LsaKey(node, LsaKind.NODE))).map(Entry::record);
    }

    /** The links that a node announces; empty where it announces none or is not known. */
    public List<Adjacencies.Adjacency> adjacenciesOf(NodeId node) {
        Entry entry = entries.get(new LsaKey(node, LsaKind.ADJACENCY));
        return entry == null ? List.of() : entry.adjacencies().links();
    }

    /** Every node of which something is known, in order of id. */
    public List<NodeId> origins() {
        List<NodeId> origins = new ArrayList<>();
        for (LsaKey key : entries.keySet()) {
            if (origins.isEmpty() || !origins.get(origins.size() - 1).equals(key.origin())) {
                origins.add(key.origin());
            }
        }
        return origins;
    }

    public Optional<LsaVersion> versionOf(LsaKey key) {
        return Optional.ofNullable(entries.get(key)).map(entry -> entry.lsa.version());
    }

    /** True for an edition newer than the one that is kept. */
    boolean isNews(Lsa lsa) {
        Entry present = entries.get(lsa.key());
        return present == null || lsa.version().isNewerThan(present.lsa.version());
    }

    /** @param evictable which origins may have to make room: never this node and its neighbors */
    Offer offer(Lsa lsa, int ageSeconds, long nowNanos, Predicate<NodeId> evictable) {
        Entry present = entries.get(lsa.key());
        if (present != null) {
            int order = lsa.version().compareTo(present.lsa.version());
            if (order == 0) {
                return Offer.SAME;
            }
            if (order < 0) {
                return Offer.OLDER;
            }
        }
        if (!hasRoomFor(lsa, present) && evictable.test(lsa.key().origin())) {
            refusedCount++;
            return Offer.NO_ROOM;
        }
        put(new Entry(lsa, nowNanos - ageSeconds * 1_000_000_000L));
        return Offer.NEWER;
    }

    private boolean hasRoomFor(Lsa lsa, @Nullable Entry present) {
        int freed = present == null ? 0 : present.lsa.bytes().length();
        return (present != null || entries.size() < config.entriesMax())
                && bytes + lsa.bytes().length() - freed <= config.bytesMax();
    }

    @Nullable
    Entry entry(LsaKey key) {
        return entries.get(key);
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    Collection<Entry> entriesIn(Predicate<LsaKey> range) {
        List<Entry> found = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (range.test(entry.lsa.key())) {
                found.add(entry);
            }
        }
        return found;
    }

    List<LsaHeading> headings() {
        List<LsaHeading> headings = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            headings.add(new LsaHeading(entry.lsa.key(), entry.lsa.version()));
        }
        return headings;
    }

    /** Drops what is too old; returns the keys. */
    List<LsaKey> expire(long nowNanos) {
        List<LsaKey> expired = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (expiryNanos(entry) <= nowNanos) {
                expired.add(entry.lsa.key());
            }
        }
        for (LsaKey key : expired) {
            remove(key);
        }
        return expired;
    }

    long nextExpiryNanos() {
        long next = Deadlines.NEVER;
        for (Entry entry : entries.values()) {
            next = Math.min(next, expiryNanos(entry));
        }
        return next;
    }

    private long expiryNanos(Entry entry) {
        return entry.bornNanos + config.maxAgeSeconds() * 1_000_000_000L;
    }

    private void put(Entry entry) {
        remove(entry.lsa.key());
        entries.put(entry.lsa.key(), entry);
        bytes += entry.lsa.bytes().length();
        hash ^= hashOf(entry.lsa);
    }

    private void remove(LsaKey key) {
        Entry gone = entries.remove(key);
        if (gone != null) {
            bytes -= gone.lsa.bytes().length();
            Check.that(bytes >= 0, "a database of less than nothing");
            hash ^= hashOf(gone.lsa);
        }
    }

    private static long hashOf(Lsa lsa) {
        long origin = Prng.mix(lsa.key().origin().high()) ^ lsa.key().origin().low();
        long kind = Prng.mix(origin + lsa.key().kind().ordinal() + 1);
        return Prng.mix(
                Prng.mix(kind ^ lsa.version().incarnation()) + lsa.version().sequence());
    }
}
