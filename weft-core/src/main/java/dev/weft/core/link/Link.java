package dev.weft.core.link;

import dev.weft.Locator;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.InvariantError;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection to another node, from the first Hello to the last Close. Works alike over carriers that keep
 * order and carriers that lose, duplicate and reorder; all it asks of a carrier is that frames of one connection reach
 * that connection only.
 *
 * <p>Owned by the engine, one per connection, and used on its thread. The owner calls, in this order:
 * <ol>
 *   <li>{@link #start}, once;
 *   <li>{@code handleHello … handlePong} for the frames of that name, {@link #handleTraffic} for each other frame
 *       (which it drops unless {@link #isUp}), {@link #handleMalformed} for what could not be read;
 *   <li>{@link #handleTime} when {@link #nextDeadlineNanos} has come, and {@link #handleCompany} when other links of the node
 *       had something to do at that time;
 *   <li>{@link #carrierLost} when the connection below breaks, {@link #close} to end it.
 * </ol>
 * After {@link Output#closed} the carrier may be closed too. A carrier of datagrams should keep the link for some ten
 * seconds instead: it then tells a peer that missed the Close once more.
 *
 * <pre>
 *   dialled:   NEW --> GREETING ---their Hello---> CONFIRMING --their Accept--> UP --> CLOSED
 *   accepted:  NEW --> LISTENING --their Hello---> CONFIRMING --their Accept--> UP --> CLOSED
 * </pre>
 * The end that was dialled stays quiet until it hears a Hello, so a stranger who knocks learns nothing. Each Hello is
 * repeated until the peer's Accept is there; each repeated Hello is answered with Accept.
 */
public final class Link {
    /** Where in its life a link is. Every state but the last may end in CLOSED. */
    public enum Phase {
        /** Not started. */
        NEW,
        /** We dialled and said Hello. Until here a dial can be given up without regard to the peer. */
        GREETING,
        /** We were dialled and wait for a Hello. */
        LISTENING,
        /** We accepted the peer's Hello and wait for it to accept ours. */
        CONFIRMING,
        /** Both accepted. */
        UP,
        CLOSED;

        boolean mayBecome(Phase next) {
            return switch (next) {
                case NEW -> false;
                case GREETING, LISTENING -> this == NEW;
                case CONFIRMING -> this == GREETING || this == LISTENING;
                case UP -> this == CONFIRMING;
                case CLOSED -> this != CLOSED;
            };
        }
    }

    /** Who ended a link. */
    public enum Side {
        OURS,
        THEIRS,
        /** Neither: the connection below broke. */
        CARRIER
    }

    /** What a link wants and reports. Called last in each step, and may not call back in. */
    public interface Output {
        /** To be sent at once, ahead of all data. */
        void send(Frame frame);

        void up(LinkTerms terms);

        /** Reported once; both ends show the same reason and text unless the Close was lost. */
        void closed(CloseReason reason, String text, Side side);

        /** Whether the peer still wants the link; reported when it changes, WANTED at first. */
        void interest(Interest theirs);

        /** What the peer says of flooding, with each of its Pings. */
        void spreading(Spreading theirs);

        /** The least of the latest round trips, with each answer: how far the other end is, whatever is under way. */
        void rtt(long leastNanos);
    }

    /** Whether a node may be our neighbor over this link: {@link LinkTable}, and what else the owner demands. */
    public interface Admission {
        /**
         * Asked once, before the Hello is accepted. May close other links, not this one.
         */
        Optional<Close> refuse(Link link, Hello theirs, long nowNanos);
    }

    private enum Timer {
        HANDSHAKE,
        HELLO,
        PROOF
    }

    /** How long a peer may take to follow a change of keys. */
    private static final long PROOF_GRACE_NANOS = 2_000_000_000L;

    private final LinkConfig config;
    private final LocalNode self;
    private final Connection connection;
    private final Hello greeting;
    private final Admission admission;
    private final Supplier<Spreading> spreading;
    private final Output output;

    private final Deadlines<Timer> timers = new Deadlines<>(Timer.class);
    private final Pings pings;
    private final Vetting vetting;

    private Phase phase = Phase.NEW;
    private @Nullable Hello peer;
    private @Nullable LinkTerms terms;
    private @Nullable Heartbeat heartbeat;
    private @Nullable Close ourClose;
    private @Nullable Accept accepted;

    private Interest ourInterest = Interest.WANTED;
    private Interest theirInterest = Interest.WANTED;

    /**
     * @param locators where this node can be reached, as the peer shall know it; at most 32
     * @param spreading what to tell the peer of our flooding, asked for with each Ping
     */
    public Link(
            LinkConfig config,
            LocalNode self,
            List<Locator> locators,
            Connection connection,
            Admission admission,
            Supplier<Spreading> spreading,
            Output output) {
        this.config = config;
        this.self = self;
        this.connection = connection;
        this.greeting = self.greeting(config, connection, locators);
        this.vetting = new Vetting(self, connection, greeting);
        this.pings = new Pings(self);
        this.admission = admission;
        this.spreading = spreading;
        this.output = output;
    }

    public void start(long nowNanos) {
        if (!self.security().permits(connection.assurance())) {
            // Still NEW, so nothing is said: not even why.
            close(
                    CloseReason.NOT_ENCRYPTED,
                    "the connection is not encrypted, and node " + self.node().brief() + " demands that");
            return;
        }
        Optional<Close> objection = self.security().partners().objection(connection);
        if (objection.isPresent()) {
            close(objection.get().reason(), objection.get().text());
            return;
        }
        timers.arm(Timer.HANDSHAKE, nowNanos + Math.max(0, config.handshakeNanos() - connection.openingNanos()));
        switch (connection.direction()) {
            case DIALLED -> {
                become(Phase.GREETING);
                greet(nowNanos);
            }
            case ACCEPTED -> become(Phase.LISTENING);
        }
    }

    public void handleHello(Hello hello, long nowNanos) {
        switch (phase) {
            case NEW -> throw notStarted();
            case GREETING, LISTENING -> meet(hello, nowNanos);
            case CONFIRMING, UP -> meetAgain(hello, nowNanos);
            case CLOSED -> closeAgain();
        }
    }

    public void handleAccept(Accept accept, long nowNanos) {
        switch (phase) {
            case NEW -> throw notStarted();
            case GREETING, CONFIRMING -> {
                // One for an earlier process at our address, or for nobody.
                if (accept.instance() != self.instance()) {
                    return;
                }
                // In GREETING it overtook the Hello, which is checked first.
                accepted = accept;
                if (phase == Phase.CONFIRMING) {
                    confirm(nowNanos);
                }
            }
            case UP -> {
                handleTraffic(nowNanos);
                if (accept.instance() == self.instance()) {
                    accepted = accept;
                    reconsider(nowNanos);
                }
            }
            case LISTENING, CLOSED -> {}
        }
    }

    public void handleClose(Close close) {
        Check.that(phase != Phase.NEW, "a Close before the start");
        if (phase != Phase.CLOSED) {
            end(close, Side.THEIRS);
        }
    }

    public void handlePing(Ping ping, long nowNanos) {
        switch (phase) {
            case NEW -> throw notStarted();
            // The peer is up and we are not yet: its Accept is lost or late, and our Hello asks for it again.
            case GREETING, LISTENING, CONFIRMING -> {}
            case UP -> {
                if (heartbeat != null) {
                    heartbeat.handlePing(connection.direction(), nowNanos);
                }
                output.send(Pong.answering(ping, self.clockNanos(nowNanos)));
                if (pings.handlePing(ping)) {
                    output.spreading(new Spreading(ping.lsdbHash(), ping.push()));
                    if (ping.wanted() != theirInterest) {
                        theirInterest = ping.wanted();
                        output.interest(theirInterest);
                    }
                }
            }
            case CLOSED -> closeAgain();
        }
    }

    public void handlePong(Pong pong, long nowNanos) {
        if (phase != Phase.UP) {
            return;
        }
        handleTraffic(nowNanos);
        if (pings.handlePong(pong, nowNanos)) {
            output.rtt(pings.roundTrip().recentMinimumNanos());
        }
    }

    /** A frame of a kind that is not handled here: a sign of life. */
    public void handleTraffic(long nowNanos) {
        if (heartbeat != null) {
            heartbeat.handleTraffic(nowNanos);
        }
    }

    public void handleMalformed(MalformedFrame malformed) {
        String message = malformed.getMessage();
        close(CloseReason.MALFORMED, message == null ? "" : message);
    }

    public void handleTime(long nowNanos) {
        for (Timer due; phase != Phase.CLOSED && (due = timers.pollDue(nowNanos)) != null; ) {
            switch (due) {
                case HANDSHAKE -> close(CloseReason.TIMEOUT, overdue());
                case HELLO -> greet(nowNanos);
                case PROOF -> doubt().ifPresent(doubt -> close(doubt.reason(), doubt.text()));
            }
        }
        if (phase == Phase.UP && heartbeat != null) {
            switch (heartbeat.handleTime(nowNanos)) {
                case NOTHING -> {}
                case PING -> ping(nowNanos);
                case DEAD ->
                    close(
                            CloseReason.SILENT,
                            "nothing heard for " + heartbeat.silentNanos(nowNanos) / 1_000_000 + " ms");
            }
        }
    }

    /** The node is awake for another link: what would be due soon is done now. Returns whether anything was. */
    public boolean handleCompany(long nowNanos) {
        boolean joins = phase == Phase.UP && heartbeat != null && heartbeat.joins(nowNanos);
        if (joins) {
            ping(nowNanos);
        }
        return joins;
    }

    /** {@link Deadlines#NEVER} once closed. */
    public long nextDeadlineNanos() {
        long timersNanos = timers.nextNanos();
        return phase == Phase.UP && heartbeat != null
                ? Math.min(heartbeat.nextDeadlineNanos(), timersNanos)
                : timersNanos;
    }

    /** Says whether this end still wants the link; the peer learns of a change at once. */
    public void want(Interest interest, long nowNanos) {
        boolean changed = interest != ourInterest;
        ourInterest = interest;
        if (changed && phase == Phase.UP) {
            ping(nowNanos);
        }
    }

    /**
     * This node's keys of the mesh or its credential have changed: the peer gets new proofs, and its own are judged again. A peer that
     * does not follow within two seconds loses the link.
     */
    public void keysChanged(long nowNanos) {
        switch (phase) {
            case CONFIRMING -> {
                if (!isWithheld()) {
                    accept(peerKnown());
                }
            }
            case UP -> {
                accept(peerKnown());
                reconsider(nowNanos);
            }
            case NEW, GREETING, LISTENING, CLOSED -> {}
        }
    }

    /** The authority's word has changed, or time has passed: the peer is judged again. */
    public void review(long nowNanos) {
        if (phase == Phase.UP) {
            reconsider(nowNanos);
        }
    }

    /** Ends the link and says why. Nothing happens when it has ended already. */
    public void close(CloseReason reason, String text) {
        if (phase == Phase.CLOSED) {
            return;
        }
        Close close = Close.because(reason, text);
        ourClose = close;
        if (phase != Phase.NEW) {
            output.send(close);
        }
        end(close, Side.OURS);
    }

    /** The connection below is gone. Nothing happens when the link has ended already. */
    public void carrierLost(String text) {
        if (phase != Phase.CLOSED) {
            end(Close.because(CloseReason.CARRIER_LOST, text), Side.CARRIER);
        }
    }

    public Phase phase() {
        return phase;
    }

    public boolean isUp() {
        return phase == Phase.UP;
    }

    public Connection connection() {
        return connection;
    }

    /** What the peer said of itself, once it was let in. */
    public Optional<Hello> peer() {
        return Optional.ofNullable(peer);
    }

    /** What was agreed, once the link has been up. */
    public Optional<LinkTerms> terms() {
        return Optional.ofNullable(terms);
    }

    /** Whether the peer wants the link. */
    public Interest theirInterest() {
        return theirInterest;
    }

    public RoundTrip roundTrip() {
        return pings.roundTrip();
    }

    public ClockOffset clockOffset() {
        return pings.clockOffset();
    }

    Precedence precedence(Hello theirs) {
        return Precedence.of(self, connection, theirs);
    }

    private void greet(long nowNanos) {
        timers.arm(Timer.HELLO, nowNanos + config.helloRepeatNanos());
        output.send(greeting);
    }

    private void meet(Hello hello, long nowNanos) {
        Optional<Close> refusal = vetting.objection(hello).or(() -> admission.refuse(this, hello, nowNanos));
        if (refusal.isPresent()) {
            close(refusal.get().reason(), refusal.get().text());
            return;
        }
        boolean unheard = phase == Phase.LISTENING;
        peer = hello;
        become(Phase.CONFIRMING);
        if (unheard) {
            greet(nowNanos);
        }
        if (!isWithheld()) {
            accept(hello);
        }
        if (accepted != null) {
            confirm(nowNanos);
        }
    }

    /**
     * Where there is an authority the end that was dialled judges first: otherwise who is refused would take himself for
     * linked for a moment, and dial again at once.
     */
    private boolean isWithheld() {
        return phase == Phase.CONFIRMING
                && connection.direction() == Connection.Direction.ACCEPTED
                && self.register().isPresent();
    }

    private void meetAgain(Hello hello, long nowNanos) {
        Hello known = peerKnown();
        if (!hello.node().equals(known.node())) {
            // Somebody else at the peer's old address, or a forgery. If the peer is gone, it falls silent.
            return;
        }
        if (hello.instance() == known.instance() && hello.dialNumber() == known.dialNumber()) {
            handleTraffic(nowNanos);
            if (!isWithheld()) {
                accept(hello);
            }
        } else if (hello.incarnation() > known.incarnation()) {
            close(
                    CloseReason.STALE_INCARNATION,
                    "node " + hello.node().brief() + " has started anew as incarnation " + hello.incarnation());
        }
    }

    private void accept(Hello hello) {
        output.send(vetting.acceptance(hello));
    }

    private Optional<Close> doubt() {
        return vetting.doubt(peerKnown(), acceptKnown());
    }

    /** The keys or the credential of this end or of the other have changed, or the authority's word. */
    private void reconsider(long nowNanos) {
        Optional<Close> doubt = doubt();
        if (doubt.isEmpty()) {
            timers.disarm(Timer.PROOF);
        } else if (isFinal(doubt.get().reason())) {
            close(doubt.get().reason(), doubt.get().text());
        } else if (timers.nextNanos() == Deadlines.NEVER) {
            timers.arm(Timer.PROOF, nowNanos + PROOF_GRACE_NANOS);
        }
    }

    /** No later word of the peer can mend it in time. */
    private static boolean isFinal(CloseReason reason) {
        return reason == CloseReason.REVOKED || reason == CloseReason.EXPIRED;
    }

    private void confirm(long nowNanos) {
        LinkTerms agreed = LinkTerms.agreed(config, self, peerKnown());
        Accept accept = acceptKnown();
        if (accept.version() != agreed.version()) {
            close(
                    CloseReason.PROTOCOL_VIOLATION,
                    "version " + accept.version() + " accepted instead of " + agreed.version());
            return;
        }
        Optional<Close> doubt = doubt();
        if (doubt.isPresent()) {
            close(doubt.get().reason(), doubt.get().text());
            return;
        }
        if (isWithheld()) {
            accept(peerKnown());
        }
        timers.disarm(Timer.HANDSHAKE);
        timers.disarm(Timer.HELLO);
        terms = agreed;
        heartbeat = new Heartbeat(agreed.heartbeatNanos(), agreed.deadNanos(), nowNanos);
        become(Phase.UP);
        output.up(agreed);
        ping(nowNanos);
    }

    private void ping(long nowNanos) {
        if (heartbeat != null) {
            heartbeat.pinged(nowNanos);
        }
        output.send(pings.next(spreading.get(), ourInterest, nowNanos));
    }

    private String overdue() {
        String what = switch (phase) {
            case GREETING -> "Hello not answered";
            case LISTENING -> "no Hello";
            case CONFIRMING -> "Hello not accepted";
            case NEW, UP, CLOSED -> throw new InvariantError("no handshake in " + phase);
        };
        return what + " within " + config.handshakeNanos() / 1_000_000 + " ms";
    }

    /** The peer still talks to a link that we have closed, so it has missed why. */
    private void closeAgain() {
        if (ourClose != null) {
            output.send(ourClose);
        }
    }

    private void end(Close close, Side side) {
        for (Timer timer : Timer.values()) {
            timers.disarm(timer);
        }
        become(Phase.CLOSED);
        output.closed(close.reason(), close.text(), side);
    }

    private void become(Phase next) {
        Check.that(phase.mayBecome(next), "a link that is " + phase + " cannot become " + next);
        phase = next;
    }

    private Hello peerKnown() {
        Check.that(peer != null, "no Hello in " + phase);
        return Objects.requireNonNull(peer);
    }

    private Accept acceptKnown() {
        Check.that(accepted != null, "no Accept in " + phase);
        return Objects.requireNonNull(accepted);
    }

    private static InvariantError notStarted() {
        return new InvariantError("a frame before the start of the link");
    }
}
