package dev.weft.node;

import dev.weft.Outcome;
import dev.weft.Ticket;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The application's end of a send: settled once by the loop, asked and awaited by any thread. Mostly nobody asks, or one
 * handler: that takes no lock, for the thread that sends and the loop would meet in it for each message.
 */
final class TicketEnd implements Ticket, Pending, Runnable {
    private static final VarHandle STATE = state();

    /** Several who ask, or threads that wait. */
    private static final class Askers {
        private final CountDownLatch latch = new CountDownLatch(1);
        private final List<Consumer<Outcome>> handlers = new ArrayList<>();
        private boolean ended;

        /** False where it comes too late. */
        private synchronized boolean add(Consumer<Outcome> handler) {
            return !ended && handlers.add(handler);
        }

        /** Wakes the threads that wait; returns whether there are handlers. */
        private synchronized boolean end() {
            ended = true;
            latch.countDown();
            return !handlers.isEmpty();
        }

        private void tell(Outcome verdict) {
            for (Consumer<Outcome> handler : handlers) {
                TicketEnd.tell(handler, verdict);
            }
        }
    }

    private final long number;

    /** Who has lent the room that the send takes; null where nothing was taken. */
    private final SendBudget.@Nullable Account account;

    private final long charge;

    /** Null while nobody asks; then one handler, or {@link Askers}; at last the {@link Outcome}. */
    private volatile @Nullable Object state;

    /** Who asked in time; written before the callback executor is given this. */
    private @Nullable Object asked;

    /** A send that holds nothing. */
    TicketEnd(long number) {
        this(number, null, 0);
    }

    /** @param account is given the charge back when the outcome is known */
    TicketEnd(long number, SendBudget.@Nullable Account account, long charge) {
        this.number = number;
        this.account = account;
        this.charge = charge;
    }

    private static VarHandle state() {
        try {
            return MethodHandles.lookup().findVarHandle(TicketEnd.class, "state", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("a field of this class", impossible);
        }
    }

    @Override
    public void settle(Outcome verdict, Executor callbacks) {
        if (account != null) {
            account.giveInTurn(charge);
        }
        end(verdict, callbacks);
    }

    @Override
    public void lapse(Executor callbacks) {
        if (account != null) {
            account.give(charge);
        }
        end(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED), callbacks);
    }

    /** Wakes those who wait at once; handlers are told on the callback executor. */
    private void end(Outcome verdict, Executor callbacks) {
        Object before = STATE.getAndSet(this, verdict);
        boolean isToTell = before instanceof Askers askers ? askers.end() : before != null;
        if (isToTell) {
            asked = before;
            callbacks.execute(this);
        }
    }

    /** Tells the handlers. */
    @Override
    @SuppressWarnings("unchecked") // what was put there as a handler
    public void run() {
        Object present = asked;
        if (present != null && state instanceof Outcome verdict) {
            if (present instanceof Askers askers) {
                askers.tell(verdict);
            } else {
                tell((Consumer<Outcome>) present, verdict);
            }
        }
    }

    private static void tell(Consumer<Outcome> handler, Outcome verdict) {
        try {
            handler.accept(verdict);
        } catch (RuntimeException e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void onOutcome(Consumer<Outcome> handler) {
        while (true) {
            Object present = state;
            if (present instanceof Outcome known) {
                handler.accept(known);
                return;
            }
            if (present == null
                    ? STATE.compareAndSet(this, null, handler)
                    : askers(present).add(handler)) {
                return;
            }
        }
    }

    /** Makes room for more than one who asks; of no use where the outcome has come meanwhile. */
    @SuppressWarnings("unchecked") // what was put there as a handler
    private Askers askers(@Nullable Object present) {
        if (present instanceof Askers askers) {
            return askers;
        }
        Askers fresh = new Askers();
        if (present != null) {
            fresh.add((Consumer<Outcome>) present);
        }
        if (!STATE.compareAndSet(this, present, fresh)) {
            fresh.end();
        }
        return fresh;
    }

    @Override
    public CompletionStage<Outcome> outcome() {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        onOutcome(future::complete);
        return future.minimalCompletionStage();
    }

    @Override
    public Outcome await() throws InterruptedException {
        while (true) {
            Object present = state;
            if (present instanceof Outcome known) {
                return known;
            }
            askers(present).latch.await();
        }
    }

    @Override
    public Optional<Outcome> await(Duration timeout) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (true) {
            Object present = state;
            if (present instanceof Outcome known) {
                return Optional.of(known);
            }
            long leftNanos = deadlineNanos - System.nanoTime();
            if (!askers(present).latch.await(leftNanos, TimeUnit.NANOSECONDS) && leftNanos <= 0) {
                return state instanceof Outcome known ? Optional.of(known) : Optional.empty();
            }
        }
    }
}
