package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.Known.Source;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Peers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who exists: gathers what beacons, the host directory, configuration, memory and neighbors tell, forgets what has
 * been silent too long, probes what is suspect, and has dialled whom the engine wants. Nodes that there is a link to
 * are none of its business but for their locators.
 */
public final class Discovery {
    /** What discovery wants and reports. May not call back in. */
    public interface Output {
        void dial(long number, Locator locator, Optional<NodeId> expected);

        void cancel(long number);

        void beacon(ByteView datagram);

        void beaconTo(String source, ByteView datagram);

        void discovered(NodeId node, String how);

        void forgotten(NodeId node, String why);
    }

    /** Who this node is, as beacons tell it. */
    public record Self(NodeId node, long incarnation, long meshHash) {}

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final long SUSPECT_GRACE_NANOS = 3 * SECOND;
    private static final long PING_AFTER_NANOS = 5 * SECOND;
    private static final long ANSWER_WITHIN_NANOS = 30 * SECOND;
    private static final long PING_PAUSE_NANOS = SECOND;
    private static final int FEW_PEERS = 8;
    private static final int ANSWER_TOKENS_MAX = 20;
    private static final long ANSWER_TOKEN_NANOS = 100 * MILLI;
    private static final int ANSWERS_MAX = 256;

    private enum Timer {
        BEACON,
        ANNOUNCE,
        DISCOVERY,
        ANSWER,
        EXPIRE,
        PING
    }

    private enum Audience {
        WHO_ASKED,
        ALL
    }

    private record Answer(long atNanos, long number, String source, Audience audience) {}

    /** @param untilNanos when it is forgotten; never before it has been asked */
    private record Suspicion(long sinceNanos, long untilNanos) {}

    private final Self self;
    private final DiscoveryConfig config;
    private final Prng prng;
    private final Output out;
    private final Dialler dialler;
    private final long beaconIntervalNanos;
    private final Deadlines<Timer> timers = new Deadlines<>(Timer.class);
    private final TreeMap<NodeId, Known> known = new TreeMap<>();
    private final TreeSet<NodeId> linked = new TreeSet<>();
    /** The locators of configuration that have led to a node. */
    private final TreeMap<Locator, NodeId> reached = new TreeMap<>();

    private final TreeMap<NodeId, Suspicion> suspects = new TreeMap<>();
    private final TreeSet<NodeId> toPing = new TreeSet<>();
    private final TreeSet<Answer> answers =
            new TreeSet<>(Comparator.comparingLong(Answer::atNanos).thenComparingLong(Answer::number));
    private final ArrayDeque<Map.Entry<String, Long>> lately = new ArrayDeque<>();
    private List<Locator> ownLocators = List.of();
    private long lastDiscoveryNanos;
    private int answerTokens = ANSWER_TOKENS_MAX;
    private long answerTokenNanos;
    private long answerCount;
    private long malformedCount;
    private long foreignCount;
    private long evictedCount;

    public Discovery(Self self, DiscoveryConfig config, Prng prng, Output out) {
        this.self = self;
        this.config = config;
        this.prng = prng;
        this.out = out;
        this.lastDiscoveryNanos = -config.discoveryPauseNanos();
        this.beaconIntervalNanos = prng.between(config.beaconMinNanos(), config.beaconMaxNanos());
        this.dialler = new Dialler(config, prng.fork(1), new Dialler.Output() {
            @Override
            public void dial(long number, Locator locator, Optional<NodeId> expected) {
                out.dial(number, locator, expected);
            }

            @Override
            public void cancel(long number) {
                out.cancel(number);
            }
        });
    }

    // ------------------------------------------------------------------ what comes in

    public void start(List<Locator> locators, long nowNanos) {
        ownLocators = List.copyOf(locators);
        announce(nowNanos);
        discover(nowNanos);
    }

    /** Where this node can be reached has changed: told to all within this turn. */
    public void locatorsChanged(List<Locator> locators, long nowNanos) {
        if (!ownLocators.equals(locators)) {
            ownLocators = List.copyOf(locators);
            timers.armNoLater(Timer.ANNOUNCE, nowNanos);
        }
    }

    /** Says good-bye. */
    public void leave() {
        out.beacon(beacon(Beacon.Kind.LEAVE, List.of()).encode(Beacon.BYTES_MAX));
    }

    public void handleBeacon(ByteView datagram, String source, long nowNanos) {
        Beacon beacon;
        try {
            beacon = Beacon.decode(datagram);
        } catch (MalformedFrame malformed) {
            malformedCount++;
            return;
        }
        if (beacon.meshHash() != self.meshHash() || beacon.node().equals(self.node())) {
            foreignCount++;
            return;
        }
        if (beacon.kind() == Beacon.Kind.LEAVE) {
            Known entry = known.get(beacon.node());
            boolean ofThisLife = entry != null && beacon.incarnation() >= entry.incarnation;
            if (ofThisLife && !linked.contains(beacon.node())) {
                forget(beacon.node(), "it has said good-bye");
            }
            return;
        }
        hear(beacon.node(), beacon.incarnation(), beacon.locators(), Source.BEACON, nowNanos);
        switch (beacon.kind()) {
            case DISCOVERY -> answerLater(source, datagram.length(), nowNanos);
            case PING -> handlePing(beacon.suspects(), source, datagram.length(), nowNanos);
            case BEACON, LEAVE -> {}
        }
    }

    public void handlePeers(Peers peers, long nowNanos) {
        for (Peers.Entry entry : peers.entries()) {
            if (!entry.node().equals(self.node()) && entry.silentSeconds() < config.ttlSeconds()) {
                hear(
                        entry.node(),
                        entry.incarnation(),
                        entry.locators(),
                        Source.EXCHANGE,
                        nowNanos - entry.silentSeconds() * SECOND);
            }
        }
    }

    public void handleHostEntry(NodeId node, long incarnation, List<Locator> locators, long nowNanos) {
        if (!node.equals(self.node())) {
            hear(node, incarnation, locators, Source.HOST_DIRECTORY, nowNanos);
        }
    }

    public void handleHostEntryGone(NodeId node) {
        Known entry = known.get(node);
        if (entry != null && entry.source == Source.HOST_DIRECTORY && !linked.contains(node)) {
            forget(node, "its process has ended");
        }
    }

    /** A member of the mesh says where it can be reached. */
    public void handleRecord(NodeId node, long incarnation, List<Locator> locators, long nowNanos) {
        hear(node, incarnation, locators, Source.EXCHANGE, nowNanos);
    }

    /** Nodes of an earlier run. */
    public void remember(NodeId node, List<Locator> locators, long nowNanos) {
        if (!node.equals(self.node())) {
            hear(node, 0, locators, Source.REMEMBERED, nowNanos);
        }
    }

    /** A locator that configuration names: dialled until a link comes of it, and again when that is lost. */
    public void addConfigured(Locator locator, long nowNanos) {
        dialler.want(locator, nowNanos);
    }

    /** Configuration's locator leads to this very node. */
    public void dropConfigured(Locator locator) {
        dialler.unwant(locator);
    }

    /** Configuration's locator has led to a node: it rests until that node is lost. */
    public void configuredReached(Locator locator, NodeId node) {
        dialler.unwant(locator);
        reached.put(locator, node);
    }

    /** The nodes that were dialled at all their locators in vain since the last time. */
    public List<NodeId> takeUnreachable() {
        return dialler.takeUnreachable();
    }

    public void want(NodeId node, long nowNanos) {
        Known entry = known.get(node);
        if (entry != null && !linked.contains(node)) {
            dialler.want(node, entry.locators, nowNanos);
        }
    }

    public void unwant(NodeId node) {
        dialler.unwant(node);
    }

    public void handleDialFailed(long number, long nowNanos) {
        dialler.handleFailed(number, nowNanos);
    }

    public void handleLinkUp(
            NodeId node, long incarnation, List<Locator> locators, Optional<Locator> used, long nowNanos) {
        linked.add(node);
        suspects.remove(node);
        toPing.remove(node);
        dialler.unwant(node);
        hear(node, incarnation, locators, Source.EXCHANGE, nowNanos);
        Known entry = known.get(node);
        if (entry != null && used.isPresent() && entry.locators.contains(used.get())) {
            entry.worked(used.get());
        }
    }

    public void handleLinkDown(NodeId node, long nowNanos) {
        linked.remove(node);
        Known entry = known.get(node);
        if (entry != null) {
            entry.heardNanos = nowNanos;
        }
        if (linked.isEmpty()) {
            timers.armNoLater(Timer.DISCOVERY, nowNanos);
            reached.keySet().forEach(locator -> dialler.want(locator, nowNanos));
            reached.clear();
        }
    }

    /** A dial or a send to the node has failed: it is probed, and forgotten where it does not answer. */
    public void suspect(NodeId node, long nowNanos) {
        Known entry = known.get(node);
        if (entry == null
                || linked.contains(node)
                || suspects.containsKey(node)
                || nowNanos - entry.heardNanos < SUSPECT_GRACE_NANOS) {
            return;
        }
        suspects.put(node, new Suspicion(nowNanos, Deadlines.NEVER));
        toPing.add(node);
        timers.armNoLater(Timer.PING, nowNanos + PING_AFTER_NANOS);
    }

    public void handleTime(long nowNanos) {
        for (Timer due = timers.pollDue(nowNanos); due != null; due = timers.pollDue(nowNanos)) {
            switch (due) {
                case BEACON, ANNOUNCE -> announce(nowNanos);
                case DISCOVERY -> discover(nowNanos);
                case ANSWER -> answerDue(nowNanos);
                case EXPIRE -> expire(nowNanos);
                case PING -> ping(nowNanos);
            }
        }
        dialler.handleTime(nowNanos);
    }

    public long nextDeadlineNanos() {
        return Math.min(timers.nextNanos(), dialler.nextDeadlineNanos());
    }

    // ------------------------------------------------------------------ questions

    /** The nodes that may be dialled or are linked, in order of id. */
    public List<NodeId> nodes() {
        return List.copyOf(known.keySet());
    }

    public int knownCount() {
        return known.size();
    }

    public List<Locator> locatorsOf(NodeId node) {
        Known entry = known.get(node);
        return entry == null ? List.of() : List.copyOf(entry.locators);
    }

    public Optional<Locator> dialledLocator(long number) {
        return dialler.locatorOf(number);
    }

    /**
     * All that is known for a neighbor, in pieces of at most 64.
     *
     * @param announced nodes of which everybody learns by flooding
     */
    public List<Peers> exchange(NodeId neighbor, Predicate<NodeId> announced, long nowNanos) {
        List<Peers> pieces = new ArrayList<>();
        List<Peers.Entry> entries = new ArrayList<>();
        for (Known entry : known.values()) {
            if (!entry.node.equals(neighbor) && !entry.locators.isEmpty() && !announced.test(entry.node)) {
                long silent = linked.contains(entry.node) ? 0 : (nowNanos - entry.heardNanos) / SECOND;
                entries.add(new Peers.Entry(entry.node, entry.incarnation, List.copyOf(entry.locators), (int)
                        Math.min(Peers.SILENT_SECONDS_MAX, Math.max(0, silent))));
            }
            if (entries.size() == Peers.ENTRIES_MAX) {
                pieces.add(new Peers(entries));
                entries.clear();
            }
        }
        if (!entries.isEmpty()) {
            pieces.add(new Peers(entries));
        }
        return pieces;
    }

    public long malformedCount() {
        return malformedCount;
    }

    public long foreignCount() {
        return foreignCount;
    }

    public long evictedCount() {
        return evictedCount;
    }

    // ------------------------------------------------------------------ the peer book

    private void hear(NodeId node, long incarnation, List<Locator> locators, Source source, long heardNanos) {
        // What others heard of it before the suspicion says nothing.
        Suspicion suspicion = suspects.get(node);
        if (suspicion != null && heardNanos >= suspicion.sinceNanos) {
            suspects.remove(node);
            toPing.remove(node);
        }
        Known entry = known.get(node);
        boolean fresh = entry == null;
        if (entry == null) {
            if (known.size() >= config.peersMax() && !evict() && !linked.contains(node)) {
                evictedCount++;
                return;
            }
            entry = new Known(node, source, heardNanos);
            known.put(node, entry);
            timers.armNoLater(Timer.EXPIRE, heardNanos + config.ttlSeconds() * SECOND + 1);
        }
        entry.heardNanos = Math.max(entry.heardNanos, heardNanos);
        if (incarnation > entry.incarnation) {
            entry.incarnation = incarnation;
            dialler.retry(node, heardNanos);
            if (!locators.isEmpty()) {
                entry.locators.clear();
            }
        }
        if (incarnation >= entry.incarnation || entry.locators.isEmpty()) {
            entry.add(locators);
        }
        if (source.compareTo(entry.source) > 0) {
            entry.source = source;
        }
        if (fresh) {
            out.discovered(
                    node, source.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
        }
    }

    /** Makes room by forgetting the node that beacons were silent about the longest. */
    private boolean evict() {
        Known oldest = null;
        for (Known entry : known.values()) {
            boolean weak = entry.source == Source.BEACON && !linked.contains(entry.node);
            if (weak && (oldest == null || entry.heardNanos < oldest.heardNanos)) {
                oldest = entry;
            }
        }
        if (oldest == null) {
            return false;
        }
        evictedCount++;
        forget(oldest.node, "there was no room");
        return true;
    }

    private void forget(NodeId node, String why) {
        if (known.remove(node) != null) {
            suspects.remove(node);
            toPing.remove(node);
            dialler.unwant(node);
            if (reached.containsValue(node)) {
                timers.armNoLater(Timer.EXPIRE, 0);
            }
            out.forgotten(node, why);
        }
    }

    /** What configuration names is dialled again when whoever was there is forgotten. */
    private void redialConfigured(long nowNanos) {
        for (Map.Entry<Locator, NodeId> entry : List.copyOf(reached.entrySet())) {
            if (!known.containsKey(entry.getValue())) {
                reached.remove(entry.getKey());
                dialler.want(entry.getKey(), nowNanos);
            }
        }
    }

    private void expire(long nowNanos) {
        long next = Deadlines.NEVER;
        for (Known entry : List.copyOf(known.values())) {
            if (linked.contains(entry.node) || entry.source == Source.HOST_DIRECTORY) {
                continue;
            }
            Suspicion suspicion = suspects.get(entry.node);
            long suspectUntil = suspicion == null ? Deadlines.NEVER : suspicion.untilNanos;
            long expiry = Math.min(suspectUntil, entry.heardNanos + config.ttlSeconds() * SECOND + 1);
            if (expiry <= nowNanos) {
                forget(
                        entry.node,
                        suspectUntil <= nowNanos
                                ? "it was suspected and did not answer"
                                : "it was silent for too long");
            } else {
                next = Math.min(next, expiry);
            }
        }
        redialConfigured(nowNanos);
        timers.armNoLater(Timer.EXPIRE, Math.min(next, nowNanos + config.ttlSeconds() * SECOND));
    }

    // ------------------------------------------------------------------ beacons

    private void announce(long nowNanos) {
        out.beacon(beacon(Beacon.Kind.BEACON, List.of()).encode(Beacon.BYTES_MAX));
        timers.disarm(Timer.ANNOUNCE);
        timers.arm(Timer.BEACON, nowNanos + beaconIntervalNanos);
    }

    /** Asks all who is there, at most once in 30 s; a question too early waits. */
    private void discover(long nowNanos) {
        if (nowNanos - lastDiscoveryNanos < config.discoveryPauseNanos()) {
            timers.armNoLater(Timer.DISCOVERY, lastDiscoveryNanos + config.discoveryPauseNanos());
            return;
        }
        lastDiscoveryNanos = nowNanos;
        out.beacon(beacon(Beacon.Kind.DISCOVERY, List.of()).encode(Beacon.BYTES_MAX));
        // A node that is alone goes on asking: the question or the answers may have been lost.
        if (linked.isEmpty()) {
            timers.arm(Timer.DISCOVERY, nowNanos + config.discoveryPauseNanos());
        }
    }

    private void ping(long nowNanos) {
        List<NodeId> asked = new ArrayList<>();
        while (asked.size() < Beacon.SUSPECTS_MAX && !toPing.isEmpty()) {
            asked.add(toPing.first());
            toPing.remove(toPing.first());
        }
        if (!asked.isEmpty()) {
            out.beacon(beacon(Beacon.Kind.PING, asked).encode(Beacon.BYTES_MAX));
            asked.forEach(node -> awaitAnswer(node, nowNanos));
        }
        if (!toPing.isEmpty()) {
            timers.armNoLater(Timer.PING, nowNanos + PING_PAUSE_NANOS);
        }
    }

    private void awaitAnswer(NodeId node, long nowNanos) {
        suspects.put(node, new Suspicion(nowNanos, nowNanos + ANSWER_WITHIN_NANOS));
        timers.armNoLater(Timer.EXPIRE, nowNanos + ANSWER_WITHIN_NANOS);
    }

    /** Everybody who hears the question suspects, so everybody is to hear the answer. */
    private void handlePing(List<NodeId> asked, String source, int questionBytes, long nowNanos) {
        if (asked.contains(self.node())) {
            long delayNanos = asked.size() == 1 ? 0 : prng.below(15 * SECOND);
            scheduleAnswer(source, Audience.ALL, questionBytes, nowNanos + delayNanos, nowNanos);
        }
        for (NodeId node : asked) {
            Suspicion suspicion = suspects.get(node);
            boolean isAsked = suspicion != null && suspicion.untilNanos != Deadlines.NEVER;
            if (known.containsKey(node) && !linked.contains(node) && !isAsked) {
                toPing.remove(node);
                awaitAnswer(node, nowNanos);
            }
        }
    }

    private void answerLater(String source, int questionBytes, long nowNanos) {
        long spread = known.size() <= FEW_PEERS ? 20 * MILLI : Math.min(2 * SECOND, known.size() * (5 * MILLI));
        scheduleAnswer(source, Audience.WHO_ASKED, questionBytes, nowNanos + prng.below(spread + 1), nowNanos);
    }

    /** An answer is no larger than its question, goes to one source once in 5 s, and to all at a bounded rate. */
    private void scheduleAnswer(String source, Audience audience, int questionBytes, long atNanos, long nowNanos) {
        while (!lately.isEmpty() && nowNanos - lately.element().getValue() >= 5 * SECOND) {
            lately.remove();
        }
        boolean answeredLately =
                lately.stream().anyMatch(entry -> entry.getKey().equals(source));
        refill(nowNanos);
        if (answeredLately
                || answerTokens == 0
                || answers.size() >= ANSWERS_MAX
                || questionBytes < Beacon.QUESTION_BYTES) {
            return;
        }
        answerTokens--;
        lately.add(Map.entry(source, nowNanos));
        answers.add(new Answer(atNanos, answerCount++, source, audience));
        timers.armNoLater(Timer.ANSWER, atNanos);
    }

    private void refill(long nowNanos) {
        long earned = (nowNanos - answerTokenNanos) / ANSWER_TOKEN_NANOS;
        answerTokens = (int) Math.min(ANSWER_TOKENS_MAX, answerTokens + earned);
        answerTokenNanos += earned * ANSWER_TOKEN_NANOS;
    }

    private void answerDue(long nowNanos) {
        while (!answers.isEmpty() && answers.first().atNanos() <= nowNanos) {
            Answer answer = answers.first();
            answers.remove(answer);
            ByteView datagram = beacon(Beacon.Kind.BEACON, List.of()).encode(Beacon.QUESTION_BYTES);
            switch (answer.audience()) {
                case WHO_ASKED -> out.beaconTo(answer.source(), datagram);
                case ALL -> out.beacon(datagram);
            }
        }
        if (!answers.isEmpty()) {
            timers.armNoLater(Timer.ANSWER, answers.first().atNanos());
        }
    }

    private Beacon beacon(Beacon.Kind kind, List<NodeId> asked) {
        return new Beacon(
                kind,
                self.meshHash(),
                self.node(),
                self.incarnation(),
                known.size(),
                config.ttlSeconds(),
                ownLocators.subList(0, Math.min(Beacon.LOCATORS_MAX, ownLocators.size())),
                asked);
    }
}
