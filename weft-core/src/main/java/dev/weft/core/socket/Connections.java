package dev.weft.core.socket;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.InvariantError;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.ReceiveTotal;
import dev.weft.core.flow.Receiver;
import dev.weft.core.flow.Send;
import dev.weft.core.flow.Sender;
import dev.weft.core.wire.FlowLabel;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connected sockets of this node, SEQPACKET and STREAM: who listens, who is connected to whom, and how a
 * connection begins and ends. A connection is two flows, one each way. The one that asks for it begins with an empty
 * message, whose acknowledgement means that it was accepted; the other names the first as what it answers. How they end
 * is decided by {@link Duplex}.
 *
 * <p>A connection is bound to one life of either node. Driven by the engine.
 */
public final class Connections {
    /** What the application is told. May not call back in. */
    public interface Output {
        /** Somebody has connected to an endpoint that listens. */
        void accepted(long listener, long connection, NodeId from);

        /** A connection that this node asked for is there, or was refused and is no more. */
        void connected(long connection, Outcome outcome);

        /**
         * A message, or the next bytes; {@link Connections#taken} is to be told when they were used.
         *
         * @return TAKEN, or CLOSED where the application is about to close its end
         */
        Acceptance received(long connection, ByteView payload);

        /** The other end has sent its last, and has taken all that it was given. */
        void inputEnded(long connection);

        /** All that was sent has arrived, and nothing more will be sent. */
        void outputFinished(long connection);

        /**
         * The other end takes nothing more; what comes from it still comes.
         *
         * @param rejectedCount how many messages it has not taken
         */
        void outputRefused(long connection, int rejectedCount);

        /**
         * The connection is no more, after all that was received: what was not acknowledged may be lost. With
         * CONNECTION_RESET the other end has closed and not taken all, or does not know of the connection any more.
         */
        void broken(long connection, Outcome.Reason reason);
    }

    /**
     * Bounds.
     *
     * @param connectionsMax at a time: 1 to 1,000,000
     * @param backlogMax accepted and not yet taken by the application, per listener: 1 to 65,536
     * @param capacityBytes received and not yet taken, per connection: 64 KiB to 1 GiB
     * @param silenceNanos how long the other node may be out of reach, where a connection's own timeout is not longer: 1 s
     *     to 1 day
     */
    public record Limits(int connectionsMax, int backlogMax, long capacityBytes, long silenceNanos) {
        public static final Limits DEFAULT = new Limits(16_384, 128, 4L << 20, 60_000_000_000L);

        public Limits {
            Check.within("connections-max", connectionsMax, 1, 1_000_000);
            Check.within("connection-backlog", backlogMax, 1, 65_536);
            Check.within("connection-buffer", capacityBytes, 64 << 10, 1 << 30);
            Check.within("connection-timeout", silenceNanos, 1_000_000_000L, 86_400_000_000_000L);
        }
    }

    /** For how long nothing may be heard of the other end where nobody says otherwise. */
    public static final long PATIENCE_NANOS = 30_000_000_000L;

    private static final class Connection {
        private final long number;
        private final NodeId peer;
        private final ReceiveBuffer buffer;
        /** How long the other node may be out of reach. */
        private final long silenceNanos;
        /** How secret what comes must have been on its way. */
        private final Secrecy demanded;

        private long flow;
        private final Duplex duplex = new Duplex();
        private @Nullable FlowLabel inbound;
        /** What was handed over to the application in all. */
        private long givenCharge;

        /** Where it waits to be taken by the application. */
        private @Nullable Listener listener;

        private long unreachableSinceNanos = Deadlines.NEVER;

        private Connection(long number, NodeId peer, Secrecy demanded, ReceiveBuffer buffer, long silenceNanos) {
            this.number = number;
            this.peer = peer;
            this.demanded = demanded;
            this.buffer = buffer;
            this.silenceNanos = silenceNanos;
        }

        private void leaveBacklog() {
            if (listener != null) {
                listener.dequeued();
                listener = null;
            }
        }

        private long unreachableEndNanos() {
            return unreachableSinceNanos == Deadlines.NEVER ? Deadlines.NEVER : unreachableSinceNanos + silenceNanos;
        }
    }

    private final NodeId self;
    private final Limits limits;
    private final ReceiveTotal total;
    private final Sender sender;
    private final BiPredicate<Secrecy, NodeId> canMeet;
    private final Output out;
    private @Nullable Receiver receiver;

    private final TreeMap<String, Listener> listeners = new TreeMap<>();
    private final TreeMap<Long, Connection> connections = new TreeMap<>();
    private final TreeMap<Long, Connection> byFlow = new TreeMap<>();
    private final TreeMap<FlowLabel.Name, Connection> byInbound = new TreeMap<>();
    private final TreeMap<Long, Listener> listenersByNumber = new TreeMap<>();
    private long nextNumber = 1;
    private long nextCheckNanos = Deadlines.NEVER;
    private long refusedCount;
    private long now;

    /**
     * @param total what they hold together with the endpoints
     * @param canMeet whether what goes to a node can be as secret as that
     */
    public Connections(
            NodeId self,
            Limits limits,
            ReceiveTotal total,
            Sender sender,
            BiPredicate<Secrecy, NodeId> canMeet,
            Output out) {
        this.self = self;
        this.limits = limits;
        this.total = total;
        this.sender = sender;
        this.canMeet = canMeet;
        this.out = out;
    }

    /** The other half of what this machine drives; made after it. */
    public void receiver(Receiver driven) {
        receiver = driven;
    }

    public int count() {
        return connections.size();
    }

    public int listenerCount() {
        return listeners.size();
    }

    /** How often a connection was refused, asked for here or by others, for there was no room. */
    public long refusedCount() {
        return refusedCount;
    }

    public boolean isListening(String endpoint) {
        return listeners.containsKey(endpoint);
    }

    // ------------------------------------------------------------------ commands

    /**
     * Accepts connections to an endpoint; returns the listener's number.
     *
     * @param manner how what is sent from here over them travels
     * @param patienceNanos for how long nothing may be heard of the other end while something of that is outstanding
     */
    public long listen(String endpoint, SocketKind kind, Manner manner, long patienceNanos) {
        Check.that(kind.isConnected(), kind + " is not a connected kind");
        Check.that(!isListening(endpoint), "endpoint '" + endpoint + "' is open already");
        Listener listener = new Listener(nextNumber++, endpoint, kind, manner, patienceNanos, limits.backlogMax());
        listeners.put(endpoint, listener);
        listenersByNumber.put(listener.number(), listener);
        return listener.number();
    }

    /** Accepts no more; connections that the application has taken live on, others are reset. */
    public void closeListener(long number, long nowNanos) {
        now = nowNanos;
        Listener closed = listenersByNumber.remove(number);
        if (closed == null) {
            return;
        }
        listeners.remove(closed.endpoint());
        for (Connection connection : List.copyOf(connections.values())) {
            if (connection.listener == closed) {
                abort(connection, Outcome.Reason.CONNECTION_RESET);
            }
        }
    }

    /** The application has taken a connection out of the backlog. */
    public void accept(long number) {
        Connection connection = connections.get(number);
        if (connection != null && connection.listener != null) {
            connection.leaveBacklog();
            forgetIfOver(connection);
        }
    }

    /**
     * Asks for a connection; {@link Output#connected} tells what became of it. Returns its number.
     *
     * @param patienceNanos for how long nothing may be heard of the other end while something is outstanding, first the
     *     answer to this
     */
    public long connect(
            NodeId destination, SocketKind kind, String endpoint, Manner manner, long patienceNanos, long nowNanos) {
        now = nowNanos;
        Connection connection = connection(destination, manner.secrecy(), patienceNanos);
        if (connections.size() >= limits.connectionsMax()) {
            refusedCount++;
            out.connected(connection.number, Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.LIMIT));
            return connection.number;
        }
        if (!canMeet.test(manner.secrecy(), destination)) {
            out.connected(connection.number, Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.NOT_SEALED));
            return connection.number;
        }
        connection.flow = sender.connect(destination, kind, endpoint, manner, patienceNanos, nowNanos);
        if (connection.flow == 0) {
            out.connected(connection.number, Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
            return connection.number;
        }
        connections.put(connection.number, connection);
        byFlow.put(connection.flow, connection);
        return connection.number;
    }

    /** Sends on a connection; the flow settles the ticket, at once where the connection is no more or has ended. */
    public void send(long number, Send send, long nowNanos) {
        Connection connection = connections.get(number);
        boolean goes = connection != null && connection.duplex.sending() == Duplex.Sending.GOES;
        if (connection != null) {
            connection.duplex.rejected();
        }
        sender.sendOn(goes && connection != null ? connection.flow : 0, send, nowNanos);
    }

    /** The node at the other end. */
    public Optional<NodeId> peer(long number) {
        return Optional.ofNullable(connections.get(number)).map(connection -> connection.peer);
    }

    /** The node that a flow of a connection leads to. */
    public Optional<NodeId> peerOf(long flow) {
        return Optional.ofNullable(byFlow.get(flow)).map(connection -> connection.peer);
    }

    /** Nothing more will be sent; {@link Output#outputFinished} when all has arrived. */
    public void finish(long number, long nowNanos) {
        now = nowNanos;
        Connection connection = connections.get(number);
        if (connection != null) {
            finish(connection, Outcome.Reason.NONE);
        }
    }

    private void finish(Connection connection, Outcome.Reason farewell) {
        Duplex.Output before = connection.duplex.output();
        if (connection.duplex.finish()) {
            sender.finish(connection.flow, farewell, now);
        } else if (before == Duplex.Output.REFUSED && connection.duplex.output() == Duplex.Output.FINISHED) {
            out.outputFinished(connection.number);
        }
        forgetIfOver(connection);
    }

    /**
     * The application is done with a connection: what was sent still arrives, what comes is refused. The other end
     * receives the end, or a reset where not all of what was given to this one was taken.
     *
     * @param takenCharge what the application has taken since the connection began: the sum of
     *     {@link ReceiveBuffer#charge} of each
     */
    public void close(long number, long takenCharge, long nowNanos) {
        now = nowNanos;
        Connection connection = connections.get(number);
        if (connection == null) {
            return;
        }
        Outcome.Reason farewell = connection.duplex.shut(connection.givenCharge - takenCharge);
        FlowLabel inbound = connection.inbound;
        if (inbound != null) {
            driven().shut(inbound, Outcome.Reason.CONNECTION_RESET);
        }
        connection.buffer.detach();
        finish(connection, farewell);
    }

    /** Ends a connection at once, both ways; the other end is told. The application hears nothing more of it. */
    public void abort(long number, long nowNanos) {
        now = nowNanos;
        Connection connection = connections.get(number);
        if (connection != null) {
            abort(connection, Outcome.Reason.CONNECTION_RESET);
        }
    }

    /** The application has used what it received; returns the buffer that has more room now. */
    public Optional<ReceiveBuffer> taken(long number, long charge) {
        Connection connection = connections.get(number);
        if (connection == null) {
            return Optional.empty();
        }
        connection.buffer.release(charge);
        return Optional.of(connection.buffer);
    }

    /** Breaks all connections: this node is closing. */
    public void close(long nowNanos) {
        now = nowNanos;
        for (Connection connection : List.copyOf(connections.values())) {
            abort(connection, Outcome.Reason.SENDER_CLOSED);
            out.broken(connection.number, Outcome.Reason.SENDER_CLOSED);
        }
    }

    // ------------------------------------------------------------------ what the receiver asks and says

    /**
     * Whether a flow from another node may begin: because somebody listens, or because it answers one of ours.
     *
     * @param secrecy of what comes over it
     */
    public Acceptance check(FlowLabel label, Secrecy secrecy, long nowNanos) {
        now = nowNanos;
        return label.answers() == 0 ? welcome(label, secrecy) : match(label, secrecy);
    }

    private Acceptance welcome(FlowLabel label, Secrecy secrecy) {
        Listener listener = listeners.get(label.endpoint());
        if (listener == null) {
            return Acceptance.NO_ENDPOINT;
        }
        Acceptance admission = listener.admit(label, secrecy);
        if (admission == Acceptance.TAKEN && connections.size() >= limits.connectionsMax()) {
            admission = Acceptance.QUEUE_FULL;
        }
        if (admission != Acceptance.TAKEN) {
            refusedCount += admission == Acceptance.QUEUE_FULL ? 1 : 0;
            return admission;
        }
        Manner manner = listener.manner();
        Connection connection = connection(label.origin(), manner.secrecy(), listener.patienceNanos());
        connection.inbound = label;
        byInbound.put(label.name(), connection);
        connection.duplex.inputOpened();
        connection.duplex.outputOpened();
        connection.listener = listener;
        listener.queued();
        connection.flow = sender.answer(label, manner.with(label.secrecy()), listener.patienceNanos(), now);
        connections.put(connection.number, connection);
        byFlow.put(connection.flow, connection);
        out.accepted(listener.number(), connection.number, label.origin());
        return Acceptance.TAKEN;
    }

    static boolean meets(Secrecy given, Secrecy demanded) {
        return demanded == Secrecy.BY_POLICY || given == demanded;
    }

    private Acceptance match(FlowLabel label, Secrecy secrecy) {
        Connection connection = answered(label);
        if (connection == null) {
            return Acceptance.NO_ENDPOINT;
        }
        if (!meets(secrecy, connection.demanded)) {
            return Acceptance.NOT_SEALED;
        }
        if (connection.duplex.input() == Duplex.Input.SHUT) {
            return Acceptance.CLOSED;
        }
        connection.inbound = label;
        byInbound.put(label.name(), connection);
        connection.duplex.inputOpened();
        return Acceptance.TAKEN;
    }

    /** The connection that a flow answers which was not heard of before. */
    private @Nullable Connection answered(FlowLabel label) {
        Connection connection = byFlow.get(label.answers());
        return connection == null || connection.inbound != null || !connection.peer.equals(label.origin())
                ? null
                : connection;
    }

    public ReceiveBuffer buffer(FlowLabel label) {
        return of(label).buffer;
    }

    /**
     * Those of a bundle have one number, so that they are taken, or refused, together: an application that closes amid
     * them is given the rest, and has not taken it.
     */
    public Acceptance deliver(FlowLabel label, List<ByteView> messages) {
        Connection connection = of(label);
        boolean isFirst = true;
        // A bundle finds each message by walking over those before it.
        for (ByteView message : messages) {
            Acceptance acceptance = out.received(connection.number, message);
            if (isFirst && acceptance != Acceptance.TAKEN) {
                return acceptance;
            }
            isFirst = false;
            connection.givenCharge += ReceiveBuffer.charge(message);
        }
        return Acceptance.TAKEN;
    }

    /**
     * The other end has said its last word.
     *
     * @param reason why it has not taken all that was sent to it; NONE where it has
     */
    public void inputEnded(FlowLabel label, Outcome.Reason reason, long nowNanos) {
        now = nowNanos;
        Connection connection = find(label);
        if (connection == null) {
            return;
        }
        connection.duplex.inputEnded(reason);
        if (connection.duplex.input() == Duplex.Input.ENDED) {
            out.inputEnded(connection.number);
            forgetIfOver(connection);
        } else {
            remove(connection);
            out.broken(connection.number, reason);
            // What was sent and is not taken is refused in order; then the flow is no more.
            sender.finish(connection.flow, Outcome.Reason.NONE, now);
        }
    }

    public void inputBroken(FlowLabel label, Outcome.Reason reason, long nowNanos) {
        now = nowNanos;
        Connection connection = find(label);
        if (connection == null && label.answers() != 0) {
            connection = answered(label);
        }
        if (connection != null) {
            abort(connection, reason);
            out.broken(connection.number, reason);
        }
    }

    // ------------------------------------------------------------------ what the sender says

    public void opened(long flow, Outcome outcome) {
        Connection connection = byFlow.get(flow);
        if (connection == null) {
            return;
        }
        if (!outcome.isDelivered()) {
            remove(connection);
        } else {
            connection.duplex.outputOpened();
        }
        out.connected(connection.number, outcome);
    }

    public void outputFinished(long flow) {
        Connection connection = byFlow.get(flow);
        if (connection != null) {
            connection.duplex.outputFinished();
            out.outputFinished(connection.number);
            forgetIfOver(connection);
        }
    }

    /** The other end takes nothing more; the flow is no more. */
    public void outputRefused(long flow, Outcome.Reason reason, int rejectedCount) {
        Connection connection = byFlow.get(flow);
        if (connection == null) {
            return;
        }
        connection.duplex.outputRefused(reason, rejectedCount);
        switch (connection.duplex.output()) {
            case FINISHED -> out.outputFinished(connection.number);
            case OPENING, OPEN, ENDING, REFUSED -> out.outputRefused(connection.number, rejectedCount);
        }
        if (connection.duplex.isBroken()) {
            remove(connection);
            resetInput(connection);
            out.broken(connection.number, connection.duplex.reason());
        } else {
            forgetIfOver(connection);
        }
    }

    public void outputBroken(long flow, Outcome.Reason reason) {
        Connection connection = byFlow.get(flow);
        if (connection != null) {
            remove(connection);
            resetInput(connection);
            out.broken(connection.number, reason);
        }
    }

    /** Breaks what other nodes have begun and might not begin any more. */
    public void review(Predicate<FlowLabel> permitted, long nowNanos) {
        now = nowNanos;
        for (Connection connection : List.copyOf(connections.values())) {
            FlowLabel inbound = connection.inbound;
            if (inbound != null && inbound.answers() == 0 && !permitted.test(inbound)) {
                abort(connection, Outcome.Reason.NOT_PERMITTED);
                out.broken(connection.number, Outcome.Reason.NOT_PERMITTED);
            }
        }
    }

    // ------------------------------------------------------------------ nodes out of reach

    /** Connections to nodes that cannot be reached are given up after a while, for their ends may wait for nothing. */
    public void handleReachable(Predicate<NodeId> reachable, long nowNanos) {
        nextCheckNanos = Deadlines.NEVER;
        for (Connection connection : connections.values()) {
            if (reachable.test(connection.peer) || connection.peer.equals(self)) {
                connection.unreachableSinceNanos = Deadlines.NEVER;
            } else if (connection.unreachableSinceNanos == Deadlines.NEVER) {
                connection.unreachableSinceNanos = nowNanos;
            }
            nextCheckNanos = Math.min(nextCheckNanos, connection.unreachableEndNanos());
        }
    }

    public void handleTime(long nowNanos) {
        if (nowNanos < nextCheckNanos) {
            return;
        }
        now = nowNanos;
        nextCheckNanos = Deadlines.NEVER;
        for (Connection connection : List.copyOf(connections.values())) {
            long end = connection.unreachableEndNanos();
            if (end <= nowNanos) {
                abort(connection, Outcome.Reason.NO_ROUTE);
                out.broken(connection.number, Outcome.Reason.NO_ROUTE);
            } else {
                nextCheckNanos = Math.min(nextCheckNanos, end);
            }
        }
    }

    public long nextDeadlineNanos() {
        return nextCheckNanos;
    }

    // ------------------------------------------------------------------ the book of connections

    private void abort(Connection connection, Outcome.Reason reason) {
        remove(connection);
        sender.abort(connection.flow, reason, now);
        resetInput(connection);
    }

    private void resetInput(Connection connection) {
        FlowLabel inbound = connection.inbound;
        if (inbound != null) {
            driven().reset(inbound);
        }
    }

    private void forgetIfOver(Connection connection) {
        if (connection.duplex.isOver() && connection.listener == null) {
            remove(connection);
        }
    }

    private Connection connection(NodeId peer, Secrecy demanded, long patienceNanos) {
        return new Connection(
                nextNumber++,
                peer,
                demanded,
                new ReceiveBuffer(limits.capacityBytes(), total),
                Math.max(limits.silenceNanos(), patienceNanos));
    }

    private void remove(Connection connection) {
        connection.buffer.detach();
        connections.remove(connection.number);
        byFlow.remove(connection.flow);
        FlowLabel inbound = connection.inbound;
        if (inbound != null) {
            byInbound.remove(inbound.name());
        }
        connection.leaveBacklog();
    }

    private Connection of(FlowLabel label) {
        Connection connection = find(label);
        if (connection == null) {
            throw new InvariantError("no connection has the flow " + label.number() + " of " + label.origin());
        }
        return connection;
    }

    private @Nullable Connection find(FlowLabel label) {
        return byInbound.get(label.name());
    }

    private Receiver driven() {
        Receiver present = receiver;
        if (present == null) {
            throw new InvariantError("connections without a receiver");
        }
        return present;
    }
}
