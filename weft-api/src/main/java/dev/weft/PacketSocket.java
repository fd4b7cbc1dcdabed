package dev.weft;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One end of a SEQPACKET connection: messages in both directions, each of them whole, once, and in the order of
 * sending. Thread-safe; messages sent from several threads are ordered as their calls began to return. Bound to one
 * life of either node: where one of them restarts the connection ends, and is never spliced into the next.
 */
public interface PacketSocket extends AutoCloseable {
    /** The node at the other end. */
    NodeId peer();

    /** The endpoint that was connected to. */
    String endpoint();

    /**
     * Sends one message. Waits where more than 4 MiB of this connection are not acknowledged.
     *
     * @param message at most 16 MiB; copied before this returns
     * @return ends as delivered when the message is in the receiver's queue, and so is every message before it;
     *     rejected where the other end was closed before
     * @throws ConnectionException if the connection is no more, the other end was closed, or {@link #finish} was called
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    Ticket send(byte[] message) throws ConnectionException, InterruptedException;

    /**
     * As {@link #send(byte[])}, for a message that is of no use if it cannot leave in time. One that has not begun to leave
     * by then is withdrawn: it ends as expired, and the connection goes on as though it had never been. One that has
     * begun to leave arrives as any other, however long that takes.
     *
     * @param timeout how long it may wait for room here and for its turn: 1 ms to 1 hour
     */
    Ticket send(byte[] message, Duration timeout) throws ConnectionException, InterruptedException;

    /**
     * Waits for the next message.
     *
     * @return empty when the other end has sent its last
     * @throws ConnectionException if the connection is no more, or the other end was closed and has not taken all that
     *     was sent to it; what had come in order before is received first
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<byte[]> receive() throws ConnectionException, InterruptedException;

    /**
     * Waits for the next message, for so long at most.
     *
     * @return empty when the other end has sent its last
     * @throws TimeoutException if nothing has come in time
     * @throws ConnectionException if the connection is no more
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<byte[]> receive(Duration timeout) throws ConnectionException, InterruptedException, TimeoutException;

    /**
     * Hands every message, from now on, to a handler on the mesh's callback executor, one at a time. While it works the
     * next ones wait, and at last their sender. {@link #receive()} is not to be used beside it.
     *
     * <pre>{@code
     * Mesh mesh = Mesh.join("demo");
     * mesh.listenPackets("orders").onConnection(orders -> orders
     *         .onMessage(order -> System.out.println(order.length + " bytes"))
     *         .whenComplete((end, broken) -> orders.close()));
     * }</pre>
     *
     * @return ends behind the last message: well when the other end has sent its last, else with the
     *     {@link ConnectionException} that {@link #receive()} would throw
     * @throws IllegalStateException if there is a handler already
     */
    CompletionStage<Void> onMessage(Consumer<byte[]> handler);

    /** Says that nothing more will be sent; receiving goes on. */
    void finish();

    /** Ends the connection at once, both ways; what is under way may be lost. The other end is told. */
    void abort();

    /**
     * Ends the connection: what was sent still arrives, in the background, while the other node answers; what comes
     * is refused. Where something that had come was not received the other end receives a reset instead of the end.
     */
    @Override
    void close();
}
