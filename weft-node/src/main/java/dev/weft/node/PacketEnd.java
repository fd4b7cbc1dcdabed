package dev.weft.node;

import dev.weft.ConnectionException;
import dev.weft.NodeId;
import dev.weft.PacketSocket;
import dev.weft.Ticket;
import dev.weft.core.wire.Data;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** A connection as messages. */
record PacketEnd(ConnectionEnd connection, Application application) implements PacketSocket {
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
        if (message.length > Data.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + message.length + " bytes is too large: at most " + Data.MESSAGE_BYTES_MAX);
        }
        TicketEnd ticket = new TicketEnd(application.nextTicket());
        connection.send(message.clone(), ticket);
        return ticket;
    }

    @Override
    public Optional<byte[]> receive() throws ConnectionException, InterruptedException {
        return Optional.ofNullable(connection.take());
    }

    @Override
    public Optional<byte[]> receive(Duration timeout)
            throws ConnectionException, InterruptedException, TimeoutException {
        return Optional.ofNullable(connection.take(timeout.toNanos()));
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
