package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.NodeRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
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

    /** The newest edition of one advertisement and when it was made, on this node's clock, maybe before its start. */
    static final class Entry {
        final Spread spread = new Spread();
        private Edition edition;
        private long bornNanos;
        private boolean gone;

        private Entry(Edition edition, long bornNanos) {
            this.edition = edition;
            this.bornNanos = bornNanos;
        }

        Lsa lsa() {
            return edition.lsa();
        }

        boolean isGone() {
            return gone;
        }

        int ageSeconds(long nowNanos) {
            return (int) Math.min(86_400, Math.max(0, (nowNanos - bornNanos) / 1_000_000_000L));
        }
    }

    private final TopologyConfig config;
    private final LinkedHashMap<LsaKey, Entry> entries = new LinkedHashMap<>();
    /** In order of key, made when it is asked for: far more is looked up than listed. */
    private List<Entry> ordered = List.of();

    private boolean orderIsStale;
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
                incarnation = Math.max(incarnation, entry.lsa().version().incarnation());
            }
        }
        return incarnation;
    }

    public Optional<NodeRecord> recordOf(NodeId node) {
        return Optional.ofNullable(entries.get(new LsaKey(node, LsaKind.NODE)))
                .flatMap(entry -> entry.edition.record());
    }

    /** What a node shows of the authority of its mesh; nobody has checked it. */
    public Optional<ByteView> credentialOf(NodeId node) {
        return Optional.ofNullable(entries.get(new LsaKey(node, LsaKind.CREDENTIAL)))
                .map(entry -> entry.lsa().content());
    }

    /** The newest advertisement of a kind. */
    public Optional<Lsa> newestOf(LsaKey key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::lsa);
    }

    /** The links that a node announces; empty where it announces none or is not known. */
    public List<Adjacencies.Adjacency> adjacenciesOf(NodeId node) {
        Entry entry = entries.get(new LsaKey(node, LsaKind.ADJACENCY));
        return entry == null ? List.of() : entry.edition.links();
    }

    /** True where a node's record is here. */
    public boolean isKnown(NodeId node) {
        return entries.containsKey(new LsaKey(node, LsaKind.NODE));
    }

    /** Every node of which something is known, in order of id. */
    public List<NodeId> origins() {
        List<NodeId> origins = new ArrayList<>();
        for (Entry entry : entries()) {
            NodeId origin = entry.lsa().key().origin();
            if (origins.isEmpty() || !origins.get(origins.size() - 1).equals(origin)) {
                origins.add(origin);
            }
        }
        return origins;
    }

    public Optional<LsaVersion> versionOf(LsaKey key) {
        return Optional.ofNullable(entries.get(key)).map(entry -> entry.lsa().version());
    }

    /** @param evictable which origins may have to make room: never this node and its neighbors */
    Offer offer(Edition edition, int ageSeconds, long nowNanos, Predicate<NodeId> evictable) {
        Lsa lsa = edition.lsa();
        Entry present = entries.get(lsa.key());
        if (present != null) {
            int order = lsa.version().compareTo(present.lsa().version());
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
        put(present, edition, nowNanos - ageSeconds * 1_000_000_000L);
        return Offer.NEWER;
    }

    private boolean hasRoomFor(Lsa lsa, @Nullable Entry present) {
        int freed = present == null ? 0 : present.lsa().bytes().length();
        return (present != null || entries.size() < config.entriesMax())
                && bytes + lsa.bytes().length() - freed <= config.bytesMax();
    }

    @Nullable
    Entry entry(LsaKey key) {
        return entries.get(key);
    }

    Collection<Entry> entries() {
        if (orderIsStale) {
            orderIsStale = false;
            ordered = new ArrayList<>(entries.values());
            ordered.sort(Comparator.comparing(entry -> entry.lsa().key()));
        }
        return ordered;
    }

    Collection<Entry> entriesIn(Predicate<LsaKey> range) {
        List<Entry> found = new ArrayList<>();
        for (Entry entry : entries()) {
            if (range.test(entry.lsa().key())) {
                found.add(entry);
            }
        }
        return found;
    }

    List<LsaHeading> headings() {
        List<LsaHeading> headings = new ArrayList<>(entries.size());
        for (Entry entry : entries()) {
            headings.add(new LsaHeading(entry.lsa().key(), entry.lsa().version()));
        }
        return headings;
    }

    /** Drops what is too old; returns the keys. */
    List<LsaKey> expire(long nowNanos) {
        List<LsaKey> expired = new ArrayList<>();
        for (Entry entry : entries()) {
            if (expiryNanos(entry) <= nowNanos) {
                expired.add(entry.lsa().key());
            }
        }
        for (LsaKey key : expired) {
            remove(key);
        }
        return expired;
    }

    long nextExpiryNanos() {
        long next = Deadlines.NEVER;
        for (Entry entry : entries()) {
            next = Math.min(next, expiryNanos(entry));
        }
        return next;
    }

    private long expiryNanos(Entry entry) {
        return entry.bornNanos + config.maxAgeSeconds() * 1_000_000_000L;
    }

    private void put(@Nullable Entry present, Edition edition, long bornNanos) {
        if (present == null) {
            Entry fresh = new Entry(edition, bornNanos);
            entries.put(edition.lsa().key(), fresh);
            orderIsStale = true;
        } else {
            Check.that(
                    edition.lsa().version().isNewerThan(present.lsa().version()),
                    "an edition would replace one that is as new");
            count(present.lsa(), -1);
            present.edition = edition;
            present.bornNanos = bornNanos;
        }
        count(edition.lsa(), 1);
    }

    private void remove(LsaKey key) {
        Entry removed = entries.remove(key);
        if (removed != null) {
            orderIsStale = true;
            removed.gone = true;
            count(removed.lsa(), -1);
        }
    }

    private void count(Lsa lsa, int sign) {
        bytes += sign * (long) lsa.bytes().length();
        Check.that(bytes >= 0, "a database of less than nothing");
        hash ^= hashOf(lsa);
    }

    private static long hashOf(Lsa lsa) {
        long origin = Prng.mix(lsa.key().origin().high()) ^ lsa.key().origin().low();
        long kind = Prng.mix(origin + lsa.key().kind().ordinal() + 1);
        return Prng.mix(
                Prng.mix(kind ^ lsa.version().incarnation()) + lsa.version().sequence());
    }
}
