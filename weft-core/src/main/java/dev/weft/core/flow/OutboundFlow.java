package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.Deadlines;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The origin's side of one flow: keeps every message until its fate is known. A fragment's number never changes, so
 * the destination tells duplicates by number alone; what is lost is found by later acknowledgements (RFC 8985), by
 * the retransmission timer (RFC 6298), by route errors and by changes of the topology, and each copy takes the best
 * path of its moment. When the timer expires the flow tries its alternate path, which is how it survives a link that
 * swallows everything before the link's own heartbeat notices.
 *
 * <p>Called by {@link Sender} alone.
 */
final class OutboundFlow {
    interface Output {
        void send(Path path, Frame frame);

        void settled(Outgoing message, Outcome outcome);
    }

    private static final Comparator<Outgoing> SOONEST =
            Comparator.<Outgoing>comparingLong(m -> m.deadlineNanos).thenComparingLong(m -> m.ticket);

    /** A transmission in the order of sending; stale once the fragment was settled or sent again. */
    private record Transmission(long sequence, long sentNanos) {}

    private final FlowLabel label;
    private final FlowConfig config;
    private final Paths paths;
    private final Output out;
    private final RetransmissionTimer timer;

    private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>();
    private final PriorityQueue<Outgoing> byDeadline = new PriorityQueue<>(SOONEST);
    private final SequenceWindow<Fragment> window = new SequenceWindow<>();
    private final ArrayDeque<Transmission> flights = new ArrayDeque<>();
    private final ArrayDeque<Long> toSend = new ArrayDeque<>();

    private long handle;
    private int hops;
    private long inFlightBytes;
    private int inFlightCount;
    private Paths.Choice choice = Paths.Choice.PRIMARY;
    private long lastExpiryNanos = -1;
    private long retryPathNanos = Deadlines.NEVER;
    private long usedNanos;

    OutboundFlow(FlowLabel label, FlowConfig config, Paths paths, Output out, long nowNanos) {
        this.label = label;
        this.config = config;
        this.paths = paths;
        this.out = out;
        this.timer = new RetransmissionTimer(config.retransmission());
        this.usedNanos = nowNanos;
    }

    FlowLabel label() {
        return label;
    }

    long handle() {
        return handle;
    }

    boolean isIdle() {
        return waiting.isEmpty() && window.isEmpty();
    }

    long usedNanos() {
        return usedNanos;
    }

    void add(Outgoing message, long nowNanos) {
        waiting.add(message);
        byDeadline.add(message);
        usedNanos = nowNanos;
        pump(nowNanos);
    }

    void handleAck(Ack ack, long nowNanos) {
        handle = ack.handle();
        hops = ack.hops();
        usedNanos = nowNanos;
        for (Ack.Refusal refusal : ack.refusals()) {
            Outgoing message = messageFrom(refusal.messageSequence());
            if (message != null) {
                message.refusal = refusal.reason();
            }
        }
        long newestSentNanos = -1;
        for (long sequence = window.first(); sequence < Math.min(ack.floor(), window.next()); sequence++) {
            newestSentNanos = Math.max(newestSentNanos, acknowledge(sequence, nowNanos));
        }
        for (Ack.Range range : ack.ranges()) {
            for (long sequence = Math.max(range.from(), window.first());
                    sequence < Math.min(range.to(), window.next());
                    sequence++) {
                newestSentNanos = Math.max(newestSentNanos, acknowledge(sequence, nowNanos));
            }
        }
        if (newestSentNanos >= 0) {
            timer.handleProgress();
            resendOlderThan(newestSentNanos - timer.reorderingNanos());
        }
        trim();
        pump(nowNanos);
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
        Optional<Path> other = paths.path(label.destination(), choice);
        if (other.isPresent() && !other.get().equals(fragment.path)) {
            lost(sequence, fragment);
            pump(nowNanos);
        }
    }

    /** The topology has changed: what travels on a broken path goes again at once, and new paths may have opened. */
    void handleTopologyChange(long nowNanos) {
        choice = Paths.Choice.PRIMARY;
        retryPathNanos = Deadlines.NEVER;
        if (isReliable()) {
            @Nullable Path judged = null;
            boolean broken = false;
            for (Transmission flight : flights) {
                Fragment fragment = inFlight(flight);
                if (fragment == null || fragment.path == null) {
                    continue;
                }
                if (!fragment.path.equals(judged)) {
                    judged = fragment.path;
                    broken = paths.isBroken(judged);
                }
                if (broken) {
                    lost(flight.sequence(), fragment);
                }
            }
        }
        pump(nowNanos);
    }

    void handleTime(long nowNanos) {
        expireMessages(nowNanos);
        expireFlights(nowNanos);
        if (nowNanos >= retryPathNanos) {
            retryPathNanos = Deadlines.NEVER;
        }
        pump(nowNanos);
    }

    long nextDeadlineNanos() {
        long next = retryPathNanos;
        Outgoing soonest = byDeadline.peek();
        if (soonest != null) {
            next = Math.min(next, soonest.deadlineNanos);
        }
        dropStaleFlights();
        Transmission oldest = flights.peek();
        if (oldest != null && isReliable()) {
            next = Math.min(next, expiryNanos(oldest));
        }
        return next;
    }

    /**
     * The destination does not have this flow. What never left is handed back to be sent anew; the rest is settled.
     *
     * @param reason why what had left cannot be known
     * @param certainty whether a copy can have been taken all the same
     */
    List<Outgoing> abandon(Outcome.Reason reason, Certainty certainty) {
        List<Outgoing> unsent = new ArrayList<>();
        PriorityQueue<Outgoing> all = new PriorityQueue<>(SOONEST);
        all.addAll(byDeadline);
        for (Outgoing message = all.poll(); message != null; message = all.poll()) {
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
        unsent.sort(Comparator.comparingLong(m -> m.ticket));
        byDeadline.clear();
        waiting.clear();
        toSend.clear();
        flights.clear();
        while (!window.isEmpty()) {
            window.removeFirst();
        }
        return unsent;
    }

    /** What is known of copies that were not acknowledged. */
    enum Certainty {
        NOTHING_ARRIVED,
        MAY_HAVE_ARRIVED
    }

    private boolean isReliable() {
        return label.kind() == SocketKind.RDM;
    }

    private long acknowledge(long sequence, long nowNanos) {
        Fragment fragment = window.at(sequence);
        if (fragment == null || fragment.state == Fragment.State.SETTLED) {
            return -1;
        }
        if (fragment.transmissions == 1) {
            timer.handleSample(nowNanos - fragment.sentNanos);
        }
        land(fragment);
        Outgoing message = fragment.message;
        message.settledCount++;
        if (message.settledCount == message.fragmentCount) {
            Duration roundTrip = Duration.ofNanos(nowNanos - message.firstSentNanos);
            settle(
                    message,
                    message.refusal == Outcome.Reason.NONE
                            ? new Outcome(Outcome.Kind.DELIVERED, Outcome.Reason.NONE, roundTrip, hops)
                            : new Outcome(Outcome.Kind.REJECTED, message.refusal, roundTrip, hops));
        }
        return fragment.sentNanos;
    }

    /** The unsettled message that begins at a number, which may lie below the window when its first pieces are done. */
    private @Nullable Outgoing messageFrom(long messageSequence) {
        Fragment fragment = window.at(Math.max(messageSequence, window.first()));
        return fragment != null && fragment.message.firstSequence == messageSequence && !fragment.message.settled
                ? fragment.message
                : null;
    }

    private void resendOlderThan(long sentNanos) {
        if (!isReliable()) {
            return;
        }
        while (true) {
            dropStaleFlights();
            Transmission oldest = flights.peek();
            if (oldest == null || oldest.sentNanos() >= sentNanos) {
                return;
            }
            Fragment fragment = inFlight(oldest);
            if (fragment != null) {
                lost(oldest.sequence(), fragment);
            }
        }
    }

    private void expireFlights(long nowNanos) {
        if (!isReliable()) {
            return;
        }
        boolean expired = false;
        while (true) {
            dropStaleFlights();
            Transmission oldest = flights.peek();
            if (oldest == null || expiryNanos(oldest) > nowNanos) {
                break;
            }
            Fragment fragment = inFlight(oldest);
            if (fragment != null) {
                lost(oldest.sequence(), fragment);
                expired = true;
            }
        }
        if (expired) {
            timer.handleExpiry();
            choice = choice.other();
            lastExpiryNanos = nowNanos;
        }
    }

    private long expiryNanos(Transmission flight) {
        return Math.max(flight.sentNanos(), lastExpiryNanos) + timer.timeoutNanos();
    }

    private void expireMessages(long nowNanos) {
        boolean advance = false;
        for (Outgoing soonest = byDeadline.peek();
                soonest != null && soonest.deadlineNanos <= nowNanos;
                soonest = byDeadline.peek()) {
            boolean reachable =
                    paths.path(label.destination(), Paths.Choice.PRIMARY).isPresent();
            advance |= soonest.hasLeft();
            settle(
                    soonest,
                    reachable
                            ? soonest.givenUp(Outcome.Kind.EXPIRED, Outcome.Reason.TIMEOUT)
                            : soonest.givenUp(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
        }
        trim();
        if (advance) {
            paths.path(label.destination(), choice)
                    .ifPresent(path -> out.send(path, new Advance(ref(), window.first())));
        }
    }

    private void settle(Outgoing message, Outcome outcome) {
        message.settled = true;
        byDeadline.remove(message);
        if (message.firstSequence < 0) {
            waiting.remove(message);
        } else {
            for (int i = 0; i < message.fragmentCount; i++) {
                Fragment fragment = window.at(message.firstSequence + i);
                if (fragment != null) {
                    land(fragment);
                }
            }
        }
        out.settled(message, outcome);
    }

    private void land(Fragment fragment) {
        if (fragment.state == Fragment.State.IN_FLIGHT) {
            inFlightBytes -= fragment.payload(config.fragmentBytes()).length();
            inFlightCount--;
        }
        fragment.state = Fragment.State.SETTLED;
        fragment.path = null;
    }

    private void lost(long sequence, Fragment fragment) {
        inFlightBytes -= fragment.payload(config.fragmentBytes()).length();
        inFlightCount--;
        fragment.state = Fragment.State.TO_SEND;
        toSend.add(sequence);
    }

    private void trim() {
        for (Fragment first = window.at(window.first());
                first != null && first.state == Fragment.State.SETTLED;
                first = window.at(window.first())) {
            window.removeFirst();
        }
    }

    /** Sends what the window admits: first what was lost, then what waits. */
    private void pump(long nowNanos) {
        if (nowNanos < retryPathNanos && retryPathNanos != Deadlines.NEVER) {
            return;
        }
        while (admits()) {
            Long again = toSend.peek();
            if (again == null) {
                if (waiting.isEmpty() || !hasNumbersLeft()) {
                    return;
                }
                assign(waiting.remove());
                continue;
            }
            Fragment fragment = window.at(again);
            if (fragment != null && fragment.state == Fragment.State.TO_SEND) {
                Optional<Path> path = paths.path(label.destination(), choice);
                if (path.isEmpty()) {
                    if (isReliable()) {
                        retryPathNanos = nowNanos + config.retransmission().maxNanos();
                        return;
                    }
                    toSend.remove();
                    giveUpWithoutPath(fragment.message);
                    continue;
                }
                transmit(again, fragment, path.get(), nowNanos);
            }
            toSend.remove();
        }
    }

    private void giveUpWithoutPath(Outgoing message) {
        settle(message, message.givenUp(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
        trim();
    }

    private boolean admits() {
        return inFlightBytes < config.windowBytes() && inFlightCount < config.windowFragments();
    }

    /** A message gets all its numbers at once, maybe more than the window takes; the next one waits for them. */
    private boolean hasNumbersLeft() {
        return window.next() - window.first() < 2L * config.windowFragments();
    }

    private void assign(Outgoing message) {
        message.firstSequence = window.next();
        for (int i = 0; i < message.fragmentCount; i++) {
            toSend.add(window.add(new Fragment(message, i)));
        }
    }

    private void transmit(long sequence, Fragment fragment, Path path, long nowNanos) {
        Outgoing message = fragment.message;
        fragment.state = Fragment.State.IN_FLIGHT;
        fragment.transmissions++;
        fragment.sentNanos = nowNanos;
        fragment.path = path;
        if (message.firstSentNanos < 0) {
            message.firstSentNanos = nowNanos;
        }
        inFlightBytes += fragment.payload(config.fragmentBytes()).length();
        inFlightCount++;
        flights.add(new Transmission(sequence, nowNanos));
        out.send(
                path,
                new Data(
                        ref(),
                        sequence,
                        sequence - window.first(),
                        fragment.index,
                        message.fragmentCount,
                        message.payload.length(),
                        fragment.payload(config.fragmentBytes())));
    }

    private FlowRef ref() {
        return handle > 0 ? FlowRef.established(handle) : FlowRef.opening(label);
    }

    NodeId destination() {
        return label.destination();
    }

    private void dropStaleFlights() {
        for (Transmission oldest = flights.peek();
                oldest != null && inFlight(oldest) == null;
                oldest = flights.peek()) {
            flights.remove();
        }
    }

    private @Nullable Fragment inFlight(Transmission flight) {
        Fragment fragment = window.at(flight.sequence());
        return fragment != null
                        && fragment.state == Fragment.State.IN_FLIGHT
                        && fragment.sentNanos == flight.sentNanos()
                ? fragment
                : null;
    }
}
