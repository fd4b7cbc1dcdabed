package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TicketEndTest {
    private static final Outcome DELIVERED = Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE);
    private static final Outcome UNKNOWN = Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT);

    private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();
    private final TicketEnd ticket = new TicketEnd(7);

    @Test
    void whoAskedIsToldWhereCallbacksRun() {
        List<Outcome> told = new ArrayList<>();
        ticket.outcome().thenAccept(told::add);
        ticket.settle(DELIVERED, callbacks::add);
        assertThat(told).isEmpty();
        callbacks.remove().run();
        assertThat(told).containsExactly(DELIVERED);
    }

    @Test
    void whoAsksLateIsToldAtOnce() throws InterruptedException {
        ticket.settle(DELIVERED, callbacks::add);
        assertThat(callbacks).isEmpty();
        assertThat(ticket.outcome().toCompletableFuture()).isCompletedWithValue(DELIVERED);
        assertThat(ticket.await()).isEqualTo(DELIVERED);
    }

    @Test
    void aTimeoutMayBeLongerThanNanosecondsCount() throws InterruptedException {
        ticket.settle(DELIVERED, callbacks::add);
        assertThat(ticket.await(ChronoUnit.FOREVER.getDuration())).contains(DELIVERED);
    }

    @Test
    void theApplicationCannotSettleATicket() {
        ticket.outcome().toCompletableFuture().complete(UNKNOWN);
        ticket.outcome().thenApply(outcome -> outcome).toCompletableFuture().cancel(true);
        CompletableFuture<Outcome> shown = (CompletableFuture<Outcome>) ticket.outcome();
        assertThatThrownBy(() -> shown.complete(UNKNOWN)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> shown.cancel(true)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> shown.obtrudeValue(UNKNOWN)).isInstanceOf(UnsupportedOperationException.class);
        ticket.settle(DELIVERED, Runnable::run);
        assertThat(ticket.outcome().toCompletableFuture()).isCompletedWithValue(DELIVERED);
    }

    @Test
    void aSendThatTheEngineNeverHeardOfWasNotDelivered() throws InterruptedException {
        ticket.lapse(callbacks::add);
        assertThat(ticket.await()).isEqualTo(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.SENDER_CLOSED));
    }

    @Test
    void allHandlersAreToldInTheirOrderAndOnceEvenWhereOneFails() throws InterruptedException {
        List<String> told = new ArrayList<>();
        List<Throwable> uncaught = new ArrayList<>();
        ticket.onOutcome(outcome -> told.add("first " + outcome.kind()));
        ticket.onOutcome(outcome -> {
            throw new IllegalStateException("a handler");
        });
        ticket.onOutcome(outcome -> told.add("third " + outcome.kind()));
        assertThat(ticket.await(Duration.ZERO)).isEmpty();
        ticket.settle(DELIVERED, callbacks::add);
        Thread teller = new Thread(callbacks.remove());
        teller.setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        teller.start();
        teller.join();
        assertThat(told).containsExactly("first DELIVERED", "third DELIVERED");
        assertThat(uncaught).hasSize(1);
        assertThat(callbacks).isEmpty();
        ticket.onOutcome(outcome -> told.add("late"));
        assertThat(told).endsWith("late");
    }

    @Test
    void whoeverAsksWhileItEndsIsToldOnce() throws InterruptedException {
        for (int round = 0; round < 2_000; round++) {
            TicketEnd raced = new TicketEnd(round);
            AtomicInteger told = new AtomicInteger();
            Thread asking = new Thread(() -> {
                raced.onOutcome(outcome -> told.incrementAndGet());
                raced.outcome().thenAccept(outcome -> told.incrementAndGet());
                raced.onOutcome(outcome -> told.incrementAndGet());
            });
            asking.start();
            raced.settle(DELIVERED, Runnable::run);
            assertThat(raced.await()).isEqualTo(DELIVERED);
            asking.join();
            assertThat(told).as("round %d", round).hasValue(3);
        }
    }
}
