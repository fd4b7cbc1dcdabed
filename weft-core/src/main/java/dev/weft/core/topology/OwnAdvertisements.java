package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this node advertises of itself: the latest content of each kind, which editions of it are due, and what becomes
 * of advertisements under this node's id that this life of it did not make.
 *
 * <p>Asked and told by {@link Flooding} alone.
 */
final class OwnAdvertisements {
    /** What follows from an advertisement under this node's id that is not its own. */
    enum Overruling {
        /** A later life of this node has made it, or somebody who leaves no numbers to count on: it stands. */
        NONE,
        /** A higher number is due. */
        OUTBID,
        /** What this node says is newer already. */
        REPEAT,
        /** This node says nothing of the kind; it goes when it is old. */
        LEFT
    }

    /**
     * The highest number under this node's id that it outbids. No node gets there by counting, and above it there are
     * as many left: from the highest number of all but one, the next edition but one would count past the end.
     */
    private static final long SEQUENCE_OUTBID_MAX = 1L << 62;

    private final NodeId self;
    private final long incarnation;
    private final long refreshNanos;
    private final Flooding.Signing signing;
    private final Prng prng;
    private final EnumMap<LsaKind, Origination> own = new EnumMap<>(LsaKind.class);

    OwnAdvertisements(NodeId self, long incarnation, TopologyConfig config, Flooding.Signing signing, Prng prng) {
        this.self = self;
        this.incarnation = incarnation;
        this.refreshNanos = config.refreshNanos();
        this.signing = signing;
        this.prng = prng;
    }

    /** Something new is to be said; the last word counts. */
    void want(LsaKind kind, ByteView content, Flooding.Haste haste, long nowNanos) {
        own.computeIfAbsent(kind, any -> new Origination()).want(content, haste, nowNanos);
    }

    /** Takes out an edition that is due, for it is new or to be refreshed; null where none is. */
    @Nullable
    Lsa poll(int lsdbEntries, long nowNanos) {
        for (Map.Entry<LsaKind, Origination> entry : own.entrySet()) {
            if (dueNanos(entry.getValue(), lsdbEntries, nowNanos) <= nowNanos) {
                return edition(entry.getKey(), entry.getValue(), nowNanos);
            }
        }
        return null;
    }

    /** When the next edition is due, if the database stays as large. */
    long nextNanos(int lsdbEntries, long nowNanos) {
        long next = Deadlines.NEVER;
        for (Origination each : own.values()) {
            next = Math.min(next, dueNanos(each, lsdbEntries, nowNanos));
        }
        return next;
    }

    private static long dueNanos(Origination each, int lsdbEntries, long nowNanos) {
        return Math.min(each.nextNanos(lsdbEntries, nowNanos), each.refreshNanos());
    }

    private Lsa edition(LsaKind kind, Origination mine, long nowNanos) {
        long nextRefreshNanos = nowNanos + refreshNanos - prng.below(refreshNanos / 10);
        LsaVersion version = new LsaVersion(incarnation, mine.edition(nextRefreshNanos, nowNanos));
        return signing.originate(new LsaKey(self, kind), version, mine.content());
    }

    // ------------------------------------------------------------------ under this node's id

    /** Whether it is an edition under this node's id that this life of it did not make. */
    boolean isAnothers(Lsa lsa) {
        if (!lsa.key().origin().equals(self)) {
            return false;
        }
        Origination mine = own.get(lsa.key().kind());
        return mine == null
                || lsa.version().incarnation() != incarnation
                || lsa.version().sequence() > mine.sequence();
    }

    /**
     * A trace of an earlier life, or somebody else's word in our name: what is newer than ours is outbid, what is older
     * is superseded by what we say anyway.
     */
    Overruling overrule(Lsa anothers, long nowNanos) {
        LsaVersion version = anothers.version();
        if (version.compareTo(new LsaVersion(incarnation, SEQUENCE_OUTBID_MAX)) > 0) {
            return Overruling.NONE;
        }
        Origination mine = own.get(anothers.key().kind());
        if (mine == null) {
            return Overruling.LEFT;
        }
        if (version.incarnation() == incarnation && version.sequence() > mine.sequence()) {
            mine.outbid(version.sequence(), nowNanos);
            return Overruling.OUTBID;
        }
        return Overruling.REPEAT;
    }
}
