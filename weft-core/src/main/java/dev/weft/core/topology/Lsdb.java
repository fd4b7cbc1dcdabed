package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.NodeRecord;
import java.util.ArrayList;
import java.util.Comparator;
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

    private static final Comparator<Entry> BY_KEY = Comparator.comparing(entry -> entry.key);

    private final TopologyConfig config;
    private final EntryTable entries;
    /** In order of key as of the last time that it was asked for: far more is looked up than listed. */
    private List<Entry> ordered = List.of();

    /** What has come since, and whether something has gone. */
    private final List<Entry> fresh = new ArrayList<>();

    private boolean someAreGone;
    private long bytes;
    private long hash;
    /** The same of each range of ids. */
    private final long[] rangeHashes = new long[Digest.RANGES];

    private long refusedCount;

    Lsdb(TopologyConfig config) {
        this(config, 0);
    }

    /** @param salt unknown to others, or they could choose ids that are slow to find */
    Lsdb(TopologyConfig config, long salt) {
        this.config = config;
        this.entries = new EntryTable(salt);
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

    /** The hash of what is there of ids of one range. */
    long rangeHash(int range) {
        return rangeHashes[range];
    }

    /** Advertisements that found no room. */
    public long refusedCount() {
        return refusedCount;
    }

    /** The life of a node as its newest advertisement has it, 0 where nothing is known. */
    public long incarnationOf(NodeId node) {
        return entries.incarnationOf(node);
    }

    public Optional<NodeRecord> recordOf(NodeId node) {
        return Optional.ofNullable(entries.find(node, LsaKind.NODE))
                .flatMap(entry -> entry.edition().record());
    }

    /** The newest edition of what a node says of one kind. */
    public Optional<Edition> editionOf(NodeId node, LsaKind kind) {
        return Optional.ofNullable(entries.find(node, kind)).map(Entry::edition);
    }

    /** What a node shows of the authority of its mesh; nobody has checked it. */
    public Optional<ByteView> credentialOf(NodeId node) {
        return Optional.ofNullable(entries.find(node, LsaKind.CREDENTIAL))
                .map(entry -> entry.lsa().content());
    }

    /** The very edition that is named; null where it is not here. */
    public @Nullable Lsa edition(NodeId origin, LsaKind kind, long incarnation, long sequence) {
        Entry entry = entries.find(origin, kind);
        if (entry == null) {
            return null;
        }
        LsaVersion version = entry.lsa().version();
        return version.incarnation() == incarnation && version.sequence() == sequence ? entry.lsa() : null;
    }

    /** The links that a node announces; empty where it announces none or is not known. */
    public List<Adjacencies.Adjacency> adjacenciesOf(NodeId node) {
        Entry entry = entries.find(node, LsaKind.ADJACENCY);
        return entry == null ? List.of() : entry.edition().links();
    }

    /** True where a node's record is here. */
    public boolean isKnown(NodeId node) {
        return entries.find(node, LsaKind.NODE) != null;
    }

    /** Every node of which something is known, in order of id. */
    public List<NodeId> origins() {
        List<NodeId> origins = new ArrayList<>();
        for (Entry entry : entries()) {
            NodeId origin = entry.key.origin();
            if (origins.isEmpty() || !origins.get(origins.size() - 1).equals(origin)) {
                origins.add(origin);
            }
        }
        return origins;
    }

    public Optional<LsaVersion> versionOf(LsaKey key) {
        return Optional.ofNullable(entries.find(key)).map(entry -> entry.lsa().version());
    }

    /** @param evictable which origins may have to make room: never this node and its neighbors */
    Offer offer(Edition edition, int ageSeconds, long nowNanos, Predicate<NodeId> evictable) {
        Lsa lsa = edition.lsa();
        Entry present = entries.find(lsa.key());
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
        return entries.find(key);
    }

    /** All, in order of key. */
    List<Entry> entries() {
        if (fresh.isEmpty() && !someAreGone) {
            return ordered;
        }
        fresh.sort(BY_KEY);
        List<Entry> merged = new ArrayList<>(entries.size());
        int next = 0;
        for (Entry entry : ordered) {
            while (next < fresh.size() && BY_KEY.compare(fresh.get(next), entry) < 0) {
                addIfPresent(fresh.get(next++), merged);
            }
            addIfPresent(entry, merged);
        }
        while (next < fresh.size()) {
            addIfPresent(fresh.get(next++), merged);
        }
        fresh.clear();
        someAreGone = false;
        ordered = merged;
        return ordered;
    }

    private static void addIfPresent(Entry entry, List<Entry> merged) {
        if (!entry.isGone()) {
            merged.add(entry);
        }
    }

    /** Those behind one key and up to another, in order; without a key, from the first and to the last. */
    List<Entry> entriesBetween(Optional<LsaKey> after, Optional<LsaKey> upTo) {
        List<Entry> all = entries();
        int from = after.map(key -> endOf(all, key)).orElse(0);
        int to = upTo.map(key -> endOf(all, key)).orElse(all.size());
        return all.subList(Math.min(from, to), to);
    }

    /** The place behind all up to a key. */
    private static int endOf(List<Entry> all, LsaKey key) {
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).key.compareTo(key) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    List<LsaHeading> headings() {
        List<LsaHeading> headings = new ArrayList<>(entries.size());
        for (Entry entry : entries()) {
            headings.add(entry.heading());
        }
        return headings;
    }

    /** Drops what is too old; returns it. */
    List<Entry> expire(long nowNanos) {
        List<Entry> expired = new ArrayList<>();
        for (Entry entry : entries()) {
            if (expiryNanos(entry) <= nowNanos) {
                expired.add(entry);
            }
        }
        for (Entry entry : expired) {
            remove(entry);
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
        return entry.bornNanos() + config.maxAgeSeconds() * 1_000_000_000L;
    }

    private void put(@Nullable Entry present, Edition edition, long bornNanos) {
        if (present == null) {
            Entry added = new Entry(edition, bornNanos);
            entries.add(added);
            fresh.add(added);
        } else {
            Check.that(
                    edition.lsa().version().isNewerThan(present.lsa().version()),
                    "an edition would replace one that is as new");
            count(present.lsa(), -1);
            present.replace(edition, bornNanos);
        }
        count(edition.lsa(), 1);
    }

    private void remove(Entry entry) {
        entries.remove(entry);
        entry.leave();
        someAreGone = true;
        count(entry.lsa(), -1);
    }

    private void count(Lsa lsa, int sign) {
        bytes += sign * (long) lsa.bytes().length();
        Check.that(bytes >= 0, "a database of less than nothing");
        long one = hashOf(lsa);
        hash ^= one;
        rangeHashes[Digest.rangeOf(lsa.key().origin())] ^= one;
    }

    private static long hashOf(Lsa lsa) {
        long origin = Prng.mix(lsa.key().origin().high()) ^ lsa.key().origin().low();
        long kind = Prng.mix(origin + lsa.key().kind().ordinal() + 1);
        return Prng.mix(
                Prng.mix(kind ^ lsa.version().incarnation()) + lsa.version().sequence());
    }
}
