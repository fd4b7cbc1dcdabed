package dev.weft.node;

import dev.weft.ConnectionException;
import dev.weft.NodeId;
import dev.weft.StreamSocket;
import dev.weft.core.flow.Send;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;

/** A connection as bytes. */
final class StreamEnd implements StreamSocket {
    /** What goes out at a time. */
    private static final int PIECE_BYTES = 64 << 10;

    private final ConnectionEnd connection;
    private final Application application;
    private final InputStream input = new Input();
    private final OutputStream output = new Output();
    /** What came last and is not read to its end; written by the reader alone, which whoever closes may not be. */
    private volatile ByteBuffer left = ByteBuffer.allocate(0);

    StreamEnd(ConnectionEnd connection, Application application) {
        this.connection = connection;
        this.application = application;
    }

    @Override
    public NodeId peer() {
        return connection.peer();
    }

    @Override
    public String endpoint() {
        return connection.endpoint();
    }

    @Override
    public int read(ByteBuffer into) throws ConnectionException, ClosedByInterruptException {
        if (!into.hasRemaining()) {
            return 0;
        }
        while (!left.hasRemaining()) {
            try {
                byte[] next = connection.take();
                if (next == null) {
                    return -1;
                }
                left = ByteBuffer.wrap(next);
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
        int count = Math.min(left.remaining(), into.remaining());
        into.put(into.position(), left, left.position(), count);
        into.position(into.position() + count);
        left.position(left.position() + count);
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws ConnectionException, ClosedByInterruptException {
        int all = from.remaining();
        while (from.hasRemaining()) {
            byte[] piece = new byte[Math.min(PIECE_BYTES, from.remaining())];
            from.get(piece);
            try {
                connection.send(piece, Send.NO_TIMEOUT_NANOS, new Pending.Unwatched(application.nextTicket()));
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
        return all;
    }

    private ClosedByInterruptException interrupted() {
        abort();
        Thread.currentThread().interrupt();
        return new ClosedByInterruptException();
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void finish() {
        connection.finish();
    }

    @Override
    public void awaitFinished() throws ConnectionException, InterruptedException {
        connection.awaitFinished();
    }

    @Override
    public void abort() {
        connection.abort();
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void close() {
        connection.close(left.remaining());
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return StreamEnd.this.read(ByteBuffer.wrap(into, offset, length));
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            StreamEnd.this.write(ByteBuffer.wrap(from, offset, length));
        }

        @Override
        public void close() {
            finish();
        }
    }
}
