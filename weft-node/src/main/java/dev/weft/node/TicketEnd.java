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
final class TicketEnd implements Ticket, Application.Settled {
    private final long number;
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CompletableFuture<Outcome> stage = new CompletableFuture<>();
    private volatile @Nullable Outcome outcome;

    TicketEnd(long number) {
        this.number = number;
    }

    /** Wakes those who wait at once; the stage completes on the callback executor. */
    @Override
    public void settle(Outcome verdict, Executor callbacks) {
        outcome = verdict;
        settled.countDown();
        callbacks.execute(() -> stage.complete(verdict));
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public CompletionStage<Outcome> outcome() {
        return stage.minimalCompletionStage();
    }

    @Override
    public Outcome await() throws InterruptedException {
        settled.await();
        return settledOutcome();
    }

    @Override
    public Optional<Outcome> await(Duration timeout) throws InterruptedException {
        return settled.await(timeout.toNanos(), TimeUnit.NANOSECONDS)
                ? Optional.of(settledOutcome())
                : Optional.empty();
    }

    private Outcome settledOutcome() {
        Outcome verdict = outcome;
        if (verdict == null) {
            throw new IllegalStateException("ticket " + number + " was released without an outcome");
        }
        return verdict;
    }
}
