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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who exists and how to reach them: hands what beacons, the host directory, configuration, memory and neighbors tell
 * to the {@link PeerBook}, and what follows from it to the {@link Beacons}, the {@link Suspicions} and the
 * {@link Dialler}. Nodes that there is a link to are none of its business but for their locators.
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

    private static final long SECOND = 1_000_000_000L;
    private static final long SUSPECT_GRACE_NANOS = 3 * SECOND;

    /** Anybody can send a beacon in another's name; longer than news of the departed are under way. */
    private static final long UNPROVEN_GOODBYE_NANOS = 30 * SECOND;

    private final Self self;
    private final DiscoveryConfig config;
    private final Output out;
    private final PeerBook book;
    private final Beacons beacons;
    private final Suspicions suspicions = new Suspicions(new SuspicionsOutput());
    private final Dialler dialler;
    private final ConfiguredLocators configured;
    private final Exchange exchange;
    private long malformedCount;
    private long foreignCount;
    /** This node says good-bye itself: links that end now say nothing of the others. */
    private boolean leaving;

    public Discovery(Self self, DiscoveryConfig config, Prng prng, Output out) {
        this.self = self;
        this.config = config;
        this.out = out;
        this.book = new PeerBook(config, new BookOutput());
        this.beacons = new Beacons(self, config, prng, book, new BeaconsOutput());
        this.dialler = new Dialler(config, prng.fork(1), new DiallerOutput());
        this.configured = new ConfiguredLocators(dialler);
        this.exchange = new Exchange(book);
    }

    // ------------------------------------------------------------------ what comes in

    public void start(List<Locator> locators, long nowNanos) {
        beacons.start(locators, nowNanos);
    }

    /** Where this node can be reached has changed: told to all within this turn. */
    public void locatorsChanged(List<Locator> locators, long nowNanos) {
        beacons.locatorsChanged(locators, nowNanos);
    }

    /** Says good-bye. */
    public void leave() {
        leaving = true;
        beacons.leave();
    }

    /** One that somebody with the key of the mesh has sent. */
    public void handleBeacon(ByteView datagram, String source, long nowNanos) {
        handleBeacon(datagram, source, Source.BEACON, nowNanos);
    }

    /** One that anybody may have sent, where the mesh has no key: it can add to what is known, and take nothing away. */
    public void handleOpenBeacon(ByteView datagram, String source, long nowNanos) {
        handleBeacon(datagram, source, Source.OPEN_BEACON, nowNanos);
    }

    private void handleBeacon(ByteView datagram, String source, Source proof, long nowNanos) {
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
        switch (beacon.kind()) {
            case BEACON -> hear(beacon, proof, nowNanos);
            case DISCOVERY -> {
                hear(beacon, proof, nowNanos);
                beacons.handleDiscovery(source, datagram.length(), nowNanos);
            }
            case PING -> {
                hear(beacon, proof, nowNanos);
                handlePing(beacon.suspects(), source, proof, datagram.length(), nowNanos);
            }
            case LEAVE -> handleLeave(beacon, proof, nowNanos);
        }
    }

    private void handlePing(List<NodeId> asked, String source, Source proof, int questionBytes, long nowNanos) {
        if (asked.contains(self.node())) {
            beacons.handleQuestionAboutSelf(asked.size(), source, questionBytes, nowNanos);
        }
        for (NodeId node : asked) {
            if (book.find(node).filter(entry -> mayTakeAway(proof, entry)).isPresent() && !book.isLinked(node)) {
                suspicions.askedByOthers(node, nowNanos);
            }
        }
    }

    /** Who is known by more than beacons is not forgotten for a beacon of which nobody knows whose it is. */
    private static boolean mayTakeAway(Source proof, Known entry) {
        return proof == Source.BEACON || entry.isOfBeaconsAlone();
    }

    private void handleLeave(Beacon beacon, Source proof, long nowNanos) {
        // A linked node says so over its link as well, and that cannot be forged.
        Optional<Known> entry = book.find(beacon.node()).filter(known -> mayTakeAway(proof, known));
        if (entry.isEmpty() || book.isLinked(beacon.node())) {
            return;
        }
        long life = Math.max(entry.get().incarnation, entry.get().claimedIncarnation);
        if (beacon.incarnation() >= life) {
            book.goodbye(beacon.node(), life, nowNanos + UNPROVEN_GOODBYE_NANOS);
        }
    }

    /** A member has said that this life of it ends: whoever tells of that life later is not up to date. */
    public void handleGoodbye(NodeId node, long incarnation) {
        if (!leaving) {
            book.goodbye(node, incarnation, Deadlines.NEVER);
        }
    }

    /** The same, said as the last word over its link. */
    public void handleLinkGoodbye(NodeId node) {
        book.linkedIncarnation(node).ifPresent(incarnation -> handleGoodbye(node, incarnation));
    }

    public void handlePeers(Peers peers, long nowNanos) {
        for (Peers.Entry entry : peers.entries()) {
            if (!entry.node().equals(self.node()) && entry.silentSeconds() < config.ttlSeconds()) {
                long heardNanos = nowNanos - entry.silentSeconds() * SECOND;
                hear(new PeerBook.Heard(
                        entry.node(), entry.incarnation(), entry.locators(), Source.EXCHANGE, heardNanos));
            }
        }
    }

    public void handleHostEntry(NodeId node, long incarnation, List<Locator> locators, long nowNanos) {
        if (!node.equals(self.node())) {
            hear(new PeerBook.Heard(node, incarnation, locators, Source.HOST_DIRECTORY, nowNanos));
        }
    }

    public void handleHostEntryGone(NodeId node) {
        boolean onlyThere = book.find(node)
                .filter(entry -> entry.source == Source.HOST_DIRECTORY)
                .isPresent();
        if (onlyThere && !book.isLinked(node)) {
            book.forget(node, "its process has ended");
        }
    }

    /** A member of the mesh says where it can be reached. */
    public void handleRecord(NodeId node, long incarnation, List<Locator> locators, long nowNanos) {
        hear(new PeerBook.Heard(node, incarnation, locators, Source.EXCHANGE, nowNanos));
    }

    /** Nothing is announced of a node any more. */
    public void handleRecordGone(NodeId node) {
        if (book.isKnown(node)) {
            exchange.stranger(node);
        }
    }

    /** Nodes of an earlier run. */
    public void remember(NodeId node, List<Locator> locators, long nowNanos) {
        if (!node.equals(self.node())) {
            hear(new PeerBook.Heard(node, 0, locators, Source.REMEMBERED, nowNanos));
        }
    }

    /** A locator that configuration names: dialled until a link comes of it, and again when that is lost. */
    public void addConfigured(Locator locator, long nowNanos) {
        configured.add(locator, nowNanos);
    }

    /** Configuration's locator leads to this very node. */
    public void dropConfigured(Locator locator) {
        configured.drop(locator);
    }

    /** Configuration's locator has led to a node: it rests until that node is lost. */
    public void configuredReached(Locator locator, NodeId node) {
        configured.reached(locator, node);
    }

    /** The nodes that were dialled at all their locators in vain since the last time. */
    public List<NodeId> takeUnreachable() {
        return dialler.takeUnreachable();
    }

    public void want(NodeId node, long nowNanos) {
        if (!book.isLinked(node)) {
            book.find(node).ifPresent(entry -> {
                dialler.want(node, entry.locators, nowNanos);
                dialler.wantOpen(node, entry.candidates, nowNanos);
            });
        }
    }

    /** The nodes that are wanted and not linked yet. */
    public List<NodeId> wantedNodes() {
        return dialler.wantedNodes();
    }

    public void unwant(NodeId node) {
        dialler.unwant(node);
    }

    public void handleDialFailed(long number, long nowNanos) {
        dialler.handleFailed(number, nowNanos);
    }

    public void handleLinkUp(
            NodeId node, long incarnation, List<Locator> locators, Optional<Locator> used, long nowNanos) {
        book.linked(node, incarnation);
        suspicions.clear(node);
        dialler.unwant(node);
        hear(new PeerBook.Heard(node, incarnation, locators, Source.EXCHANGE, nowNanos));
        used.ifPresent(locator -> book.worked(node, locator));
    }

    public void handleLinkDown(NodeId node, long nowNanos) {
        book.unlinked(node, nowNanos);
        if (book.isLonely()) {
            beacons.lonely(nowNanos);
            configured.lonely(nowNanos);
        }
    }

    /** A dial or a send to the node has failed: it is asked for, and forgotten where it does not answer. */
    public void suspect(NodeId node, long nowNanos) {
        boolean silent = book.find(node)
                .filter(entry -> nowNanos - entry.heardNanos >= SUSPECT_GRACE_NANOS)
                .isPresent();
        if (silent && !book.isLinked(node)) {
            suspicions.suspect(node, nowNanos);
        }
    }

    public void handleTime(long nowNanos) {
        beacons.handleTime(nowNanos);
        suspicions.handleTime(nowNanos);
        book.handleTime(nowNanos);
        exchange.handleTime(nowNanos);
        dialler.handleTime(nowNanos);
    }

    public long nextDeadlineNanos() {
        long speaking = Math.min(beacons.nextDeadlineNanos(), suspicions.nextDeadlineNanos());
        long knowing = Math.min(book.nextDeadlineNanos(), exchange.nextDeadlineNanos());
        return Math.min(Math.min(speaking, knowing), dialler.nextDeadlineNanos());
    }

    // ------------------------------------------------------------------ questions

    /** The nodes that may be dialled or are linked, in order of id; the same list until one comes or goes. */
    public List<NodeId> nodes() {
        return book.nodes();
    }

    public int knownCount() {
        return book.size();
    }

    public List<Locator> locatorsOf(NodeId node) {
        List<Locator> all = new ArrayList<>();
        book.find(node).ifPresent(entry -> {
            all.addAll(entry.locators);
            all.addAll(entry.candidates);
        });
        return all;
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
        return exchange.all(neighbor, announced, nowNanos);
    }

    /** What has lately changed and is to be told to every neighbor now. */
    public Optional<Peers> takeNews(Predicate<NodeId> announced, long nowNanos) {
        return exchange.takeNews(announced, nowNanos);
    }

    public long malformedCount() {
        return malformedCount;
    }

    public long foreignCount() {
        return foreignCount;
    }

    /** Dials that were not made, for open beacons alone lead there and their address has had one. */
    public long dialsRefusedCount() {
        return dialler.refusedCount();
    }

    public long evictedCount() {
        return book.evictedCount();
    }

    // ------------------------------------------------------------------ between the parts

    private void hear(Beacon beacon, Source proof, long nowNanos) {
        hear(new PeerBook.Heard(beacon.node(), beacon.incarnation(), beacon.locators(), proof, nowNanos));
    }

    private void hear(PeerBook.Heard heard) {
        suspicions.heard(heard.node(), heard.atNanos());
        book.hear(heard);
    }

    private final class BookOutput implements PeerBook.Output {
        @Override
        public void discovered(NodeId node, Source source) {
            exchange.stranger(node);
            out.discovered(node, source.words);
        }

        @Override
        public void changed(NodeId node) {
            exchange.changed(node);
        }

        @Override
        public void livesAnew(NodeId node, long nowNanos) {
            dialler.retry(node, nowNanos);
        }

        @Override
        public void forgotten(NodeId node, String why) {
            exchange.forgotten(node);
            suspicions.clear(node);
            dialler.unwant(node);
            configured.forgotten(node);
            out.forgotten(node, why);
        }
    }

    private final class SuspicionsOutput implements Suspicions.Output {
        @Override
        public void ask(List<NodeId> suspects) {
            beacons.ask(suspects);
        }

        @Override
        public void unanswered(NodeId node) {
            // A process that the host directory lists lives, whatever it does not hear.
            boolean listed = book.find(node)
                    .filter(entry -> entry.source == Source.HOST_DIRECTORY)
                    .isPresent();
            if (!listed) {
                book.forget(node, "it was suspected and did not answer");
            }
        }
    }

    private final class BeaconsOutput implements Beacons.Output {
        @Override
        public void beacon(ByteView datagram) {
            out.beacon(datagram);
        }

        @Override
        public void beaconTo(String source, ByteView datagram) {
            out.beaconTo(source, datagram);
        }
    }

    private final class DiallerOutput implements Dialler.Output {
        @Override
        public void dial(long number, Locator locator, Optional<NodeId> expected) {
            out.dial(number, locator, expected);
        }

        @Override
        public void cancel(long number) {
            out.cancel(number);
        }
    }
}
