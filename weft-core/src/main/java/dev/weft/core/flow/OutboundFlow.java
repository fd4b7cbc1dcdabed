package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.InvariantError;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The origin's side of one flow: keeps every message until its fate is known. A fragment's number never changes, so
 * the destination tells duplicates by number alone; what is lost is found by later acknowledgements (RFC 8985), by
 * the retransmission timer (RFC 6298), by route errors and by changes of the topology, and each copy takes the best
 * path of its moment. When the timer expires the flow tries its alternate path, which is how it survives a link that
 * swallows everything before the link's own heartbeat notices.
 *
 * <p>How much is under way is bounded by the {@link CongestionWindow} of the path and by the room that the destination
 * has told of. Where it has none, one fragment is sent again and again, by the timer, so that a lost word of new room
 * holds up nothing for good.
 *
 * <p>In a connected flow a message's fate is known when all before it have been delivered, and nothing that has a number
 * is ever left out (RFC 9260 §11.1.5: it is committed). How long that takes does not matter as long as the destination
 * answers, were it that it has no room (RFC 1122 §4.2.2.17). The flow breaks where something is outstanding and nothing
 * at all was heard for too long, {@link Silence} (RFC 9293 §3.8.3). Where the destination refuses a message, it has
 * refused all behind it.
 *
 * <p>Called by {@link Sender} alone.
 */
final class OutboundFlow {
    interface Output {
        void send(Path path, Manner manner, Frame frame);

        /** @param send what the application asked for; null for what the flow says of itself */
        void settled(OutboundFlow flow, Outgoing.Role role, @Nullable Send send, Outcome outcome);

        /** A connected flow cannot go on; {@link #abandon} is to follow. */
        void broken(OutboundFlow flow, Outcome.Reason reason);

        /**
         * The destination of a connected flow takes nothing more. Everything is settled.
         *
         * @param rejectedCount how many messages it has not taken
         */
        void refused(OutboundFlow flow, Outcome.Reason reason, int rejectedCount);
    }

    private final FlowLabel label;
    private final Manner manner;
    private final FlowConfig config;
    private final Paths paths;
    private final Output out;
    private final RetransmissionTimer timer;
    private final Silence silence;
    private final RefusedTail refused = new RefusedTail();
    private final CongestionWindow congestion;

    private final MessageDeadlines deadlines = new MessageDeadlines();
    private final Lifetimes lifetimes = new Lifetimes();
    private final SequenceWindow<Fragment> window = new SequenceWindow<>();
    private final Flights flights = new Flights();
    private final BundleSize bundleSize;
    private final SendQueue toSend;

    private long handle;
    private int hops;
    private long room;
    private long ackSerial = -1;
    private long deliveredBelow;
    private long markedCount;
    private Paths.Choice choice = Paths.Choice.PRIMARY;
    private @Nullable Path lastPath;
    private long lastExpiryNanos = -1;
    private long retryPathNanos = Deadlines.NEVER;
    private long usedNanos;
    private long nextOrder;
    private boolean broken;
    private boolean gathers;

    /**
     * @param patienceNanos for how long nothing may be heard of the destination of a connected flow; {@link
     *     Deadlines#NEVER} unless connected
     */
    OutboundFlow(
            FlowLabel label,
            Manner manner,
            long patienceNanos,
            FlowConfig config,
            Paths paths,
            Output out,
            long nowNanos) {
        this.label = label;
        this.manner = manner;
        this.silence = new Silence(patienceNanos);
        this.config = config;
        this.paths = paths;
        this.out = out;
        this.timer = new RetransmissionTimer(config.retransmission());
        this.bundleSize = new BundleSize(config.fragmentBytes());
        this.toSend = new SendQueue(window, config.fragmentBytes(), bundleSize, config.windowFragments());
        this.congestion = new CongestionWindow(config.fragmentBytes(), config.windowBytes());
        this.room = config.roomBytes();
        this.usedNanos = nowNanos;
    }

    FlowLabel label() {
        return label;
    }

    Manner manner() {
        return manner;
    }

    NodeId destination() {
        return label.destination();
    }

    long handle() {
        return handle;
    }

    /** Whether something was added since the last {@link #flush}. */
    boolean gathers() {
        return gathers;
    }

    boolean isIdle() {
        return !toSend.hasWaiting() && window.isEmpty();
    }

    long usedNanos() {
        return usedNanos;
    }

    /** How much may be under way on the present path. */
    long congestionBytes() {
        return congestion.bytes();
    }

    /** How a frame names this flow. */
    FlowRef ref() {
        return handle > 0 ? FlowRef.established(handle) : FlowRef.opening(label);
    }

    // ------------------------------------------------------------------ inputs

    /** Takes a message; it leaves at the next {@link #flush}, with what else has gathered by then. */
    void add(Send send, long nowNanos) {
        gathers = true;
        add(Outgoing.message(send, config.fragmentBytes(), nextOrder++, nowNanos), nowNanos);
    }

    /** Asks for a connection. */
    void addOpening(long nowNanos) {
        add(Outgoing.control(Outgoing.Role.OPENING, nextOrder++), nowNanos);
    }

    /** Ends this direction of a connection. */
    void addEnd(Outcome.Reason reason, long nowNanos) {
        add(Outgoing.end(reason, nextOrder++), nowNanos);
    }

    /** A message that was handed back by a flow before this one. */
    void add(Outgoing message, long nowNanos) {
        if (isIdle()) {
            silence.begin(nowNanos);
        }
        nextOrder = Math.max(nextOrder, message.order + 1);
        toSend.add(message);
        deadlines.add(message);
        if (isOrdered()) {
            lifetimes.add(message);
        }
        usedNanos = nowNanos;
    }

    /** The turn ends: sends what the windows admit. */
    void flush(long nowNanos) {
        gathers = false;
        pump(nowNanos);
    }

    void handleAck(Ack ack, long nowNanos) {
        handle = ack.handle();
        hops = ack.hops();
        usedNanos = nowNanos;
        silence.handleHeard(nowNanos);
        for (Ack.Refusal refusal : ack.refusals()) {
            if (isOrdered()) {
                refused.handleRefusal(refusal);
                continue;
            }
            for (Outgoing message : messagesFrom(refusal.messageSequence())) {
                message.refusal = refusal.reason();
            }
        }
        boolean wasFull = flights.bytes() + bundleSize.bytes() > congestion.bytes();
        Settled settled = new Settled();
        acknowledge(window.first(), ack.floor(), settled, nowNanos);
        for (Ack.Range range : ack.ranges()) {
            acknowledge(range.from(), range.to(), settled, nowNanos);
        }
        boolean isNewest = ack.serial() > ackSerial;
        long marked = isNewest ? Math.max(0, ack.marked() - markedCount) : 0;
        if (settled.count > 0) {
            timer.handleProgress();
            bundleSize.handleSettled(settled.bytes, nowNanos);
            congestion.handleSettled(
                    settled.count,
                    settled.bytes,
                    marked,
                    settled.newestSequence,
                    window.next(),
                    timer.smoothedNanos(),
                    wasFull ? CongestionWindow.Use.FULL : CongestionWindow.Use.PARTIAL,
                    nowNanos);
            resendOlderThan(settled.newestSentNanos - timer.reorderingNanos());
        }
        if (isNewest) {
            ackSerial = ack.serial();
            markedCount = settled.count > 0 ? ack.marked() : markedCount;
            roomIs(ack.room());
        }
        deliveredBelow = Math.max(deliveredBelow, ack.floor());
        trim(nowNanos);
        if (refused.isPresent()) {
            refuseRest(nowNanos);
        } else {
            pump(nowNanos);
        }
    }

    /**
     * A copy with this number did not get through; it goes again at once, if there is another way. Where there is none
     * the timer sends it: at once it would only meet the same error, as fast as the network can carry it.
     */
    void handleRouteError(long sequence, long nowNanos) {
        Fragment fragment = window.at(sequence);
        if (fragment == null || fragment.state != Fragment.State.IN_FLIGHT || !isReliable()) {
            return;
        }
        Optional<Path> other = path(choice);
        if (other.isPresent() && !other.get().equals(fragment.path)) {
            lost(sequence, fragment);
            pump(nowNanos);
        }
    }

    /** A hop has no room for what this flow sends. */
    void handleCongested() {
        congestion.handleRefused();
    }

    /** The topology has changed: what travels on a broken path goes again at once, and new paths may have opened. */
    void handleTopologyChange(long nowNanos) {
        choice = Paths.Choice.PRIMARY;
        retryPathNanos = Deadlines.NEVER;
        if (isReliable()) {
            @Nullable Path judged = null;
            boolean broken = false;
            for (Flights.Flight flight : flights.all()) {
                Path path = flight.fragment().path;
                if (path != null && !path.equals(judged)) {
                    judged = path;
                    broken = paths.isBroken(path);
                }
                if (broken) {
                    lost(flight.sequence(), flight.fragment());
                }
            }
        }
        pump(nowNanos);
    }

    void handleTime(long nowNanos) {
        if (isOrdered()) {
            withdraw(nowNanos);
            expireFlights(nowNanos);
            breakIfSilent(nowNanos);
        } else {
            expireMessages(nowNanos);
            expireFlights(nowNanos);
        }
        if (nowNanos >= retryPathNanos) {
            retryPathNanos = Deadlines.NEVER;
        }
        pump(nowNanos);
    }

    long nextDeadlineNanos() {
        long next = retryPathNanos;
        Outgoing soonest = isOrdered() ? lifetimes.soonest() : deadlines.soonest();
        if (soonest != null) {
            next = Math.min(next, soonest.deadlineNanos);
        }
        if (isOrdered() && !isIdle()) {
            next = Math.min(next, silence.endNanos());
        }
        Flights.Flight oldest = flights.oldest();
        return oldest == null ? next : Math.min(next, expiryNanos(oldest));
    }

    /**
     * The flow cannot go on. What never left is handed back to be sent anew; the rest is settled.
     *
     * @param reason why what had left cannot be known
     * @param certainty whether a copy can have been taken all the same
     */
    List<Outgoing> abandon(Outcome.Reason reason, Certainty certainty) {
        List<Outgoing> unsent = new ArrayList<>();
        for (Outgoing message : deadlines.all()) {
            if (!message.hasLeft()) {
                unsent.add(message);
            } else {
                settle(
                        message,
                        certainty == Certainty.NOTHING_ARRIVED
                                ? Outcome.of(Outcome.Kind.REJECTED, reason)
                                : Outcome.of(Outcome.Kind.UNKNOWN, reason));
            }
        }
        forget();
        return unsent;
    }

    private void forget() {
        deadlines.clear();
        lifetimes.clear();
        toSend.clear();
        flights.clear();
        while (!window.isEmpty()) {
            window.removeFirst();
        }
    }

    /** What is known of copies that were not acknowledged. */
    enum Certainty {
        NOTHING_ARRIVED,
        MAY_HAVE_ARRIVED
    }

    // ------------------------------------------------------------------ what was acknowledged

    /** What one acknowledgement has settled. */
    private static final class Settled {
        private int count;
        private long bytes;
        private long newestSequence;
        private long newestSentNanos = -1;
    }

    private void acknowledge(long from, long to, Settled settled, long nowNanos) {
        long end = Math.min(to, window.next());
        for (long sequence = Math.max(from, window.first()); sequence < end; sequence++) {
            Fragment fragment = window.at(sequence);
            if (fragment == null || fragment.state == Fragment.State.SETTLED) {
                continue;
            }
            if (fragment.transmissions == 1) {
                timer.handleSample(nowNanos - fragment.sentNanos);
            } else {
                timer.handleLateSample(nowNanos - fragment.firstSentNanos);
            }
            settled.count++;
            settled.bytes += fragment.charge;
            settled.newestSequence = Math.max(settled.newestSequence, sequence);
            settled.newestSentNanos = Math.max(settled.newestSentNanos, fragment.sentNanos);
            land(fragment);
            for (Outgoing message : fragment.messages) {
                message.settledCount++;
            }
            if (!isOrdered()) {
                answer(fragment.messages, nowNanos);
            }
        }
    }

    /** Settles those of one fragment of which all pieces have been acknowledged; mostly they have the same answer. */
    private void answer(List<Outgoing> messages, long nowNanos) {
        @Nullable Outgoing judged = null;
        @Nullable Outcome outcome = null;
        for (Outgoing message : messages) {
            if (message.settledCount == message.fragmentCount && !message.isSettled()) {
                if (judged == null || outcome == null || !judged.isAnsweredLike(message)) {
                    judged = message;
                    outcome = answer(message, nowNanos);
                }
                settle(message, outcome);
            }
        }
    }

    private Outcome answer(Outgoing message, long nowNanos) {
        Outcome.Reason refusal = refused.contains(message) ? refused.answerTo(message) : message.refusal;
        Outcome.Kind kind = refusal == Outcome.Reason.NONE ? Outcome.Kind.DELIVERED : Outcome.Kind.REJECTED;
        return new Outcome(kind, refusal, Duration.ofNanos(nowNanos - message.firstSentNanos), hops);
    }

    /** Nothing behind a refusal will ever be taken. */
    private void refuseRest(long nowNanos) {
        for (Outgoing message : deadlines.all()) {
            if (refused.follows(message)) {
                settle(message, message.givenUp(Outcome.Kind.REJECTED, refused.why()));
            } else if (message.hasLeft()) {
                settle(message, answer(message, nowNanos));
            } else {
                Outcome.Reason refusal = refused.answerTo(message);
                Outcome.Kind kind = refusal == Outcome.Reason.NONE ? Outcome.Kind.DELIVERED : Outcome.Kind.REJECTED;
                settle(message, Outcome.of(kind, refusal));
            }
        }
        forget();
        broken = true;
        out.refused(this, refused.why(), refused.rejectedCount());
    }

    /** The unsettled messages that begin at a number, which may lie below the window when its first pieces are done. */
    private List<Outgoing> messagesFrom(long messageSequence) {
        Fragment fragment = window.at(Math.max(messageSequence, window.first()));
        return fragment != null && fragment.messages.get(0).firstSequence == messageSequence
                ? fragment.messages
                : List.of();
    }

    private void roomIs(long bytes) {
        long before = room;
        if (before < config.fragmentBytes() && bytes > before && isReliable()) {
            // What came while there was no room was not kept.
            boolean isOpen = bytes >= config.fragmentBytes();
            for (Flights.Flight flight : flights.all()) {
                long charge = flight.fragment().charge;
                if (isOpen || charge > before && charge <= bytes) {
                    lost(flight.sequence(), flight.fragment());
                }
            }
        }
        room = bytes;
    }

    private void trim(long nowNanos) {
        for (Fragment first = window.at(window.first());
                first != null && first.state == Fragment.State.SETTLED;
                first = window.at(window.first())) {
            if (isOrdered() && window.first() >= deliveredBelow) {
                return;
            }
            window.removeFirst();
            if (isOrdered() && first.isLastOfMessage()) {
                answer(first.messages, nowNanos);
            }
        }
    }

    // ------------------------------------------------------------------ what was lost

    private void resendOlderThan(long sentNanos) {
        if (!isReliable()) {
            return;
        }
        for (Flights.Flight oldest = flights.oldest();
                oldest != null && oldest.sentNanos() < sentNanos;
                oldest = flights.oldest()) {
            congestion.handleLost();
            lost(oldest.sequence(), oldest.fragment());
        }
    }

    private void expireFlights(long nowNanos) {
        boolean expired = false;
        boolean isSilent = false;
        boolean late = false;
        for (Flights.Flight oldest = flights.oldest();
                oldest != null && expiryNanos(oldest) <= nowNanos;
                oldest = flights.oldest()) {
            expired = true;
            isSilent |= silence.hasLastedSince(oldest.sentNanos());
            late |= oldest.fragment().charge <= room;
            lost(oldest.sequence(), oldest.fragment());
        }
        if (expired) {
            lastExpiryNanos = nowNanos;
            if (isSilent) {
                timer.handleExpiry(RetransmissionTimer.Expiry.SILENT);
                silence.handleUnanswered();
                congestion.handleExpiry();
                bundleSize.restart();
                choice = choice.other();
            } else if (late) {
                timer.handleExpiry(RetransmissionTimer.Expiry.LATE);
                congestion.handleLate();
            } else {
                // The path has carried it: there is nothing to learn of it.
                timer.handleExpiry(RetransmissionTimer.Expiry.NO_ROOM);
            }
        }
    }

    /** A connected flow asks several times before it takes its destination for dead. */
    private long expiryNanos(Flights.Flight flight) {
        long timeoutNanos = isOrdered() ? timer.timeoutNanos(silence.probeNanos()) : timer.timeoutNanos();
        return Math.max(flight.sentNanos(), lastExpiryNanos) + timeoutNanos;
    }

    private void lost(long sequence, Fragment fragment) {
        if (isReliable()) {
            flights.end(fragment, Fragment.State.TO_SEND);
            if (!silence.hasLastedSince(fragment.sentNanos) && fragment.charge > room) {
                fragment.countProbe();
            }
            toSend.again(sequence);
        } else {
            flights.end(fragment, Fragment.State.OVERDUE);
        }
    }

    /** Messages that have no number yet are not missed by anybody: the connection goes on as though they had never been. */
    private void withdraw(long nowNanos) {
        for (Outgoing soonest = lifetimes.soonest();
                soonest != null && soonest.deadlineNanos <= nowNanos;
                soonest = lifetimes.soonest()) {
            settle(soonest, Outcome.of(Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT));
        }
    }

    /** Nothing was heard of the destination for too long, or after too many tries. */
    private void breakIfSilent(long nowNanos) {
        boolean isTimeUp = nowNanos >= silence.endNanos();
        if (broken || isIdle() || !isTimeUp && silence.unanswered() <= manner.retriesMax()) {
            return;
        }
        List<Outgoing> outstanding = deadlines.all();
        if (!outstanding.isEmpty()) {
            Outgoing first = outstanding.get(0);
            giveUp(
                    first,
                    path(Paths.Choice.PRIMARY).isEmpty()
                            ? first.givenUp(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE)
                            : first.givenUp(
                                    Outcome.Kind.EXPIRED, isTimeUp ? Outcome.Reason.TIMEOUT : Outcome.Reason.RETRIES));
        }
    }

    private void expireMessages(long nowNanos) {
        boolean advance = false;
        for (Outgoing soonest = deadlines.soonest();
                soonest != null && soonest.deadlineNanos <= nowNanos;
                soonest = deadlines.soonest()) {
            Outcome outcome = path(Paths.Choice.PRIMARY).isPresent()
                    ? soonest.givenUp(Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT)
                    : soonest.givenUp(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE);
            advance |= giveUp(soonest, outcome);
        }
        trim(nowNanos);
        if (advance) {
            sayFloor();
        }
    }

    /** Returns true where the destination is to be told that something will not come. */
    private boolean giveUp(Outgoing message, Outcome outcome) {
        boolean hasLeft = message.hasLeft();
        settle(message, outcome);
        if (isOrdered()) {
            broken = true;
            out.broken(this, outcome.reason());
            return false;
        }
        return hasLeft;
    }

    private void sayFloor() {
        path(choice).ifPresent(path -> out.send(path, manner, new Advance(ref(), window.first())));
    }

    private void settle(Outgoing message, Outcome outcome) {
        if (message.isSettled()) {
            throw new InvariantError("message " + message.order + " ends twice, now " + outcome);
        }
        if (!message.isCommitted()) {
            toSend.withdraw(message);
        }
        if (outcome.kind() == Outcome.Kind.REJECTED && message.role == Outgoing.Role.MESSAGE) {
            refused.handleRejected(message.count());
        }
        Send send = message.settle();
        deadlines.settled();
        if (message.firstSequence >= 0) {
            for (int i = 0; i < message.fragmentCount; i++) {
                Fragment fragment = window.at(message.firstSequence + i);
                if (fragment != null && fragment.settleOne()) {
                    land(fragment);
                }
            }
        }
        out.settled(this, message.role, send, outcome);
    }

    private void land(Fragment fragment) {
        flights.end(fragment, Fragment.State.SETTLED);
        fragment.path = null;
    }

    // ------------------------------------------------------------------ what goes out

    /** Sends what the windows admit: first what was lost, then what waits. */
    private void pump(long nowNanos) {
        if (nowNanos < retryPathNanos && retryPathNanos != Deadlines.NEVER) {
            return;
        }
        while (!broken && admits()) {
            Long next = toSend.next();
            if (next == null) {
                return;
            }
            Fragment fragment = window.at(next);
            if (fragment == null || fragment.state != Fragment.State.TO_SEND) {
                toSend.done(next);
                continue;
            }
            if (!isOrdered() && fragment.tries() > manner.retriesMax()) {
                toSend.done(next);
                giveUpAfterRetries(fragment, nowNanos);
                continue;
            }
            Optional<Path> path = path(choice);
            if (path.isPresent()) {
                toSend.done(next);
                transmit(next, fragment, path.get(), nowNanos);
            } else if (isReliable()) {
                retryPathNanos = nowNanos + config.retransmission().maxNanos();
                return;
            } else {
                toSend.done(next);
                giveUpWithoutPath(fragment, nowNanos);
            }
        }
    }

    private void giveUpAfterRetries(Fragment fragment, long nowNanos) {
        boolean advance = false;
        for (Outgoing message : fragment.messages) {
            if (!message.isSettled() && !broken) {
                advance |= giveUp(message, message.givenUp(Outcome.Kind.EXPIRED, Outcome.Reason.RETRIES));
            }
        }
        trim(nowNanos);
        if (advance) {
            sayFloor();
        }
    }

    private void giveUpWithoutPath(Fragment fragment, long nowNanos) {
        for (Outgoing message : fragment.messages) {
            if (!message.isSettled()) {
                settle(message, message.givenUp(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
            }
        }
        trim(nowNanos);
    }

    private boolean admits() {
        if (flights.count() == 0) {
            return true;
        }
        long limit = isReliable() ? Math.min(room, congestion.bytes()) : congestion.bytes();
        return flights.bytes() < limit && flights.count() < config.windowFragments();
    }

    private void transmit(long sequence, Fragment fragment, Path path, long nowNanos) {
        if (!path.equals(lastPath)) {
            if (lastPath != null) {
                congestion.restart();
                bundleSize.restart();
            }
            lastPath = path;
        }
        fragment.markSent(path, nowNanos);
        flights.add(sequence, fragment);
        Data data = fragment.data(ref(), sequence, sequence - window.first());
        out.send(path, manner, data);
        if (manner.routing().mode() == Routing.Mode.TWO_AT_ONCE) {
            path(choice.other())
                    .filter(second -> !second.equals(path))
                    .ifPresent(second -> out.send(second, manner, data));
        }
    }

    private Optional<Path> path(Paths.Choice which) {
        return paths.path(label.destination(), manner.routing(), which);
    }

    private boolean isReliable() {
        return label.kind() != SocketKind.DGRAM;
    }

    private boolean isOrdered() {
        return label.kind().isConnected();
    }
}
