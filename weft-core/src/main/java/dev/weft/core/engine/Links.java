package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.DeadlineIndex;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.LongTable;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.forward.Rates;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Connection;
import dev.weft.core.link.Link;
import dev.weft.core.link.LinkConfig;
import dev.weft.core.link.LinkStatistics;
import dev.weft.core.link.LinkTable;
import dev.weft.core.link.LinkTerms;
import dev.weft.core.link.LocalNode;
import dev.weft.core.link.ShutOut;
import dev.weft.core.link.Spreading;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.EncodedFrame;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import dev.weft.core.wire.WireReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this node, a link machine each, and which of them stands for which neighbor. What a frame that comes
 * is about is decided here, when it is read by {@link Intake}, when what goes is sent by {@link Outlet}. What a link
 * reports during a turn is handed on after it, so no machine is entered twice.
 *
 * <p>Called by {@link Engine} alone.
 */
final class Links {
    /** Whom a frame is for: what a switch over types yields, so that no type can be left out of it. */
    enum Business {
        OF_LINK,
        OF_NODE
    }

    /** What the engine learns. */
    interface Output {
        /** A neighbor is there, or is there by a better connection than before. */
        void neighborUp(long connection, LinkTerms terms, Optional<Locator> locator, long nowNanos);

        /** The last link to a neighbor has gone. */
        void neighborDown(NodeId neighbor, CloseReason reason, String text, long nowNanos);

        /** A connection ended before it was a link. */
        void notLinked(long connection, Optional<NodeId> peer, CloseReason reason, String text, long nowNanos);

        void spreading(NodeId neighbor, Spreading theirs, long nowNanos);

        void roundTrip(NodeId neighbor, long leastNanos, long nowNanos);

        /** The other end wants the link, or does not want it any more. */
        void interestChanged(NodeId neighbor, long nowNanos);

        /** A frame that is not the link's own business, over a link that is up. */
        void frame(NodeId neighbor, FrameType type, WireReader in, long nowNanos) throws MalformedFrame;

        /** Who may be a neighbor beyond what the link table demands. */
        Optional<Close> refuse(Hello theirs);
    }

    /** The most connections that others have opened and that are no links yet; one more ends the oldest. */
    static final int HALF_OPEN_MAX = 256;

    /** How long a neighbor stays one while its link gives way to a better one: some round trips of a handshake. */
    static final long CHANGE_NANOS = 1_000_000_000L;

    private final LinkConfig config;
    private final LocalNode self;
    private final Function<NodeId, Spreading> spreading;
    private final Output out;
    private final LinkTable table;
    private final LongTable<Member> members = new LongTable<>();
    private final LinkedHashMap<NodeId, Member> standing = new LinkedHashMap<>();
    private final DeadlineIndex deadlines = new DeadlineIndex();
    private final Intake intake;
    private final Outlet outlet;
    private long overLimitCount;
    private long overBudgetCount;

    /** Neighbors whose link the other end has given up for a better one that is not up here yet, and since when. */
    private final LinkedHashMap<NodeId, Long> changing = new LinkedHashMap<>();

    /** Connections that others have opened and that are no links yet. */
    private final TreeSet<Long> halfOpen = new TreeSet<>();

    private final ShutOut shutOut = new ShutOut();
    private final Refusals refusals = new Refusals();
    private final ArrayDeque<Runnable> reports = new ArrayDeque<>();
    private long nowNanos;
    /** Of all links that there have been. */
    private final LinkStatistics.Drops drops = new LinkStatistics.Drops();

    private long malformedCount;
    private long turnedOutCount;
    private boolean reporting;

    Links(
            LinkConfig config,
            LocalNode self,
            LinkQueue.Bounds bounds,
            Rates rates,
            int linksMax,
            Function<NodeId, Spreading> spreading,
            Output out) {
        this.config = config;
        this.self = self;
        this.intake = new Intake(bounds, rates.receive());
        this.outlet = new Outlet(bounds, rates);
        this.spreading = spreading;
        this.out = out;
        this.table = new LinkTable(linksMax);
    }

    /** One connection and what belongs to it. */
    private final class Member implements Link.Output, Link.Admission {
        private final long number;
        private final Optional<Locator> locator;
        private final Link link;
        private final LinkStatistics statistics = new LinkStatistics(nowNanos, drops);
        private final Outlet.Lane lane;
        private @Nullable NodeId peer;
        private Interest ourInterest = Interest.WANTED;

        private Member(long number, Connection connection, List<Locator> ownLocators) {
            this.number = number;
            this.locator = connection.observed();
            this.lane = outlet.open(number, statistics);
            this.link = new Link(config, self, ownLocators, connection, this, this::toTell, this);
        }

        @Override
        public Optional<Close> refuse(Link asking, Hello theirs, long now) {
            return shutOut.refuse(theirs.node(), now)
                    .or(() -> out.refuse(theirs))
                    .or(() -> counted(table.refuse(asking, theirs, now)));
        }

        private Optional<Close> counted(Optional<Close> refusal) {
            refusal.filter(close -> close.reason() == CloseReason.LIMIT).ifPresent(close -> overLimitCount++);
            return refusal;
        }

        @Override
        public void send(Frame frame) {
            lane.offer(frame, LinkQueue.Urgency.LINK, nowNanos);
        }

        private boolean hasEnded() {
            return link.phase() == Link.Phase.CLOSED;
        }

        @Override
        public void up(LinkTerms terms) {
            NodeId node = terms.peer().node();
            peer = node;
            lane.frameBytesMax(terms.frameBytesMax());
            halfOpen.remove(number);
            standing.put(node, this);
            reports.add(() -> {
                table.up(link);
                changing.remove(node);
                if (!hasEnded()) {
                    out.neighborUp(number, terms, locator, nowNanos);
                }
            });
        }

        @Override
        public void closed(CloseReason reason, String text, Link.Side side) {
            lane.end(nowNanos);
            halfOpen.remove(number);
            Assurance assurance = link.connection().assurance();
            Optional<NodeId> known = assurance.node().or(() -> link.peer().map(Hello::node));
            // In plain anybody could have a node shut out by taking its name.
            if (assurance.vouches() && ShutOut.isOffence(reason, side)) {
                known.ifPresent(offender -> shutOut.handleOffence(offender, reason + ": " + text, nowNanos));
            }
            refusals.add(new Refusal(nowNanos, known, locator, reason, text, side));
            NodeId node = peer;
            reports.add(() -> {
                table.remove(link);
                if (node == null) {
                    out.notLinked(number, known, reason, text, nowNanos);
                } else if (standing.get(node) == this) {
                    standing.remove(node);
                    if (reason == CloseReason.DUPLICATE_LINK && isGreeting(node)) {
                        changing.putIfAbsent(node, nowNanos);
                    } else {
                        changing.remove(node);
                        out.neighborDown(node, reason, text, nowNanos);
                    }
                }
            });
        }

        @Override
        public void interest(Interest theirs) {
            NodeId node = peer;
            if (node != null) {
                reports.add(() -> out.interestChanged(node, nowNanos));
            }
        }

        private boolean isUnwanted() {
            return ourInterest == Interest.UNWANTED && link.theirInterest() == Interest.UNWANTED;
        }

        private Spreading toTell() {
            return spreading.apply(Objects.requireNonNull(peer, "no Ping before the link is up"));
        }

        @Override
        public void spreading(Spreading theirs) {
            NodeId node = peer;
            if (node != null) {
                reports.add(() -> out.spreading(node, theirs, nowNanos));
            }
        }

        @Override
        public void rtt(long leastNanos) {
            NodeId node = peer;
            if (node != null) {
                reports.add(() -> out.roundTrip(node, leastNanos, nowNanos));
            }
        }
    }

    /** Whether a connection to the node is about to be a link. */
    private boolean isGreeting(NodeId node) {
        for (Member member : members.all()) {
            boolean isTheirs = member.link.peer().map(Hello::node).equals(Optional.of(node));
            if (isTheirs && !member.hasEnded() && !member.link.isUp()) {
                return true;
            }
        }
        return false;
    }

    /** The better link has not come. */
    private void endChanges(long now) {
        if (changing.isEmpty()) {
            return;
        }
        for (NodeId node : List.copyOf(changing.keySet())) {
            if (now - changing.getOrDefault(node, now) >= CHANGE_NANOS) {
                changing.remove(node);
                out.neighborDown(
                        node, CloseReason.DUPLICATE_LINK, "the link that was to take its place did not come up", now);
            }
        }
    }

    // ------------------------------------------------------------------ inputs

    void open(long number, Connection connection, List<Locator> ownLocators, long now) {
        nowNanos = now;
        Member member = new Member(number, connection, ownLocators);
        members.put(number, member);
        member.link.start(now);
        if (connection.direction() == Connection.Direction.ACCEPTED && !member.hasEnded()) {
            halfOpen.add(number);
        }
        touched(member);
        makeRoom();
    }

    private void makeRoom() {
        while (halfOpen.size() > HALF_OPEN_MAX) {
            Member oldest = members.find(halfOpen.first());
            halfOpen.remove(halfOpen.first());
            if (oldest != null) {
                turnedOutCount++;
                oldest.link.close(CloseReason.LIMIT, "too many handshakes are under way");
                touched(oldest);
            }
        }
    }

    void handleFrame(long number, ByteView frame, long now) {
        nowNanos = now;
        Member member = members.find(number);
        if (member == null) {
            return;
        }
        member.statistics.received(frame.length(), now);
        try {
            if (!member.link.isUp()) {
                // The rate is the members': who is none yet takes nothing of it, whatever he sends.
                read(member, frame, now);
            } else {
                switch (intake.admit(number, frame, now)) {
                    case READ -> read(member, frame, now);
                    case WAITS -> {}
                    case REFUSED -> member.statistics.dropped(LinkStatistics.Drop.QUEUE_FULL);
                }
            }
        } catch (MalformedFrame malformed) {
            handleMalformed(member, malformed);
        }
        touched(member);
    }

    /** What a neighbor has sent turns out to be unreadable after its frame was read. */
    void handleMalformed(NodeId neighbor, MalformedFrame malformed, long now) {
        nowNanos = now;
        Member member = standing.get(neighbor);
        if (member != null) {
            handleMalformed(member, malformed);
            touched(member);
        }
    }

    /** A neighbor has done what nobody does who keeps to the protocol; it is shut out for a while. */
    void accuse(NodeId neighbor, String why, long now) {
        nowNanos = now;
        Member member = standing.get(neighbor);
        if (member != null) {
            member.link.close(CloseReason.PROTOCOL_VIOLATION, why);
            touched(member);
        }
    }

    /** A neighbor says so much more than one who keeps to the protocol that it is shut out for a while. */
    void overBudget(NodeId neighbor, String why, long now) {
        nowNanos = now;
        Member member = standing.get(neighbor);
        if (member != null) {
            overBudgetCount++;
            member.link.close(CloseReason.OVER_BUDGET, why);
            touched(member);
        }
    }

    private void handleMalformed(Member member, MalformedFrame malformed) {
        malformedCount++;
        member.statistics.dropped(LinkStatistics.Drop.MALFORMED);
        member.link.handleMalformed(malformed);
    }

    /** Reads what has waited, as the rate allows. */
    private void release(long now) {
        for (Intake.Released next = intake.poll(now); next != null; next = intake.poll(now)) {
            Member member = members.find(next.connection());
            if (member != null) {
                try {
                    read(member, next.frame(), now);
                } catch (MalformedFrame malformed) {
                    handleMalformed(member, malformed);
                }
                touched(member);
            }
        }
    }

    private void read(Member member, ByteView frame, long now) throws MalformedFrame {
        WireReader in = new WireReader(frame);
        FrameType type = FrameType.decode(in);
        Link link = member.link;
        Business business = switch (type) {
            case HELLO -> {
                link.handleHello(Hello.decode(in), now);
                yield Business.OF_LINK;
            }
            case ACCEPT -> {
                link.handleAccept(Accept.decode(in), now);
                yield Business.OF_LINK;
            }
            case CLOSE -> {
                link.handleClose(Close.decode(in));
                yield Business.OF_LINK;
            }
            case PING -> {
                link.handlePing(Ping.decode(in), now);
                yield Business.OF_LINK;
            }
            case PONG -> {
                link.handlePong(Pong.decode(in), now);
                yield Business.OF_LINK;
            }
            case PEERS,
                    FLOOD,
                    FLOOD_ACK,
                    DIGEST,
                    REVOKED,
                    FLOOD_WANT,
                    CAST_HEARD,
                    DATA,
                    ACK,
                    ADVANCE,
                    ROUTE_ERROR,
                    PROBE,
                    PROBE_REPLY,
                    RESET,
                    ABORT,
                    SEALED,
                    SEALED_CONTROL,
                    SEAL_ANSWER,
                    GROUP_DATA,
                    GROUP_ACK,
                    GROUP_KEY,
                    GROUP_KEY_WANT,
                    GROUP_ADVANCE -> Business.OF_NODE;
        };
        if (business == Business.OF_NODE) {
            link.handleTraffic(now);
            handOn(member, type, in, now);
        }
    }

    private void handOn(Member member, FrameType type, WireReader in, long now) throws MalformedFrame {
        NodeId peer = member.peer;
        if (member.link.isUp() && peer != null) {
            out.frame(peer, type, in, now);
        } else {
            member.statistics.dropped(LinkStatistics.Drop.NOT_UP);
        }
    }

    /** @param why what the carrier knows of it, for people */
    void handleCarrierLost(long number, String why, long now) {
        nowNanos = now;
        Member member = members.remove(number);
        if (member != null) {
            halfOpen.remove(number);
            deadlines.update(number, Deadlines.NEVER);
            member.link.carrierLost(why);
            intake.forget(number);
            outlet.forget(number);
            report();
        }
    }

    void handleTime(long now) {
        nowNanos = now;
        boolean isAwake = false;
        for (Long number = deadlines.pollDue(now); number != null; number = deadlines.pollDue(now)) {
            Member member = members.find(number);
            if (member != null) {
                isAwake = true;
                member.link.handleTime(now);
                touched(member);
            }
        }
        if (isAwake) {
            for (Member member : List.copyOf(standing.values())) {
                if (member.link.handleCompany(now)) {
                    touched(member);
                }
            }
        }
        outlet.handleTime(now);
        release(now);
        endChanges(now);
    }

    long nextDeadlineNanos() {
        long next = Math.min(deadlines.nextNanos(), outlet.nextNanos());
        if (!changing.isEmpty()) {
            next = Math.min(next, changing.values().iterator().next() + CHANGE_NANOS);
        }
        return Math.min(next, intake.nextNanos(nowNanos));
    }

    // ------------------------------------------------------------------ commands

    LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency, long now) {
        nowNanos = now;
        Member member = standing.get(neighbor);
        return member == null ? LinkQueue.Taken.FULL : member.lane.offer(frame, urgency, now);
    }

    /** Whether how fast data goes to a neighbor is bounded. */
    boolean isPaced(NodeId neighbor) {
        Member member = standing.get(neighbor);
        return intake.isLimited() || outlet.isLimited() || member != null && member.lane.isLimited();
    }

    /** What a neighbor says it can take, in bits per second; 0 where it does not say. */
    void receives(NodeId neighbor, long bitsPerSecond) {
        Member member = standing.get(neighbor);
        if (member != null) {
            member.lane.receives(bitsPerSecond);
        }
    }

    void want(NodeId neighbor, Interest interest, long now) {
        nowNanos = now;
        Member member = standing.get(neighbor);
        if (member != null) {
            member.ourInterest = interest;
            member.link.want(interest, now);
            touched(member);
        }
    }

    /** True where neither end wants the link any more. */
    boolean isUnwanted(NodeId neighbor) {
        Member member = standing.get(neighbor);
        return member != null && member.isUnwanted();
    }

    void closeUnwanted(NodeId neighbor, long now) {
        nowNanos = now;
        Member member = standing.get(neighbor);
        if (member != null) {
            member.link.close(CloseReason.NOT_NEEDED, "neither node needs the link");
            touched(member);
        }
    }

    /** Ends one dial whose result is not wanted any more; one that may become the link is left alone. */
    void cancel(long number, long now) {
        nowNanos = now;
        Member member = members.find(number);
        if (member != null && member.link.phase() == Link.Phase.GREETING) {
            member.link.close(CloseReason.NOT_NEEDED, "another way was faster");
            touched(member);
        }
    }

    /** This node's keys of the mesh or its credential have changed. */
    void keysChanged(long now) {
        nowNanos = now;
        for (Member member : members.all()) {
            member.link.keysChanged(now);
            touched(member);
        }
    }

    /** The authority's word has changed, or time has passed. */
    void review(long now) {
        nowNanos = now;
        for (Member member : members.all()) {
            member.link.review(now);
            touched(member);
        }
    }

    void closeAll(CloseReason reason, String text, long now) {
        nowNanos = now;
        for (Member member : members.all()) {
            member.link.close(reason, text);
            touched(member);
        }
    }

    // ------------------------------------------------------------------ the carrier's side

    @Nullable
    EncodedFrame poll(long number, long now) {
        nowNanos = now;
        return outlet.poll(number, now);
    }

    /** True when the connection is of no more use and all that was to be said has been taken out, or waits in vain. */
    boolean isToClose(long number) {
        return outlet.isOver(number, nowNanos);
    }

    void forget(long number) {
        members.remove(number);
        halfOpen.remove(number);
        intake.forget(number);
        outlet.forget(number);
        deadlines.update(number, Deadlines.NEVER);
    }

    long[] pending() {
        return outlet.pending();
    }

    // ------------------------------------------------------------------ questions

    /** Whether a connection is a link by now. */
    boolean isLink(long number) {
        Member member = members.find(number);
        return member != null && member.link.isUp();
    }

    boolean isUp(NodeId neighbor) {
        return standing.containsKey(neighbor);
    }

    /** In order of id. */
    List<NodeId> neighbors() {
        List<NodeId> neighbors = new ArrayList<>(standing.keySet());
        neighbors.sort(Comparator.naturalOrder());
        return neighbors;
    }

    int neighborCount() {
        return standing.size();
    }

    Refusals refusals() {
        return refusals;
    }

    int halfOpenCount() {
        return halfOpen.size();
    }

    /** Handshakes that were ended to make room for later ones. */
    long turnedOutCount() {
        return turnedOutCount;
    }

    long shutOutCount() {
        return shutOut.count();
    }

    /** Links that were ended because the neighbor said too much. */
    long overBudgetCount() {
        return overBudgetCount;
    }

    /** Nodes that were not let in because there were too many links. */
    long overLimitCount() {
        return overLimitCount;
    }

    void countDrops(TreeMap<String, Long> counters) {
        for (LinkStatistics.Drop reason : LinkStatistics.Drop.values()) {
            String name = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
            counters.put("link.dropped-" + name, drops.of(reason));
        }
    }

    void countRates(TreeMap<String, Long> counters) {
        counters.put("rate.send-waits", outlet.waitedCount());
        counters.put("rate.receive-waits", intake.waitedCount());
    }

    long malformedCount() {
        return malformedCount;
    }

    List<LinkReport> reports() {
        List<LinkReport> all = new ArrayList<>();
        for (NodeId neighbor : neighbors()) {
            Member member = Objects.requireNonNull(standing.get(neighbor));
            all.add(new LinkReport(
                    neighbor,
                    member.locator,
                    member.link.roundTrip().smoothedNanos(),
                    member.link.roundTrip().minimumNanos(),
                    member.link.roundTrip().variationNanos(),
                    member.link.clockOffset().offsetNanos(),
                    member.link.clockOffset().driftPartsPerBillion(),
                    member.statistics.snapshot(member.lane.waiting(), nowNanos)));
        }
        return all;
    }

    private void touched(Member member) {
        report();
        if (members.find(member.number) == member) {
            deadlines.update(member.number, member.link.nextDeadlineNanos());
        }
    }

    /** Reports may lead to commands, whose reports queue up behind. */
    private void report() {
        if (reporting) {
            return;
        }
        reporting = true;
        try {
            for (Runnable report = reports.poll(); report != null; report = reports.poll()) {
                report.run();
            }
        } finally {
            reporting = false;
        }
    }
}
