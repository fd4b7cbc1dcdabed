package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TicketEndTest {
    private static final Outcome DELIVERED = Outcome.of(Outcome.Kind.DELIVERED, Outcome.Reason.NONE);
    private static final Outcome UNKNOWN = Outcome.of(Outcome.Kind.UNKNOWN, Outcome.Reason.TIMEOUT);

    private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();
    private final TicketEnd ticket = new TicketEnd(7, null);

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
}
