package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.MalformedFrame;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Spreads advertisements over every link until each neighbor is known to have them (RFC 2328 §13, with digests in
 * place of the exchange of §10.8). When a link comes up each end sends a digest of all it has, and each sends what the
 * other's digest lacks. Heartbeats carry the database's hash; where two nodes stay unequal though nothing is under
 * way, digests are exchanged again, so no lost frame matters for long.
 *
 * <p>Driven by the engine: {@code handle…} for what comes in, {@link #flush} at the end of each turn.
 */
public final class Flooding {
    /** What flooding wants and reports. May not call back in. */
    public interface Output {
        void send(NodeId neighbor, Frame frame);

        /** An advertisement of links is new, newer, or gone. */
        void adjacenciesChanged(NodeId origin);

        /** A node's record is new, newer, or gone. */
        void recordChanged(NodeId origin);

        /** Another process lives a later life under this node's id. */
        void laterLifeOfThisNode(long incarnation);
    }

    private static final long PACE_MIN_NANOS = 10_000_000L;
    private static final long PACE_MAX_NANOS = 5_000_000_000L;
    private static final int BURST_MAX = 5;
    private static final long TOKEN_NANOS = 1_000_000_000L;
    private static final long DIGEST_PAUSE_NANOS = 1_000_000_000L;
    private static final int RETRANSMIT_DOUBLINGS_MAX = 3;

    private enum Timer {
        RETRANSMIT,
        REFRESH,
        EXPIRE,
        ORIGINATE
    }

    /** What a neighbor has not acknowledged yet, and what is to be said to it at the end of the turn. */
    private static final class Neighbor {
        private final TreeMap<LsaKey, Pending> unacknowledged = new TreeMap<>();
        private final TreeSet<LsaKey> toSend = new TreeSet<>();
        private final TreeMap<LsaKey, LsaVersion> toAcknowledge = new TreeMap<>();
        private long mismatchSinceNanos = -1;
        private long digestSentNanos = -DIGEST_PAUSE_NANOS;
    }

    private static final class Pending {
        private final LsaVersion version;
        private int doublings;
        private long dueNanos;

        private Pending(LsaVersion version) {
            this.version = version;
        }
    }

    /** An own advertisement: what it is to say, and how often it may change. */
    private static final class Own {
        private ByteView content = ByteView.EMPTY;
        private boolean waiting;
        private long dueNanos;
        private long editionNanos = -PACE_MAX_NANOS;
        private long sequence;
        private long refreshNanos = Deadlines.NEVER;
        private int tokens = BURST_MAX;
        private long tokenNanos;
    }

    /**
     * The highest number of an edition under this node's id that it outbids. No node gets there by itself, and from
     * here there is no end in sight, as there is from the highest number of all.
     */
    private static final long SEQUENCE_OUTBID_MAX = 1L << 62;

    private final NodeId self;
    private final long incarnation;
    private final TopologyConfig config;
    private final Prng prng;
    private final Output out;
    private final Lsdb lsdb;
    private final TreeMap<NodeId, Neighbor> neighbors = new TreeMap<>();
    private final EnumMap<LsaKind, Own> own = new EnumMap<>(LsaKind.class);
    private final Deadlines<Timer> timers = new Deadlines<>(Timer.class);

    public Flooding(NodeId self, long incarnation, TopologyConfig config, Prng prng, Output out) {
        this.self = self;
        this.incarnation = incarnation;
        this.config = config;
        this.prng = prng;
        this.out = out;
        this.lsdb = new Lsdb(config);
    }

    public Lsdb lsdb() {
        return lsdb;
    }

    /** How soon a word of this node must be out. */
    public enum Haste {
        /** A link has gone: at once, as long as the budget lasts. */
        URGENT,
        /** Gathered for a while that grows with the mesh, for every word costs every node. */
        PACED
    }

    /** Says something new of this node; the last word counts. */
    public void originate(LsaKind kind, ByteView content, Haste haste, long nowNanos) {
        Own mine = own.computeIfAbsent(kind, any -> new Own());
        boolean said = mine.sequence > 0 && !mine.waiting && mine.content.equals(content);
        mine.content = content;
        if (said) {
            return;
        }
        mine.waiting = true;
        mine.dueNanos = switch (haste) {
            case URGENT -> nowNanos;
            case PACED -> mine.editionNanos + paceNanos();
        };
        originateWaiting(nowNanos);
    }

    public void handleLinkUp(NodeId neighbor, long nowNanos) {
        Neighbor fresh = new Neighbor();
        neighbors.put(neighbor, fresh);
        sendDigest(neighbor, fresh, nowNanos);
    }

    public void handleLinkDown(NodeId neighbor) {
        neighbors.remove(neighbor);
    }

    public void handleFlood(NodeId from, Flood flood, long nowNanos) throws MalformedFrame {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        for (Flood.Item item : flood.items()) {
            take(from, neighbor, item, nowNanos);
        }
    }

    public void handleFloodAck(NodeId from, FloodAck ack) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        for (LsaHeading heading : ack.headings()) {
            Pending pending = neighbor.unacknowledged.get(heading.key());
            if (pending != null && !pending.version.isNewerThan(heading.version())) {
                neighbor.unacknowledged.remove(heading.key());
            }
        }
    }

    public void handleDigest(NodeId from, Digest digest, long nowNanos) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        TreeMap<LsaKey, LsaVersion> theirs = new TreeMap<>();
        boolean theyHaveMore = false;
        for (LsaHeading heading : digest.headings()) {
            theirs.put(heading.key(), heading.version());
            Optional<LsaVersion> ours = lsdb.versionOf(heading.key());
            theyHaveMore |= ours.isEmpty() || heading.version().isNewerThan(ours.get());
        }
        for (Lsdb.Entry entry : lsdb.entriesIn(digest::covers)) {
            LsaVersion known = theirs.get(entry.lsa.key());
            if (known == null || entry.lsa.version().isNewerThan(known)) {
                neighbor.toSend.add(entry.lsa.key());
            }
        }
        if (theyHaveMore && nowNanos - neighbor.digestSentNanos >= DIGEST_PAUSE_NANOS) {
            sendDigest(from, neighbor, nowNanos);
        }
    }

    /** The hash that a neighbor's heartbeat carried. */
    public void handleHash(NodeId from, long hash, long nowNanos) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        if (hash == lsdb.hash() || !neighbor.unacknowledged.isEmpty()) {
            neighbor.mismatchSinceNanos = -1;
        } else if (neighbor.mismatchSinceNanos < 0) {
            neighbor.mismatchSinceNanos = nowNanos;
        } else if (nowNanos - neighbor.mismatchSinceNanos >= DIGEST_PAUSE_NANOS / 2) {
            neighbor.mismatchSinceNanos = -1;
            sendDigest(from, neighbor, nowNanos);
        }
    }

    public void handleTime(long nowNanos) {
        for (Timer due = timers.pollDue(nowNanos); due != null; due = timers.pollDue(nowNanos)) {
            switch (due) {
                case RETRANSMIT -> retransmit(nowNanos);
                case REFRESH -> refresh(nowNanos);
                case EXPIRE -> expire(nowNanos);
                case ORIGINATE -> originateWaiting(nowNanos);
            }
        }
    }

    public long nextDeadlineNanos() {
        return timers.nextNanos();
    }

    /** Sends what has gathered over a turn. */
    public void flush(long nowNanos) {
        for (Map.Entry<NodeId, Neighbor> entry : neighbors.entrySet()) {
            Neighbor neighbor = entry.getValue();
            if (!neighbor.toAcknowledge.isEmpty()) {
                sendAcks(entry.getKey(), neighbor);
            }
            if (!neighbor.toSend.isEmpty()) {
                sendAdvertisements(entry.getKey(), neighbor, nowNanos);
            }
        }
    }

    // ------------------------------------------------------------------ what comes in

    private void take(NodeId from, Neighbor neighbor, Flood.Item item, long nowNanos) throws MalformedFrame {
        Lsa lsa = item.lsa();
        if (item.ageSeconds() >= config.maxAgeSeconds()) {
            neighbor.toAcknowledge.put(lsa.key(), lsa.version());
            return;
        }
        if (lsa.key().origin().equals(self) && isNotMine(lsa)) {
            neighbor.toAcknowledge.put(lsa.key(), lsa.version());
            overrule(lsa, nowNanos);
            return;
        }
        if (lsdb.isNews(lsa)) {
            lsa.requireReadable();
        }
        switch (lsdb.offer(lsa, item.ageSeconds(), nowNanos, this::isEvictable)) {
            case NEWER -> {
                neighbor.toAcknowledge.put(lsa.key(), lsa.version());
                neighbor.toSend.remove(lsa.key());
                neighbor.unacknowledged.remove(lsa.key());
                spread(lsa.key(), from);
                changed(lsa.key());
                timers.armNoLater(Timer.EXPIRE, nowNanos + config.maxAgeSeconds() * 1_000_000_000L);
            }
            case SAME -> {
                neighbor.toAcknowledge.put(lsa.key(), lsa.version());
                neighbor.toSend.remove(lsa.key());
                neighbor.unacknowledged.remove(lsa.key());
            }
            case OLDER -> neighbor.toSend.add(lsa.key());
            case NO_ROOM -> neighbor.toAcknowledge.put(lsa.key(), lsa.version());
        }
    }

    /** An edition under this node's id that this life of it did not make. */
    private boolean isNotMine(Lsa lsa) {
        Own mine = own.get(lsa.key().kind());
        return mine == null
                || lsa.version().incarnation() != incarnation
                || lsa.version().sequence() > mine.sequence;
    }

    /**
     * A trace of an earlier life, or somebody else's word in our name: what is newer than ours is outbid, what is older
     * is superseded by what we say anyway. A later life cannot be outbid, nor can one that has used up all numbers; it
     * is reported.
     */
    private void overrule(Lsa lsa, long nowNanos) {
        boolean sameLife = lsa.version().incarnation() == incarnation;
        if (lsa.version().incarnation() > incarnation
                || sameLife && lsa.version().sequence() > SEQUENCE_OUTBID_MAX) {
            out.laterLifeOfThisNode(lsa.version().incarnation());
            return;
        }
        Own mine = own.get(lsa.key().kind());
        if (mine == null) {
            return;
        }
        if (sameLife && lsa.version().sequence() > mine.sequence) {
            mine.sequence = lsa.version().sequence();
            mine.waiting = true;
            mine.dueNanos = nowNanos;
            originateWaiting(nowNanos);
        } else {
            spread(lsa.key(), self);
        }
    }

    private boolean isEvictable(NodeId origin) {
        return !origin.equals(self) && !neighbors.containsKey(origin);
    }

    private void changed(LsaKey key) {
        switch (key.kind()) {
            case ADJACENCY -> out.adjacenciesChanged(key.origin());
            case NODE -> out.recordChanged(key.origin());
        }
    }

    private void spread(LsaKey key, NodeId except) {
        for (Map.Entry<NodeId, Neighbor> entry : neighbors.entrySet()) {
            if (!entry.getKey().equals(except)) {
                entry.getValue().toSend.add(key);
            }
        }
    }

    // ------------------------------------------------------------------ what goes out

    private void originateWaiting(long nowNanos) {
        for (Map.Entry<LsaKind, Own> entry : own.entrySet()) {
            Own mine = entry.getValue();
            if (!mine.waiting) {
                continue;
            }
            if (mine.dueNanos > nowNanos) {
                timers.armNoLater(Timer.ORIGINATE, mine.dueNanos);
                continue;
            }
            refill(mine, nowNanos);
            if (mine.tokens == 0) {
                timers.armNoLater(Timer.ORIGINATE, mine.tokenNanos + TOKEN_NANOS);
                continue;
            }
            mine.tokens--;
            mine.waiting = false;
            edition(entry.getKey(), mine, nowNanos);
        }
    }

    /** 1 ms for each advertisement in the database, 10 ms to 5 s. */
    private long paceNanos() {
        return Math.min(PACE_MAX_NANOS, Math.max(PACE_MIN_NANOS, lsdb.size() * 1_000_000L));
    }

    private static void refill(Own mine, long nowNanos) {
        long earned = (nowNanos - mine.tokenNanos) / TOKEN_NANOS;
        if (earned > 0) {
            mine.tokens = (int) Math.min(BURST_MAX, mine.tokens + earned);
            mine.tokenNanos += earned * TOKEN_NANOS;
        }
    }

    private void edition(LsaKind kind, Own mine, long nowNanos) {
        LsaKey key = new LsaKey(self, kind);
        Lsa lsa = Lsa.originate(key, new LsaVersion(incarnation, ++mine.sequence), mine.content);
        lsdb.offer(lsa, 0, nowNanos, this::isEvictable);
        spread(key, self);
        changed(key);
        mine.editionNanos = nowNanos;
        mine.refreshNanos = nowNanos + config.refreshNanos() - prng.below(config.refreshNanos() / 10);
        timers.armNoLater(Timer.REFRESH, mine.refreshNanos);
        timers.armNoLater(Timer.EXPIRE, nowNanos + config.maxAgeSeconds() * 1_000_000_000L);
    }

    private void refresh(long nowNanos) {
        for (Map.Entry<LsaKind, Own> entry : own.entrySet()) {
            if (entry.getValue().refreshNanos <= nowNanos) {
                edition(entry.getKey(), entry.getValue(), nowNanos);
            }
            timers.armNoLater(Timer.REFRESH, entry.getValue().refreshNanos);
        }
    }

    private void expire(long nowNanos) {
        for (LsaKey key : lsdb.expire(nowNanos)) {
            changed(key);
        }
        timers.arm(Timer.EXPIRE, lsdb.nextExpiryNanos());
    }

    private void retransmit(long nowNanos) {
        for (Neighbor neighbor : neighbors.values()) {
            for (Map.Entry<LsaKey, Pending> entry : neighbor.unacknowledged.entrySet()) {
                Pending pending = entry.getValue();
                if (pending.dueNanos <= nowNanos) {
                    neighbor.toSend.add(entry.getKey());
                } else {
                    timers.armNoLater(Timer.RETRANSMIT, pending.dueNanos);
                }
            }
        }
    }

    private void sendAcks(NodeId to, Neighbor neighbor) {
        List<LsaHeading> headings = new ArrayList<>();
        for (Map.Entry<LsaKey, LsaVersion> entry : neighbor.toAcknowledge.entrySet()) {
            headings.add(new LsaHeading(entry.getKey(), entry.getValue()));
            if (headings.size() == FloodAck.HEADINGS_MAX) {
                out.send(to, new FloodAck(headings));
                headings.clear();
            }
        }
        if (!headings.isEmpty()) {
            out.send(to, new FloodAck(headings));
        }
        neighbor.toAcknowledge.clear();
    }

    private void sendAdvertisements(NodeId to, Neighbor neighbor, long nowNanos) {
        List<Flood.Item> items = new ArrayList<>();
        int bytes = 0;
        for (LsaKey key : neighbor.toSend) {
            Lsdb.@Nullable Entry entry = lsdb.entry(key);
            if (entry == null) {
                neighbor.unacknowledged.remove(key);
                continue;
            }
            int size = entry.lsa.bytes().length();
            if (items.size() == Flood.ITEMS_MAX || bytes + size > Flood.BYTES_MAX) {
                out.send(to, new Flood(items));
                items.clear();
                bytes = 0;
            }
            items.add(new Flood.Item(entry.ageSeconds(nowNanos), entry.lsa));
            bytes += size;
            expectAck(neighbor, entry.lsa, nowNanos);
        }
        if (!items.isEmpty()) {
            out.send(to, new Flood(items));
        }
        neighbor.toSend.clear();
    }

    private void expectAck(Neighbor neighbor, Lsa lsa, long nowNanos) {
        Pending pending = neighbor.unacknowledged.get(lsa.key());
        if (pending == null || !pending.version.equals(lsa.version())) {
            pending = new Pending(lsa.version());
            neighbor.unacknowledged.put(lsa.key(), pending);
        } else {
            pending.doublings = Math.min(RETRANSMIT_DOUBLINGS_MAX, pending.doublings + 1);
        }
        pending.dueNanos = nowNanos + (config.retransmitNanos() << pending.doublings);
        timers.armNoLater(Timer.RETRANSMIT, pending.dueNanos);
    }

    private void sendDigest(NodeId to, Neighbor neighbor, long nowNanos) {
        neighbor.digestSentNanos = nowNanos;
        List<LsaHeading> all = lsdb.headings();
        Optional<LsaKey> after = Optional.empty();
        for (int from = 0; from < all.size() || from == 0; from += Digest.HEADINGS_MAX) {
            int end = Math.min(all.size(), from + Digest.HEADINGS_MAX);
            boolean last = end == all.size();
            Optional<LsaKey> upTo =
                    last ? Optional.empty() : Optional.of(all.get(end - 1).key());
            out.send(to, new Digest(after, upTo, all.subList(from, end)));
            after = upTo;
            if (last) {
                break;
            }
        }
    }
}
