package dev.weft.node;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Limit;
import dev.weft.Limits;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * This node's end of a connection, between the loop, which reports what comes and what has become of it, and the
 * application, which sends and receives. {@link PacketEnd} and {@link StreamEnd} show it to the application.
 */
final class ConnectionEnd {
    /** How much of one connection may be without acknowledgement before its sender waits. */
    private static final long UNSETTLED_MAX = 4L << 20;

    private final NodeLife life;
    private final NodeId peer;
    private final String endpoint;
    private final SocketKind kind;
    private final ConnectOptions options;
    private final long unsettledMax;
    /** What the engine is told at a time of what was taken. */
    private long toldBytes;

    /** Held while a message is handed over, so that they go in the order in which they were taken. */
    private final ReentrantLock sending = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
    private long number;
    private boolean connected;
    private boolean inputEnded;
    private boolean finishing;
    private boolean outputFinished;
    private boolean discarding;
    private long unsettledBytes;
    private long untoldBytes;
    /** Why the connection is no more. */
    private @Nullable Outcome over;

    ConnectionEnd(NodeLife life, NodeId peer, String endpoint, SocketKind kind, ConnectOptions options) {
        this.life = life;
        this.peer = peer;
        this.endpoint = endpoint;
        this.kind = kind;
        this.options = options;
        Limits limits = life.config().limits();
        this.unsettledMax = Math.min(UNSETTLED_MAX, limits.of(Limit.FLOW_BYTES));
        this.toldBytes = limits.of(Limit.CONNECTION_BYTES) / 8;
    }

    NodeId peer() {
        return peer;
    }

    String endpoint() {
        return endpoint;
    }

    SocketKind kind() {
        return kind;
    }

    // ------------------------------------------------------------------ the loop's side

    /** The engine's number for it. */
    void numbered(long engineNumber) {
        locked(() -> number = engineNumber);
    }

    /** Asks the engine for the connection; on the loop. The answer may come before this returns. */
    void begin(Engine engine, Manner manner, long nowNanos) {
        long asked =
                engine.connect(peer, kind, endpoint, manner, options.timeout().toNanos(), nowNanos);
        numbered(asked);
        life.application().connecting(asked, this);
    }

    /** The application has it now. */
    void acceptedBy(Engine engine) {
        engine.accept(number);
    }

    void connected(Outcome outcome) {
        locked(() -> {
            connected = true;
            if (!outcome.isDelivered()) {
                over = outcome;
            }
        });
    }

    void received(ByteView payload) {
        byte[] bytes = payload.toByteArray();
        locked(() -> {
            if (discarding) {
                tell(ReceiveBuffer.charge(bytes.length));
            } else {
                queue.add(bytes);
            }
        });
    }

    void inputEnded() {
        locked(() -> inputEnded = true);
    }

    void outputFinished() {
        locked(() -> {
            outputFinished = true;
            if (discarding && !inputEnded) {
                abortEngine();
            }
        });
    }

    void broken(Outcome.Reason reason) {
        locked(() -> {
            if (over == null) {
                over = Outcome.of(Outcome.Kind.UNKNOWN, reason);
            }
        });
        life.application().budget().wake();
    }

    /** Whether what was sent is still on its way and nobody would wait for it. */
    boolean isFinishing() {
        lock.lock();
        try {
            return finishing && !outputFinished && over == null;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come and nothing more will go. */
    boolean isOver() {
        lock.lock();
        try {
            return over != null || inputEnded && outputFinished;
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------ the application's side

    /** Waits until the other end has answered. */
    void awaitConnected() throws ConnectionException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!connected && over == null) {
                changed.await();
            }
            requireLive();
        } catch (InterruptedException e) {
            abortEngine();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends bytes that nobody changes any more; waits where too much is unacknowledged.
     *
     * @param asked is told of the outcome on the loop's thread
     */
    void send(byte[] payload, Pending asked) throws ConnectionException, InterruptedException {
        sending.lockInterruptibly();
        try {
            SendBudget budget = life.application().budget();
            long charge = SendBudget.charge(payload.length);
            takeRoom(payload.length);
            try {
                if (!budget.takeWhile(this::isLive, charge)) {
                    requireLive();
                }
            } catch (ConnectionException | InterruptedException e) {
                locked(() -> unsettledBytes -= payload.length);
                throw e;
            }
            Pending charged = new Pending() {
                @Override
                public long number() {
                    return asked.number();
                }

                @Override
                public void settle(Outcome outcome, Executor callbacks) {
                    locked(() -> unsettledBytes -= payload.length);
                    budget.give(charge);
                    asked.settle(outcome, callbacks);
                }
            };
            Send send = new Send(
                    charged,
                    peer,
                    endpoint,
                    kind,
                    Manner.DEFAULT,
                    ByteView.of(payload),
                    options.timeout().toNanos());
            life.handOver(new Handovers.OfSendOn(number, send, charged));
        } finally {
            sending.unlock();
        }
    }

    /** Waits until the connection has room. */
    private void takeRoom(int bytes) throws ConnectionException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (unsettledBytes >= unsettledMax && over == null) {
                changed.await();
            }
            requireLive();
            if (finishing) {
                throw new ConnectionException(
                        "the connection to '" + endpoint + "' was finished: nothing more can be sent",
                        Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.SENDER_CLOSED));
            }
            unsettledBytes += bytes;
        } finally {
            lock.unlock();
        }
    }

    private boolean isLive() {
        lock.lock();
        try {
            return over == null;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what comes next; null at the end. */
    byte @Nullable [] take() throws ConnectionException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty() && !inputEnded && over == null) {
                changed.await();
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #take()}, for so long at most. */
    byte @Nullable [] take(long timeoutNanos) throws ConnectionException, InterruptedException, TimeoutException {
        long left = timeoutNanos;
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty() && !inputEnded && over == null) {
                if (left <= 0) {
                    throw new TimeoutException("nothing came over the connection to '" + endpoint + "' in time");
                }
                left = changed.awaitNanos(left);
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    private byte @Nullable [] next() throws ConnectionException {
        byte[] first = queue.poll();
        if (first == null) {
            if (!inputEnded) {
                requireLive();
            }
            return null;
        }
        tell(ReceiveBuffer.charge(first.length));
        return first;
    }

    void finish() {
        sending.lock();
        try {
            lock.lock();
            try {
                if (finishing || over != null) {
                    return;
                }
                finishing = true;
            } finally {
                lock.unlock();
            }
            long timeoutNanos = options.timeout().toNanos();
            life.handOver((engine, now) -> engine.finish(number, timeoutNanos, now));
        } finally {
            sending.unlock();
        }
    }

    void awaitFinished() throws ConnectionException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!outputFinished) {
                requireLive();
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void abort() {
        lock.lock();
        try {
            if (over == null) {
                over = Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.SENDER_CLOSED);
                abortEngine();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        life.application().budget().wake();
    }

    /** What was sent still arrives; what comes is thrown away. */
    void close() {
        finish();
        lock.lock();
        try {
            discarding = true;
            for (byte[] left = queue.poll(); left != null; left = queue.poll()) {
                tell(ReceiveBuffer.charge(left.length));
            }
            if (outputFinished && !inputEnded && over == null) {
                abortEngine();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isOpen() {
        lock.lock();
        try {
            return !discarding && over == null;
        } finally {
            lock.unlock();
        }
    }

    /** Tells the engine what was taken, however little, and does so from now on: others wait for the room. */
    void tellAtOnce() {
        locked(() -> {
            toldBytes = 0;
            if (untoldBytes > 0) {
                tellAll();
            }
        });
    }

    private void tell(long charge) {
        untoldBytes += charge;
        if (untoldBytes >= toldBytes) {
            tellAll();
        }
    }

    private void tellAll() {
        long told = untoldBytes;
        untoldBytes = 0;
        life.turn((engine, now) -> engine.takenFrom(number, told, now));
    }

    private void abortEngine() {
        life.turn((engine, now) -> {
            engine.abort(number, now);
            life.application().forget(this, number);
        });
    }

    private void requireLive() throws ConnectionException {
        Outcome end = over;
        if (end != null) {
            throw new ConnectionException(
                    "the connection to '" + endpoint + "' of node " + peer.brief() + " is " + end, end);
        }
    }
}
