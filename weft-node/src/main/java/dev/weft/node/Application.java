package dev.weft.node;

import dev.weft.Locator;
import dev.weft.MeshEvent;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Revocations;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.TraceEvent;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the application has under way on a node: open endpoints, connections, probes without an answer; and what becomes
 * of its sends, which it does not keep: the engine settles each.
 * Its methods as {@link Engine.Output} are called on the loop's thread, the others on any.
 */
final class Application implements Engine.Output {
    private static final int PROBES_PER_RUN_MAX = 64;
    private static final int GROUPS_BYTES_MAX = 8_192;

    private final NodeId self;
    private final Driver driver;
    private final NodeEvents events;
    private final Executor callbacks;
    private final Completions completions;
    private final ConcurrentHashMap<Long, Inbox> inboxes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, ListenerEnd<?>> listeners = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, SocketKind> listenerKinds = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, ConnectionEnd> connections = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, GroupInbox> memberships = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, GroupTicketEnd> groupTickets = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, LongConsumer> probes = new ConcurrentHashMap<>();
    private final SendBudget budget;
    /** Connections that came to nothing before the engine had told their number. */
    private final TreeMap<Long, Outcome> refused = new TreeMap<>();

    private volatile @Nullable Accepting accepting;
    private volatile Consumer<Revocations> revocationKeeper = newest -> {};
    /** Endpoints to which something has come in this turn; the loop's own. */
    private final List<Inbox> filled = new ArrayList<>();
    /** Whether all ends have been asked to tell what was taken; the loop's own. */
    private boolean crowded;

    private final AtomicLong nextTicket = new AtomicLong(1);
    private final AtomicLong nextProbe = new AtomicLong(1);

    Application(NodeId self, Driver driver, NodeEvents events, Executor callbacks, SendBudget budget) {
        this.self = self;
        this.driver = driver;
        this.events = events;
        this.callbacks = callbacks;
        this.budget = budget;
        this.completions = new Completions(callbacks);
    }

    /** On the loop: what a turn of the engine has brought is handed on, all of it together. */
    void endTurn() {
        filled.forEach(Inbox::flush);
        filled.clear();
        completions.flush();
        budget.flush();
    }

    /** What hears of each newer list of revocations, on the loop. */
    void keepingRevocations(Consumer<Revocations> keeper) {
        revocationKeeper = keeper;
    }

    @Override
    public void revocationsChanged(Revocations newest) {
        revocationKeeper.accept(newest);
    }

    /** Makes the ends of connections that other nodes have asked for. */
    interface Accepting {
        ConnectionEnd accepted(ListenerEnd<?> listener, SocketKind kind, NodeId from, long connection);
    }

    void accepting(Accepting maker) {
        accepting = maker;
    }

    /** @throws IllegalStateException if the node is a member already, or in too many groups */
    void joined(GroupInbox inbox, int groupsMax) {
        int bytes = inbox.group().length();
        for (String group : memberships.keySet()) {
            bytes += group.getBytes(StandardCharsets.UTF_8).length;
        }
        // Every node keeps what each says of itself.
        if (memberships.size() >= groupsMax || bytes > GROUPS_BYTES_MAX) {
            throw new IllegalStateException("this node is in " + memberships.size() + " groups whose names have "
                    + bytes + " bytes with this one: at most " + groupsMax + " and " + GROUPS_BYTES_MAX);
        }
        if (memberships.putIfAbsent(inbox.group(), inbox) != null) {
            throw new IllegalStateException("this node is a member of '" + inbox.group() + "' already");
        }
    }

    void left(GroupInbox inbox) {
        memberships.remove(inbox.group(), inbox);
    }

    /** A ticket of a send to many that has found no room. */
    GroupTicketEnd newGroupTicket() {
        return kept(new GroupTicketEnd(nextTicket(), null, 0));
    }

    GroupTicketEnd newGroupTicket(SendBudget.Account account, long charge) {
        return kept(new GroupTicketEnd(nextTicket(), account, charge));
    }

    private GroupTicketEnd kept(GroupTicketEnd ticket) {
        groupTickets.put(ticket.number(), ticket);
        return ticket;
    }

    void opened(long number, Inbox inbox) {
        inboxes.put(number, inbox);
    }

    void closed(long number) {
        inboxes.remove(number);
    }

    void listening(long number, SocketKind kind, ListenerEnd<?> listener) {
        listenerKinds.put(number, kind);
        listeners.put(number, listener);
    }

    void listensNoMore(long number) {
        listeners.remove(number);
        listenerKinds.remove(number);
    }

    /** On the loop, as the engine has given the number. */
    void connecting(long number, ConnectionEnd connection) {
        Outcome early = refused.remove(number);
        if (early == null) {
            connections.put(number, connection);
        } else {
            connection.connected(early);
        }
    }

    /** Nothing more is to be heard of a connection. */
    void forget(ConnectionEnd connection, long number) {
        connections.remove(number, connection);
    }

    long nextTicket() {
        return nextTickets(1);
    }

    /** The first of so many in a row. */
    long nextTickets(int count) {
        return nextTicket.getAndAdd(count);
    }

    SendBudget budget() {
        return budget;
    }

    /** Whether something is on its way of which an outcome will be known. */
    boolean isBusy() {
        return budget.isInUse()
                || !groupTickets.isEmpty()
                || connections.values().stream().anyMatch(ConnectionEnd::isFinishing);
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

    /** The node has gone: nobody waits for a message any more. */
    void end() {
        budget.close();
        for (Inbox inbox : List.copyOf(inboxes.values())) {
            inbox.end();
        }
        groupTickets.values().forEach(ticket -> ticket.end(callbacks));
        groupTickets.clear();
        memberships.values().forEach(GroupInbox::end);
        for (ListenerEnd<?> listener : listeners.values()) {
            listener.end();
        }
        for (ConnectionEnd connection : connections.values()) {
            connection.broken(Outcome.Reason.SENDER_CLOSED);
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
    public void cast(ByteView datagram) {
        driver.cast(datagram);
    }

    @Override
    public void beaconTo(String source, ByteView datagram) {
        driver.beaconTo(source, datagram);
    }

    @Override
    public void deliver(long endpoint, Endpoints.Delivery delivery) {
        Inbox inbox = inboxes.get(endpoint);
        if (inbox != null && inbox.add(delivery)) {
            filled.add(inbox);
        }
    }

    @Override
    public void accepted(long listener, long connection, NodeId from) {
        ListenerEnd<?> end = listeners.get(listener);
        SocketKind kind = listenerKinds.get(listener);
        Accepting maker = accepting;
        if (end != null && kind != null && maker != null) {
            ConnectionEnd made = maker.accepted(end, kind, from, connection);
            connections.put(connection, made);
            end.add(made);
        }
    }

    @Override
    public void connected(long connection, Outcome outcome) {
        ConnectionEnd end = connections.get(connection);
        if (end == null && !outcome.isDelivered()) {
            refused.put(connection, outcome);
        }
        if (end != null) {
            end.connected(outcome);
            if (!outcome.isDelivered()) {
                connections.remove(connection);
            }
        }
    }

    @Override
    public Acceptance received(long connection, ByteView payload) {
        ConnectionEnd end = connections.get(connection);
        return end == null ? Acceptance.CLOSED : end.received(payload);
    }

    @Override
    public void inputEnded(long connection) {
        ConnectionEnd end = connections.get(connection);
        if (end != null) {
            end.inputEnded();
            forgetIfOver(connection, end);
        }
    }

    @Override
    public void outputFinished(long connection) {
        ConnectionEnd end = connections.get(connection);
        if (end != null) {
            end.outputFinished();
            forgetIfOver(connection, end);
        }
    }

    @Override
    public void outputRefused(long connection, int rejectedCount) {
        ConnectionEnd end = connections.get(connection);
        if (end != null) {
            end.outputRefused(rejectedCount);
            forgetIfOver(connection, end);
        }
    }

    private void forgetIfOver(long connection, ConnectionEnd end) {
        if (end.isOver()) {
            connections.remove(connection);
        }
    }

    @Override
    public void broken(long connection, Outcome.Reason reason) {
        ConnectionEnd end = connections.remove(connection);
        if (end != null) {
            end.broken(reason);
        }
    }

    @Override
    public GroupAcceptance deliverToGroup(GroupArrival arrival) {
        GroupInbox inbox = memberships.get(arrival.group());
        return inbox == null ? GroupAcceptance.NO_MEMBER : inbox.offer(arrival);
    }

    @Override
    public void settledFor(long ticket, NodeId member, Outcome outcome) {
        GroupTicketEnd end = groupTickets.get(ticket);
        if (end != null) {
            end.settle(member, outcome);
        }
        if (!outcome.isDelivered()) {
            events.tell(MeshEvent.Kind.DEAD_LETTER, member, "message " + ticket + " for many is " + outcome);
        }
    }

    @Override
    public void groupSettled(long ticket) {
        GroupTicketEnd end = groupTickets.remove(ticket);
        if (end != null) {
            end.end(completions);
        }
    }

    @Override
    public void settled(Claim claim, Outcome outcome) {
        for (int i = 0; i < claim.count() && !outcome.isDelivered(); i++) {
            events.tell(MeshEvent.Kind.DEAD_LETTER, self, "message " + claim.number(i) + " is " + outcome);
        }
        if (claim instanceof Pending send) {
            send.settle(outcome, completions);
        }
    }

    @Override
    public void crowded() {
        if (crowded) {
            return;
        }
        crowded = true;
        driver.later(() -> {
            crowded = false;
            inboxes.values().forEach(Inbox::tellAtOnce);
            connections.values().forEach(ConnectionEnd::tellAtOnce);
        });
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
