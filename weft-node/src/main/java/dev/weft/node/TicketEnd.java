package dev.weft.node;

import dev.weft.Outcome;
import dev.weft.Ticket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The application's end of a send: settled once by the loop, awaited by any thread. */
final class TicketEnd implements Ticket, Pending, Runnable {
    private final long number;
    /** Given back when the outcome is known. */
    private final SendBudget.@Nullable Taken taken;

    private @Nullable Outcome outcome;
    /** Made for the first who waits. */
    private @Nullable CountDownLatch latch;
    /** Made for the first who asks for it. */
    private @Nullable Stage stage;

    TicketEnd(long number, SendBudget.@Nullable Taken taken) {
        this.number = number;
        this.taken = taken;
    }

    /** Wakes those who wait at once; the stage, where there is one, completes on the callback executor. */
    @Override
    public void settle(Outcome verdict, Executor callbacks) {
        if (taken != null) {
            taken.give();
        }
        CountDownLatch waited;
        Stage asked;
        synchronized (this) {
            outcome = verdict;
            waited = latch;
            asked = stage;
        }
        if (waited != null) {
            waited.countDown();
        }
        if (asked != null) {
            callbacks.execute(this);
        }
    }

    /** Completes the stage, where dependents run. */
    @Override
    public void run() {
        Stage asked;
        Outcome verdict;
        synchronized (this) {
            asked = stage;
            verdict = outcome;
        }
        if (asked != null && verdict != null) {
            asked.settle(verdict);
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public synchronized CompletionStage<Outcome> outcome() {
        Stage present = stage;
        if (present == null) {
            present = new Stage();
            stage = present;
            if (outcome != null) {
                present.settle(outcome);
            }
        }
        return present;
    }

    /**
     * What the application gets to see of an outcome. It cannot complete it, as it could not complete a
     * {@link CompletableFuture#minimalCompletionStage}, which would be a second future for each message.
     */
    private static final class Stage extends CompletableFuture<Outcome> {
        private void settle(Outcome verdict) {
            super.complete(verdict);
        }

        @Override
        public CompletableFuture<Outcome> toCompletableFuture() {
            return copy();
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }

        @Override
        public boolean complete(Outcome value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean completeExceptionally(Throwable cause) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void obtrudeValue(Outcome value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void obtrudeException(Throwable cause) {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public Outcome await() throws InterruptedException {
        Outcome known = known();
        if (known == null) {
            latch().await();
            known = known();
        }
        if (known == null) {
            throw new IllegalStateException("ticket " + number + " was released without an outcome");
        }
        return known;
    }

    @Override
    public Optional<Outcome> await(Duration timeout) throws InterruptedException {
        if (known() == null) {
            latch().await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
        return Optional.ofNullable(known());
    }

    private synchronized @Nullable Outcome known() {
        return outcome;
    }

    /** Open until the outcome is known. */
    private synchronized CountDownLatch latch() {
        CountDownLatch present = latch;
        if (present == null) {
            present = new CountDownLatch(outcome == null ? 1 : 0);
            latch = present;
        }
        return present;
    }
}
