package dev.weft.node;

import dev.weft.ConnectionException;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Ticket;
import dev.weft.core.flow.Send;
import dev.weft.core.wire.Data;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A connection as messages. */
record PacketEnd(ConnectionEnd connection, Application application) implements PacketSocket {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    @Override
    public NodeId peer() {
        return connection.peer();
    }

    @Override
    public String endpoint() {
        return connection.endpoint();
    }

    @Override
    public Ticket send(byte[] message) throws ConnectionException, InterruptedException {
        return send(message, Send.NO_TIMEOUT_NANOS);
    }

    @Override
    public Ticket send(byte[] message, Duration timeout) throws ConnectionException, InterruptedException {
        if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("send timeout " + timeout + " must be from 1 ms to 1 hour");
        }
        return send(message, timeout.toNanos());
    }

    private Ticket send(byte[] message, long timeoutNanos) throws ConnectionException, InterruptedException {
        if (message.length > Data.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + message.length + " bytes is too large: at most " + Data.MESSAGE_BYTES_MAX);
        }
        TicketEnd ticket = new TicketEnd(application.nextTicket());
        if (!connection.send(message.clone(), timeoutNanos, ticket)) {
            ticket.settle(Outcome.of(Outcome.Kind.EXPIRED, Outcome.Reason.QUEUE_FULL), connection.callbacks());
        }
        return ticket;
    }

    @Override
    public CompletionStage<Void> onMessage(Consumer<byte[]> handler) {
        return connection.handTo(handler);
    }

    @Override
    public Optional<byte[]> receive() throws ConnectionException, InterruptedException {
        return Optional.ofNullable(connection.take());
    }

    @Override
    public Optional<byte[]> receive(Duration timeout)
            throws ConnectionException, InterruptedException, TimeoutException {
        return Optional.ofNullable(connection.take(TimeUnit.NANOSECONDS.convert(timeout)));
    }

    @Override
    public void finish() {
        connection.finish();
    }

    @Override
    public void abort() {
        connection.abort();
    }

    @Override
    public void close() {
        connection.close(0);
    }
}
