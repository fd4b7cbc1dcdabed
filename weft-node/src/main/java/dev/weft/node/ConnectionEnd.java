package dev.weft.node;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Limit;
import dev.weft.Limits;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.Send;
import dev.weft.core.socket.Duplex;
import dev.weft.net.Loop;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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
    private final int priority;
    private final long unsettledMax;
    /** What the engine is told at a time of what was taken. */
    private long toldBytes;

    /** Held while a message is handed over, so that they go in the order in which they were taken. */
    private final ReentrantLock sending = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
    private volatile @Nullable Consumer<byte[]> handler;
    private boolean handing;
    private final CompletableFuture<Void> handledAll = new CompletableFuture<>();
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

    ConnectionEnd(NodeLife life, NodeId peer, String endpoint, SocketKind kind, int priority) {
        this.life = life;
        this.peer = peer;
        this.endpoint = endpoint;
        this.kind = kind;
        this.priority = priority;
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
    void begin(Engine engine, ConnectOptions options, long nowNanos) {
        Manner manner = new Manner(
                options.priority(),
                WhenFull.WAIT,
                options.retriesMax(),
                options.routing(),
                life.secrecy(options.secrecy()));
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
            announce();
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
            announce();
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------ the application's side

    /** Wakes all who wait for a change, with the lock held. */
    private void announce() {
        changed.signalAll();
        if (handler != null && !handing && !waits()) {
            handing = true;
            callbacks().execute(this::handOver);
        }
    }

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
     * @param timeoutNanos how long it may wait, here and in the engine, until it leaves
     * @param asked is told of the outcome on the loop's thread
     * @return whether there was room in time; where not, nothing was sent and {@code asked} hears of nothing
     */
    boolean send(byte[] payload, long timeoutNanos, Pending asked) throws ConnectionException, InterruptedException {
        Patience patience = new Patience(timeoutNanos);
        if (!sending.tryLock()) {
            // Whoever sends may wait for what the loop brings.
            Loop.requireMayWait();
            if (!sending.tryLock(timeoutNanos, TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        try {
            SendBudget budget = life.application().budget();
            long charge = SendBudget.charge(payload.length);
            if (!takeRoom(payload.length, patience.leftNanos())) {
                return false;
            }
            try {
                if (!budget.takeWhile(this::isSending, priority, charge, patience.leftNanos())) {
                    requireSending();
                    settled(payload.length, Outcome.Kind.EXPIRED);
                    return false;
                }
            } catch (ConnectionException | InterruptedException | IllegalStateException e) {
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
            Send send =
                    new Send(charged, peer, endpoint, kind, Manner.DEFAULT, ByteView.of(payload), patience.leftNanos());
            life.handOver(new Handovers.OfSendOn(number, send, charged));
            return true;
        } finally {
            sending.unlock();
        }
    }

    /** What is left of a time that began when this was made. */
    private static final class Patience {
        private final long timeoutNanos;
        private final long beganNanos = System.nanoTime();

        private Patience(long timeoutNanos) {
            this.timeoutNanos = timeoutNanos;
        }

        private long leftNanos() {
            return timeoutNanos == Send.NO_TIMEOUT_NANOS
                    ? timeoutNanos
                    : Math.max(0, timeoutNanos - (System.nanoTime() - beganNanos));
        }
    }

    /** Waits until the connection has room; false where it had none in time. */
    private boolean takeRoom(int bytes, long timeoutNanos) throws ConnectionException, InterruptedException {
        long left = timeoutNanos;
        lock.lockInterruptibly();
        try {
            while (unsettledBytes >= unsettledMax && duplex.sending() == Duplex.Sending.GOES) {
                if (left <= 0) {
                    return false;
                }
                Loop.requireMayWait();
                left = changed.awaitNanos(left);
            }
            requireSending();
            unsettledBytes += bytes;
            unsettledCount++;
            return true;
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
                Loop.requireMayWait();
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
                Loop.requireMayWait();
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

    /**
     * Hands what comes to a handler, one message at a time.
     *
     * @return ends behind the last
     */
    CompletionStage<Void> handTo(Consumer<byte[]> newHandler) {
        lock.lock();
        try {
            if (handler != null) {
                throw new IllegalStateException("the connection to '" + endpoint + "' has a handler already");
            }
            handler = newHandler;
            announce();
            return handledAll.minimalCompletionStage();
        } finally {
            lock.unlock();
        }
    }

    /** Runs on the callback executor while there is something to hand over, never twice at a time. */
    private void handOver() {
        for (byte[] message = takeForHandler(); message != null; message = takeForHandler()) {
            Consumer<byte[]> receiver = handler;
            if (receiver != null) {
                Callbacks.tell(receiver, message);
            }
        }
    }

    /** The next message; null where there is none now, or none will come any more, which whoever set the handler is told. */
    private byte @Nullable [] takeForHandler() {
        Optional<ConnectionException> failure = Optional.empty();
        lock.lock();
        try {
            if (waits()) {
                handing = false;
                return null;
            }
            byte[] message = next();
            if (message != null) {
                return message;
            }
        } catch (ConnectionException broken) {
            failure = Optional.of(broken);
        } finally {
            lock.unlock();
        }
        // It stays as though it were handing over: nothing more will come.
        failure.ifPresentOrElse(handledAll::completeExceptionally, () -> handledAll.complete(null));
        return null;
    }

    /** Where the application is told of things. */
    Executor callbacks() {
        return life.callbacks();
    }

    void finish() {
        lock.lock();
        try {
            boolean isNoMore = duplex.isBroken() || duplex.sending() == Duplex.Sending.IS_FINISHED;
            duplex.finish();
            announce();
            if (isNoMore) {
                return;
            }
        } finally {
            lock.unlock();
        }
        handOverLast((engine, now) -> engine.finish(number, now));
    }

    /** Behind what another thread is sending; one that waits for room gives up. */
    private void handOverLast(Handovers.Input last) {
        life.application().budget().wake();
        if (Loop.mayWait()) {
            sending.lock();
        } else if (!sending.tryLock()) {
            // The loop does not wait, for whoever sends may wait for it.
            life.loop().tryExecute(() -> handOverLast(last));
            return;
        }
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
                Loop.requireMayWait();
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
            announce();
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
            announce();
            if (isNoMore) {
                return;
            }
        } finally {
            lock.unlock();
        }
        handOverLast((engine, now) -> engine.closeConnection(number, taken, now));
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
        life.turnIfOpen((engine, now) -> engine.takenFrom(number, told, now));
    }

    private void abortEngine() {
        life.turnIfOpen((engine, now) -> {
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
