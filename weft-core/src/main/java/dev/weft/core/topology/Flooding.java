package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.InvariantError;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Push;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Spreads advertisements over every link until each neighbor is known to have them (RFC 2328 §13, with digests in
 * place of the exchange of §10.8). When a link comes up each end sends a digest of all it has, and each sends what the
 * other's digest lacks. Heartbeats carry the database's hash; where two nodes stay unequal though nothing is under
 * way, digests are exchanged again, so no lost frame matters for long.
 *
 * <p>Over every link at once would bring each advertisement to a node as often as the node has links. So a node asks a
 * few of its neighbors to push what is new to it, and the others hold it ready until its heartbeat shows that it has
 * it. Where it shows that they lack something still, they are told what there is and ask for what they
 * lack: the eager and the lazy push of Plumtree (Leitão, Pereira, Rodrigues: Epidemic Broadcast Trees, 2007), with
 * the hash in place of most announcements.
 *
 * <p>Driven by the engine: {@code handle…} for what comes in, {@link #flush} at the end of each turn.
 */
public final class Flooding {
    /** What flooding wants and reports. May not call back in. */
    public interface Output {
        void send(NodeId neighbor, Frame frame);

        /** An advertisement of links is new, newer, or gone. */
        void adjacenciesChanged(NodeId origin);

        /** A node's record is new, newer, or gone; the one before, where there was one. */
        void recordChanged(NodeId origin, Optional<NodeRecord> before);

        /** A node's credential is new, newer, or gone. */
        default void credentialChanged(NodeId origin) {}
        /** To which key frames for a node are sealed is new, or another, or not known any more. */
        void sealRecordChanged(NodeId origin);

        /** Another process lives a later life under this node's id. */
        void laterLifeOfThisNode(long incarnation);
    }

    private static final long DIGEST_PAUSE_NANOS = 1_000_000_000L;
    private static final long COMPARISON_PAUSE_PER_ENTRY_NANOS = 500_000L;
    private static final long COMPARISON_PAUSE_MAX_NANOS = 2_000_000_000L;

    /** So many changes that neighbors may not know of yet are many. */
    private static final int MANY_CHANGES = 32;

    /** How much rarer a neighbor is spoken to among many: one frame of six words costs less than three of two. */
    private static final int SPACING_FACTOR_AMONG_MANY = 3;

    /** How long an advertisement may take to reach a neighbor by others. */
    private static final long LAZY_NANOS = 300_000_000L;

    /** The same while everything changes and hashes tell nothing: in spacings, and at most. */
    private static final int LAZY_SPACINGS = 50;

    private static final long LAZY_MAX_NANOS = 5_000_000_000L;

    /** How long what one neighbor was asked for is not asked of another. */
    private static final long ASKED_NANOS = 1_000_000_000L;

    private static final int ASKED_MAX = 4_096;

    /** How soon a neighbor is spoken to again, for each advertisement in the database, within these bounds. */
    private static final long SPACING_PER_ENTRY_NANOS = 50_000L;

    private static final long SPACING_MIN_NANOS = 1_000_000L;
    private static final long SPACING_MAX_NANOS = 300_000_000L;

    private enum Timer {
        RETRANSMIT,
        ORIGINATE,
        EXPIRE
    }

    private final NodeId self;
    private final TopologyConfig config;
    private final Edition.Source editions;
    private final Output out;
    private final Lsdb lsdb;
    private final LinkedHashMap<NodeId, Neighbor> neighbors = new LinkedHashMap<>();
    /** The same in order of id. */
    private List<Neighbor> inOrder = List.of();

    private final BitSet slots = new BitSet();
    private final OwnAdvertisements own;
    private final Deadlines<Timer> timers = new Deadlines<>(Timer.class);
    /** Advertisements that some neighbor was asked for, and when. */
    private final LinkedHashMap<LsaKey, Long> asked = new LinkedHashMap<>();

    private final Changes changes = new Changes();
    private final Comparison comparison;
    private final FloodFrames frames;
    private final Pushers pushers;

    private long changedNanos;
    private long comparedNanos = Long.MIN_VALUE / 2;
    /** When some neighbor is to be spoken to. */
    private long speakNanos = Deadlines.NEVER;

    /** By whom, and for which mesh, this node's own words are signed. */
    public record Signing(String mesh, Signatory signatory) {
        public static final Signing NONE = new Signing("", Signatory.NONE);

        Lsa originate(LsaKey key, LsaVersion version, ByteView content) {
            ByteView publicKey = signatory.publicKey();
            return publicKey.isEmpty()
                    ? Lsa.originate(key, version, content)
                    : Lsa.originate(mesh, key, version, content, publicKey, signatory::sign);
        }
    }

    public Flooding(
            NodeId self, long incarnation, TopologyConfig config, Prng prng, Edition.Source editions, Output out) {
        this(self, incarnation, config, prng, editions, Signing.NONE, out);
    }

    public Flooding(
            NodeId self,
            long incarnation,
            TopologyConfig config,
            Prng prng,
            Edition.Source editions,
            Signing signing,
            Output out) {
        this.self = self;
        this.editions = editions;
        this.config = config;
        this.out = out;
        this.own = new OwnAdvertisements(self, incarnation, config, signing, prng);
        this.lsdb = new Lsdb(config, prng.fork(1).nextLong());
        this.comparison = new Comparison(lsdb);
        this.frames = new FloodFrames(out);
        this.pushers = new Pushers(self);
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

    // ------------------------------------------------------------------ what comes in

    /** Says something new of this node; the last word counts. */
    public void originate(LsaKind kind, ByteView content, Haste haste, long nowNanos) {
        own.want(kind, content, haste, nowNanos);
        originate(nowNanos);
    }

    public void handleLinkUp(NodeId node, long nowNanos) {
        handleLinkDown(node);
        int slot = slots.nextClearBit(0);
        slots.set(slot);
        Neighbor fresh = new Neighbor(node, slot, lot(node), changes.serial(), config.retransmitNanos());
        neighbors.put(node, fresh);
        order();
        // Of two large databases one end tells the hashes, or both would tell each other all differences twice.
        if (mayCompare(nowNanos) && (!comparison.isByRanges() || self.compareTo(node) < 0)) {
            compare(fresh, nowNanos);
        }
    }

    public void handleLinkDown(NodeId node) {
        Neighbor gone = neighbors.remove(node);
        if (gone != null) {
            pushers.handleLinkDown(node);
            slots.clear(gone.slot);
            order();
        }
    }

    private void order() {
        List<Neighbor> all = new ArrayList<>(neighbors.values());
        all.sort(Comparator.comparing(neighbor -> neighbor.node));
        inOrder = all;
    }

    /** Believes what it is told: where signatures are demanded, only {@link Checks} calls it. */
    public void handleFlood(NodeId from, Flood flood, long nowNanos) throws MalformedFrame {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        for (Flood.Item item : flood.items()) {
            take(neighbor, item, nowNanos);
            if (flood.number() == 0) {
                neighbor.owe(item.lsa(), nowNanos);
            }
        }
        if (flood.number() != 0) {
            neighbor.oweFrame(flood.number(), nowNanos);
        }
        speakTo(neighbor);
    }

    public void handleFloodAck(NodeId from, FloodAck ack, long nowNanos) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        for (LsaHeading heading : ack.headings()) {
            Entry entry = lsdb.entry(heading.key());
            int order =
                    entry == null ? 1 : heading.version().compareTo(entry.lsa().version());
            if (entry != null && order >= 0) {
                neighbor.has(entry);
            }
            if (order > 0 && ask(neighbor, heading, nowNanos)) {
                pushers.graft(from);
            }
        }
        for (long number : ack.frames()) {
            neighbor.hasFrame(number);
        }
        neighbor.acknowledged();
    }

    /** A neighbor has what is missing here: it is asked for it, unless another was just now; whether it was. */
    private boolean ask(Neighbor neighbor, LsaHeading heading, long nowNanos) {
        Long askedNanos = asked.get(heading.key());
        if (askedNanos != null && nowNanos - askedNanos < ASKED_NANOS) {
            return false;
        }
        if (asked.size() >= ASKED_MAX) {
            asked.clear();
        }
        asked.put(heading.key(), nowNanos);
        neighbor.want(heading);
        speakTo(neighbor);
        return true;
    }

    /** A neighbor asks for what it was told of. */
    public void handleFloodWant(NodeId from, FloodWant want) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        for (LsaHeading heading : want.headings()) {
            Entry entry = lsdb.entry(heading.key());
            if (entry != null && entry.spread(neighbor.slot) != Spread.QUEUED) {
                tell(neighbor, entry);
            }
        }
    }

    public void handleDigest(NodeId from, Digest digest, long nowNanos) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        if (digest.isOfRanges()) {
            if (neighbor.mayGetDigest(DIGEST_PAUSE_NANOS, nowNanos)) {
                send(neighbor, comparison.answer(digest), nowNanos);
            }
            return;
        }
        // Who has had a digest from here tells without being asked.
        boolean mayAsk = neighbor.mayGetDigest(DIGEST_PAUSE_NANOS, nowNanos);
        comparison.compare(digest, new Comparison.Findings() {
            @Override
            public void missingThere(Entry entry) {
                tell(neighbor, entry);
            }

            @Override
            public void missingHere(LsaHeading heading) {
                if (mayAsk) {
                    ask(neighbor, heading, nowNanos);
                }
            }
        });
    }

    /** How a neighbor, or a node that is about to be one, is to tell this node what is new. */
    public Push pushFrom(NodeId node) {
        Pushers.Weather weather = changes.size() < MANY_CHANGES ? Pushers.Weather.CALM : Pushers.Weather.MANY_CHANGES;
        Neighbor neighbor = neighbors.get(node);
        return pushers.pushFrom(node, neighbor == null ? lot(node) : neighbor.lot, inOrder, weather);
    }

    private long lot(NodeId node) {
        return pushers.lot(node, lsdb.adjacenciesOf(node));
    }

    /**
     * What a neighbor's heartbeat tells.
     *
     * @param hash of its database
     * @param push how it wants to be told what is new; at once, as long as it has not said
     */
    public void handleHeartbeat(NodeId from, long hash, Push push, long nowNanos) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor == null) {
            return;
        }
        neighbor.push = push;
        if (hash == lsdb.hash()) {
            neighbor.hasAll(changes.serial());
            forgetChanges();
        } else if (neighbor.isBehind(changes.serial())) {
            neighbor.differsForAReason();
            if (changes.size() < MANY_CHANGES) {
                announceWhatIsOverdue(neighbor, nowNanos);
            } else {
                compareInTheStorm(neighbor, nowNanos);
            }
        } else if (neighbor.hasDifferedTooLong(lsdb.hash(), hash, nowNanos) && mayCompare(nowNanos)) {
            neighbor.beMorePatient();
            compare(neighbor, nowNanos);
        }
    }

    public void handleTime(long nowNanos) {
        for (Timer due = timers.pollDue(nowNanos); due != null; due = timers.pollDue(nowNanos)) {
            switch (due) {
                case RETRANSMIT -> retransmit(nowNanos);
                case ORIGINATE -> originate(nowNanos);
                case EXPIRE -> expire(nowNanos);
            }
        }
    }

    public long nextDeadlineNanos() {
        return Math.min(timers.nextNanos(), speakNanos);
    }

    /**
     * Sends what has gathered. The first word to a neighbor goes at once and the next ones at a distance that grows
     * with the mesh: a change alone crosses the mesh without delay, a storm of them in few frames, and what two
     * neighbors would tell each other is mostly told by one.
     */
    public void flush(long nowNanos) {
        if (nowNanos < speakNanos) {
            return;
        }
        speakNanos = Deadlines.NEVER;
        long spacing = spacingNanos();
        for (Neighbor neighbor : inOrder) {
            long due = neighbor.speakNanos(spacing);
            if (due <= nowNanos) {
                neighbor.spoken(spacing, nowNanos);
                frames.send(neighbor, nowNanos);
                timers.armNoLater(Timer.RETRANSMIT, neighbor.retransmitNanos(config.retransmitNanos()));
            } else {
                speakNanos = Math.min(speakNanos, due);
            }
        }
    }

    private long spacingNanos() {
        long spacing = Math.max(SPACING_MIN_NANOS, lsdb.size() * SPACING_PER_ENTRY_NANOS);
        return Math.min(
                SPACING_MAX_NANOS, changes.size() < MANY_CHANGES ? spacing : spacing * SPACING_FACTOR_AMONG_MANY);
    }

    // ------------------------------------------------------------------ an advertisement arrives

    private void take(Neighbor neighbor, Flood.Item item, long nowNanos) throws MalformedFrame {
        Lsa lsa = item.lsa();
        if (item.ageSeconds() >= config.maxAgeSeconds()) {
            return;
        }
        if (own.isAnothers(lsa)) {
            overrule(lsa, nowNanos);
            return;
        }
        Entry present = lsdb.entry(lsa.key());
        int order = present == null ? 1 : lsa.version().compareTo(present.lsa().version());
        if (present == null || order > 0) {
            keep(lsa, item.ageSeconds(), neighbor, nowNanos);
        } else if (order == 0) {
            neighbor.has(present);
        } else {
            tell(neighbor, present);
        }
    }

    /** Whether {@link #handleFlood} would do more than acknowledge it, or answer it with what is here. */
    public boolean isNews(Lsa lsa) {
        if (lsa.key().origin().equals(self)) {
            return own.isAnothers(lsa);
        }
        Entry present = lsdb.entry(lsa.key());
        return present == null || lsa.version().isNewerThan(present.lsa().version());
    }

    /** A neighbor need not say it again. */
    public void acknowledge(NodeId from, Lsa lsa, long nowNanos) {
        Neighbor neighbor = neighbors.get(from);
        if (neighbor != null) {
            owe(neighbor, lsa, nowNanos);
        }
    }

    private void keep(Lsa lsa, int ageSeconds, Neighbor from, long nowNanos) throws MalformedFrame {
        Optional<NodeRecord> before = recordBefore(lsa.key());
        Lsdb.Offer offer = lsdb.offer(editions.read(lsa), ageSeconds, nowNanos, this::isEvictable);
        Entry entry = lsdb.entry(lsa.key());
        if (offer == Lsdb.Offer.NEWER && entry != null) {
            asked.remove(lsa.key());
            relay(entry, from, nowNanos);
            // By the key that is kept: who keeps the id as well then keeps no other copy of it.
            changed(entry.key, before);
            timers.armNoLater(Timer.EXPIRE, nowNanos + (config.maxAgeSeconds() - ageSeconds) * 1_000_000_000L);
        }
    }

    /** A later life of this node is reported: it cannot be outbid, nor can who leaves no numbers to count on. */
    private void overrule(Lsa lsa, long nowNanos) {
        switch (own.overrule(lsa, nowNanos)) {
            case NONE -> out.laterLifeOfThisNode(lsa.version().incarnation());
            case OUTBID -> originate(nowNanos);
            case REPEAT -> {
                Entry present = lsdb.entry(lsa.key());
                if (present != null) {
                    spread(present, nowNanos);
                }
            }
            case LEFT -> {}
        }
    }

    private boolean isEvictable(NodeId origin) {
        return !origin.equals(self) && !neighbors.containsKey(origin);
    }

    private Optional<NodeRecord> recordBefore(LsaKey key) {
        return key.kind() == LsaKind.NODE ? lsdb.recordOf(key.origin()) : Optional.empty();
    }

    private void changed(LsaKey key, Optional<NodeRecord> before) {
        switch (key.kind()) {
            case ADJACENCY -> {
                Neighbor neighbor = neighbors.get(key.origin());
                if (neighbor != null) {
                    neighbor.lot = lot(neighbor.node);
                }
                out.adjacenciesChanged(key.origin());
            }
            case NODE -> out.recordChanged(key.origin(), before);
            case CREDENTIAL -> out.credentialChanged(key.origin());
            case SEAL -> out.sealRecordChanged(key.origin());
        }
    }

    private void owe(Neighbor neighbor, Lsa lsa, long nowNanos) {
        neighbor.owe(lsa, nowNanos);
        speakTo(neighbor);
    }

    private void tell(Neighbor neighbor, Entry entry) {
        neighbor.tell(entry);
        speakTo(neighbor);
    }

    private void speakTo(Neighbor neighbor) {
        speakNanos = Math.min(speakNanos, neighbor.speakNanos(spacingNanos()));
    }

    // ------------------------------------------------------------------ passing on

    /** Passes on what came from a neighbor: at once to those that want it so, held ready for the others. */
    private void relay(Entry entry, Neighbor from, long nowNanos) {
        begin(entry, Spread.LAZY, nowNanos);
        from.has(entry);
        for (Neighbor neighbor : inOrder) {
            if (neighbor != from && neighbor.push == Push.EAGER) {
                tell(neighbor, entry);
            }
        }
    }

    /** Tells every neighbor of something of our own. */
    private void spread(Entry entry, long nowNanos) {
        begin(entry, Spread.DONE, nowNanos);
        for (Neighbor neighbor : inOrder) {
            tell(neighbor, entry);
        }
    }

    private void begin(Entry entry, Spread initial, long nowNanos) {
        changedNanos = nowNanos;
        changes.add(entry, slots.length(), initial, nowNanos);
    }

    /** What ought to have come by others is announced, for most of it the neighbor will have: it asks for the rest. */
    private void announceWhatIsOverdue(Neighbor neighbor, long nowNanos) {
        long patience = patienceNanos(nowNanos);
        changes.eachWhile(entry -> {
            if (nowNanos - entry.sinceNanos() < patience) {
                return false;
            }
            if (entry.serial() > neighbor.settledSerial()) {
                neighbor.settled(entry.serial());
                if (entry.spread(neighbor.slot) == Spread.LAZY) {
                    neighbor.has(entry);
                    owe(neighbor, entry.lsa(), nowNanos);
                }
            }
            return true;
        });
        forgetChanges();
    }

    /**
     * While much changes, hashes never agree, and to announce all that was held to each neighbor would be twenty
     * announcements for each that is needed. So it is let go, and now and then the databases are compared, with the
     * neighbors in turn.
     */
    private void compareInTheStorm(Neighbor neighbor, long nowNanos) {
        long patience = patienceNanos(nowNanos);
        changes.forgetWhile(entry -> nowNanos - entry.sinceNanos() >= patience);
        for (Neighbor each : inOrder) {
            each.settled(changes.forgottenSerial());
        }
        if (nowNanos - comparedNanos >= patience && isNext(neighbor)) {
            compare(neighbor, nowNanos);
        }
    }

    private boolean isNext(Neighbor neighbor) {
        for (Neighbor other : inOrder) {
            if (other.comparedNanos() < neighbor.comparedNanos()) {
                return false;
            }
        }
        return true;
    }

    private long patienceNanos(long nowNanos) {
        boolean calm = nowNanos - changedNanos >= LAZY_NANOS;
        return calm ? LAZY_NANOS : Math.min(LAZY_MAX_NANOS, LAZY_NANOS + LAZY_SPACINGS * spacingNanos());
    }

    /** Drops the changes that every neighbor has or has been told of. */
    private void forgetChanges() {
        long settledByAll = changes.serial();
        for (Neighbor neighbor : inOrder) {
            settledByAll = Math.min(settledByAll, neighbor.settledSerial());
        }
        changes.forget(settledByAll);
    }

    // ------------------------------------------------------------------ our own words

    /** Says what is due; what is not may have to wait longer for it, as the database grows. */
    private void originate(long nowNanos) {
        for (Lsa lsa = own.poll(lsdb.size(), nowNanos); lsa != null; lsa = own.poll(lsdb.size(), nowNanos)) {
            Optional<NodeRecord> before = recordBefore(lsa.key());
            lsdb.offer(readOwn(lsa), 0, nowNanos, this::isEvictable);
            Entry entry = lsdb.entry(lsa.key());
            if (entry != null) {
                spread(entry, nowNanos);
            }
            changed(lsa.key(), before);
            timers.armNoLater(Timer.EXPIRE, nowNanos + config.maxAgeSeconds() * 1_000_000_000L);
        }
        timers.armNoLater(Timer.ORIGINATE, own.nextNanos(lsdb.size(), nowNanos));
    }

    private Edition readOwn(Lsa lsa) {
        try {
            return editions.read(lsa);
        } catch (MalformedFrame e) {
            throw new InvariantError("this node's own advertisement is unreadable: " + e.getMessage());
        }
    }

    private void expire(long nowNanos) {
        for (Entry expired : lsdb.expire(nowNanos)) {
            changes.remove(expired);
            changed(expired.key, expired.edition().record());
        }
        timers.arm(Timer.EXPIRE, lsdb.nextExpiryNanos());
    }

    // ------------------------------------------------------------------ what goes out

    private void retransmit(long nowNanos) {
        for (Neighbor neighbor : inOrder) {
            neighbor.retransmit(config.retransmitNanos(), nowNanos);
            timers.armNoLater(Timer.RETRANSMIT, neighbor.retransmitNanos(config.retransmitNanos()));
            speakTo(neighbor);
        }
    }

    /**
     * Begins to compare databases with a neighbor. A node that gets many links at once would be told all by each of
     * them, so it compares with one, and with others when their heartbeats show that they still differ later.
     */
    private void compare(Neighbor neighbor, long nowNanos) {
        comparedNanos = nowNanos;
        neighbor.compared(nowNanos);
        if (comparison.isByRanges()) {
            // No digest of what is here: what the answer shows to be missing is asked for.
            comparison.opening().forEach(digest -> out.send(neighbor.node, digest));
        } else {
            send(neighbor, comparison.opening(), nowNanos);
        }
    }

    private boolean mayCompare(long nowNanos) {
        return nowNanos - comparedNanos
                >= Math.min(COMPARISON_PAUSE_MAX_NANOS, lsdb.size() * COMPARISON_PAUSE_PER_ENTRY_NANOS);
    }

    private void send(Neighbor neighbor, List<Digest> digests, long nowNanos) {
        neighbor.digestSent(nowNanos);
        for (Digest digest : digests) {
            out.send(neighbor.node, digest);
        }
    }
}
