package dev.weft.node;

import dev.weft.Locator;
import dev.weft.MeshEvent;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.socket.Endpoints;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * What the application has under way on a node: open endpoints, tickets without an outcome, probes without an answer.
 * Its methods as {@link Engine.Output} are called on the loop's thread, the others on any.
 */
final class Application implements Engine.Output {
    private static final int PROBES_PER_RUN_MAX = 64;

    private final NodeId self;
    private final Driver driver;
    private final NodeEvents events;
    private final Executor callbacks;
    private final ConcurrentHashMap<String, Inbox> inboxes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, TicketEnd> tickets = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, LongConsumer> probes = new ConcurrentHashMap<>();
    private final AtomicLong nextTicket = new AtomicLong(1);
    private final AtomicLong nextProbe = new AtomicLong(1);

    Application(NodeId self, Driver driver, NodeEvents events, Executor callbacks) {
        this.self = self;
        this.driver = driver;
        this.events = events;
        this.callbacks = callbacks;
    }

    /** @throws IllegalStateException if an endpoint of that name is open */
    void opened(Inbox inbox) {
        if (inboxes.putIfAbsent(inbox.name(), inbox) != null) {
            throw new IllegalStateException("endpoint '" + inbox.name() + "' is open already on this node");
        }
    }

    void closed(Inbox inbox) {
        inboxes.remove(inbox.name(), inbox);
    }

    TicketEnd newTicket() {
        TicketEnd ticket = new TicketEnd(nextTicket.getAndIncrement());
        tickets.put(ticket.number(), ticket);
        return ticket;
    }

    boolean hasOpenTickets() {
        return !tickets.isEmpty();
    }

    /** The first of as many numbers as the probes of one path may need. */
    long firstProbe() {
        return nextProbe.getAndAdd(PROBES_PER_RUN_MAX);
    }

    void awaitProbe(long number, LongConsumer roundTripNanos) {
        probes.put(number, roundTripNanos);
    }

    void endProbe(long number) {
        probes.remove(number);
    }

    /** The node has gone: no ticket stays open, and nobody waits for a message any more. */
    void end() {
        for (TicketEnd ticket : tickets.values()) {
            ticket.settle(Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.SENDER_CLOSED), callbacks);
        }
        tickets.clear();
        for (Inbox inbox : List.copyOf(inboxes.values())) {
            inbox.end();
        }
    }

    // ------------------------------------------------------------------ on the loop

    @Override
    public void dial(long connection, Locator locator) {
        driver.dial(connection, locator);
    }

    @Override
    public void beacon(ByteView datagram) {
        driver.beacon(datagram);
    }

    @Override
    public void beaconTo(String source, ByteView datagram) {
        driver.beaconTo(source, datagram);
    }

    @Override
    public Acceptance deliver(String endpoint, Endpoints.Delivery delivery) {
        Inbox inbox = inboxes.get(endpoint);
        return inbox == null
                ? Acceptance.NO_ENDPOINT
                : inbox.offer(new Message(delivery.from(), delivery.payload().toByteArray(), delivery.hops()));
    }

    @Override
    public void settled(long ticket, Outcome outcome) {
        TicketEnd end = tickets.remove(ticket);
        if (end != null) {
            end.settle(outcome, callbacks);
        }
        if (!outcome.isDelivered()) {
            events.tell(MeshEvent.Kind.DEAD_LETTER, self, "message " + ticket + " is " + outcome);
        }
    }

    @Override
    public void probed(long probe, NodeId responder, int hops, long roundTripNanos) {
        LongConsumer waiting = probes.remove(probe);
        if (waiting != null) {
            waiting.accept(roundTripNanos);
        }
    }

    @Override
    public void trace(TraceEvent event) {
        events.tell(event);
    }
}
