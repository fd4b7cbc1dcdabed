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
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.socket.Duplex;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * This node's end of a connection, between the loop, which reports what comes and what has become of it, and the
 * application, which sends and receives. {@link PacketEnd} and {@link StreamEnd} show it to the application. What either
 * direction may still do is decided by {@link Duplex}.
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
    private final Duplex duplex = new Duplex();
    private boolean isClosed;
    private int unsettledCount;
    private long unsettledBytes;
    private long untoldBytes;
    /** What the application has taken in all. */
    private long takenCharge;
    /** Why there is no connection, where the other end did not answer or did not want it. */
    private @Nullable Outcome unmade;

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
            if (outcome.isDelivered()) {
                duplex.outputOpened();
            } else {
                unmade = outcome;
                duplex.broke(outcome.reason());
            }
        });
    }

    Acceptance received(ByteView payload) {
        lock.lock();
        try {
            if (duplex.input() == Duplex.Input.SHUT) {
                return Acceptance.CLOSED;
            }
            queue.add(payload.intoByteArray());
            changed.signalAll();
            return Acceptance.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    void inputEnded() {
        locked(() -> duplex.inputEnded(Outcome.Reason.NONE));
    }

    void outputFinished() {
        locked(duplex::outputFinished);
    }

    void outputRefused(int rejectedCount) {
        locked(() -> duplex.outputRefused(Outcome.Reason.CONNECTION_RESET, rejectedCount));
        life.application().budget().wake();
    }

    void broken(Outcome.Reason reason) {
        locked(() -> duplex.broke(reason));
        life.application().budget().wake();
    }

    /** Whether what was sent is still on its way and nobody would wait for it. */
    boolean isFinishing() {
        lock.lock();
        try {
            return duplex.output() == Duplex.Output.ENDING && !duplex.isBroken();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come and nothing more will go. */
    boolean isOver() {
        lock.lock();
        try {
            return duplex.isOver();
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
            while (duplex.output() == Duplex.Output.OPENING && !duplex.isBroken()) {
                changed.await();
            }
            if (duplex.isBroken()) {
                throw failed();
            }
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
                if (!budget.takeWhile(this::isSending, options.priority(), charge)) {
                    requireSending();
                }
            } catch (ConnectionException | InterruptedException e) {
                settled(payload.length, Outcome.Kind.DELIVERED);
                throw e;
            }
            Pending charged = new Pending() {
                @Override
                public long number() {
                    return asked.number();
                }

                @Override
                public void settle(Outcome outcome, Executor callbacks) {
                    settled(payload.length, outcome.kind());
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
            while (unsettledBytes >= unsettledMax && duplex.sending() == Duplex.Sending.GOES) {
                changed.await();
            }
            requireSending();
            unsettledBytes += bytes;
            unsettledCount++;
        } finally {
            lock.unlock();
        }
    }

    private void settled(int bytes, Outcome.Kind kind) {
        locked(() -> {
            unsettledBytes -= bytes;
            unsettledCount--;
            if (kind == Outcome.Kind.REJECTED) {
                duplex.rejected();
            }
        });
    }

    private boolean isSending() {
        lock.lock();
        try {
            return duplex.sending() == Duplex.Sending.GOES;
        } finally {
            lock.unlock();
        }
    }

    private void requireSending() throws ConnectionException {
        lock.lock();
        try {
            switch (duplex.sending()) {
                case GOES -> {}
                case IS_FINISHED ->
                    throw new ConnectionException(
                            "the connection to '" + endpoint + "' was finished: nothing more can be sent",
                            Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.SENDER_CLOSED));
                case FAILS -> throw failed();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what comes next; null at the end. */
    byte @Nullable [] take() throws ConnectionException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waits()) {
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
            while (waits()) {
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

    /** Whether more may come; the end of a connection is not told before the fate of what was sent too late. */
    private boolean waits() {
        if (!queue.isEmpty()) {
            return false;
        }
        return switch (duplex.reading()) {
            case WAITS -> true;
            case ENDS -> duplex.output() == Duplex.Output.REFUSED && unsettledCount > 0;
            case FAILS, IS_CLOSED -> false;
        };
    }

    private byte @Nullable [] next() throws ConnectionException {
        byte[] first = queue.poll();
        if (first != null) {
            long charge = ReceiveBuffer.charge(first.length);
            takenCharge += charge;
            tell(charge);
            return first;
        }
        return switch (duplex.reading()) {
            case ENDS, WAITS -> null;
            case FAILS -> throw failed();
            case IS_CLOSED ->
                throw new ConnectionException(
                        "the connection to '" + endpoint + "' was closed: nothing more can be received",
                        Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.SENDER_CLOSED));
        };
    }

    void finish() {
        lock.lock();
        try {
            boolean isNoMore = duplex.isBroken() || duplex.sending() == Duplex.Sending.IS_FINISHED;
            duplex.finish();
            changed.signalAll();
            if (isNoMore) {
                return;
            }
        } finally {
            lock.unlock();
        }
        long timeoutNanos = options.timeout().toNanos();
        handOverLast((engine, now) -> engine.finish(number, timeoutNanos, now));
    }

    /** Behind what another thread is sending; one that waits for room gives up. */
    private void handOverLast(Handovers.Input last) {
        life.application().budget().wake();
        sending.lock();
        try {
            life.handOver(last);
        } finally {
            sending.unlock();
        }
    }

    /** Waits until the other node has all that was sent. */
    void awaitFinished() throws ConnectionException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (duplex.output() != Duplex.Output.FINISHED) {
                if (duplex.sending() == Duplex.Sending.FAILS) {
                    throw failed();
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void abort() {
        lock.lock();
        try {
            if (!duplex.isOver()) {
                abortEngine();
            }
            duplex.broke(Outcome.Reason.SENDER_CLOSED);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        life.application().budget().wake();
    }

    /**
     * What was sent still arrives; what comes, or was not taken, is lost, which the other end is told.
     *
     * @param leftBytes of what was taken and not used
     */
    void close(int leftBytes) {
        long taken;
        lock.lock();
        try {
            boolean isNoMore = duplex.isOver() || isClosed;
            isClosed = true;
            taken = takenCharge - leftBytes;
            queue.clear();
            duplex.shut(0);
            duplex.finish();
            changed.signalAll();
            if (isNoMore) {
                return;
            }
        } finally {
            lock.unlock();
        }
        long timeoutNanos = options.timeout().toNanos();
        handOverLast((engine, now) -> engine.closeConnection(number, taken, timeoutNanos, now));
    }

    boolean isOpen() {
        lock.lock();
        try {
            return !isClosed && !duplex.isBroken();
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

    private ConnectionException failed() {
        Outcome made = unmade;
        Outcome.Kind kind = duplex.isBroken() ? Outcome.Kind.UNKNOWN : Outcome.Kind.REJECTED;
        Outcome end = made == null ? Outcome.of(kind, duplex.reason()) : made;
        return new ConnectionException(
                "the connection to '" + endpoint + "' of node " + peer.brief() + " is " + end, end);
    }
}
