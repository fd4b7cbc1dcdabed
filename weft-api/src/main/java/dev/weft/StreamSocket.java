package dev.weft;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * One end of a STREAM connection: bytes in both directions, in order, none lost and none doubled. As a channel, it
 * blocks; either side that does not read makes the other wait. Reading and writing may be done by two threads at a
 * time, one each. Bound to one life of either node: where one of them restarts the connection ends.
 */
public interface StreamSocket extends ByteChannel {
    /** The node at the other end. */
    NodeId peer();

    /** The endpoint that was connected to. */
    String endpoint();

    /**
     * Waits for bytes and takes as many as there are and fit.
     *
     * @return how many, -1 when the other end has sent its last
     * @throws ConnectionException if the connection is no more, or the other end was closed and has not taken all that
     *     was written to it; what had come in order before is read first
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted; the socket is then aborted
     */
    @Override
    int read(ByteBuffer into) throws ConnectionException, java.nio.channels.ClosedByInterruptException;

    /**
     * Sends all that remains in the buffer. Waits where more than 4 MiB are not acknowledged.
     *
     * @throws ConnectionException if the connection is no more, the other end was closed, or {@link #finish} was called
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted; the socket is then aborted
     */
    @Override
    int write(ByteBuffer from) throws ConnectionException, java.nio.channels.ClosedByInterruptException;

    /** The same bytes as {@link #read}. Closing it does nothing. */
    InputStream input();

    /** The same bytes as {@link #write}. Closing it is {@link #finish}. */
    OutputStream output();

    /** Says that nothing more will be sent; reading goes on. */
    void finish();

    /**
     * Waits until all that was written has been received by the other node, after {@link #finish}.
     *
     * @throws ConnectionException if the connection is no more
     * @throws InterruptedException if the thread is interrupted
     */
    void awaitFinished() throws ConnectionException, InterruptedException;

    /** Ends the connection at once, both ways; what is under way may be lost. The other end is told. */
    void abort();

    /**
     * Ends the connection: what was written still arrives, in the background, while the other node answers; what
     * comes is refused. Where something that had come was not read the other end reads a reset instead of the end.
     */
    @Override
    void close();
}
