package dev.weft.node;

import dev.weft.Outcome;
import dev.weft.Ticket;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The application's end of a send. The outcome is that of the {@link Fate} which it shares with what was sent together with
 * it; its own are the handlers. Mostly nobody asks, or one handler: that takes no lock.
 */
final class TicketEnd implements Ticket, Pending, Runnable {
    private static final VarHandle HANDLERS = handlers();

    /** The handlers have been told; those that come now are told at once. */
    private static final Object TOLD = new Object();

    /** A handler, and those that came before it. */
    private record Later(Consumer<Outcome> handler, Object earlier) {}

    private final long number;
    private final Fate fate;

    /** Null while there is none; then one handler, or {@link Later}; at last {@link #TOLD}. */
    private volatile @Nullable Object handlers;

    /** Of a message that is sent by itself. */
    TicketEnd(long number) {
        this(number, new Fate());
    }

    TicketEnd(long number, Fate fate) {
        this.number = number;
        this.fate = fate;
    }

    private static VarHandle handlers() {
        try {
            return MethodHandles.lookup().findVarHandle(TicketEnd.class, "handlers", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("a field of this class", impossible);
        }
    }

    /** Where it was sent by itself: wakes those who wait at once; handlers are told on the callback executor. */
    @Override
    public void settle(Outcome verdict, Executor callbacks) {
        if (fate.decide(verdict)) {
            callbacks.execute(this);
        }
    }

    /** Tells the handlers; the outcome is known. */
    @Override
    @SuppressWarnings("unchecked") // what was put there as a handler
    public void run() {
        Outcome verdict = Objects.requireNonNull(fate.outcome());
        Object present = HANDLERS.getAndSet(this, TOLD);
        if (present instanceof Later) {
            ArrayDeque<Consumer<Outcome>> inOrder = new ArrayDeque<>();
            while (present instanceof Later later) {
                inOrder.push(later.handler);
                present = later.earlier;
            }
            Callbacks.tell((Consumer<Outcome>) present, verdict);
            inOrder.forEach(handler -> Callbacks.tell(handler, verdict));
        } else if (present != null && present != TOLD) {
            Callbacks.tell((Consumer<Outcome>) present, verdict);
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void onOutcome(Consumer<Outcome> handler) {
        Outcome known = fate.ask();
        while (known == null) {
            Object present = handlers;
            if (present == TOLD) {
                known = fate.outcome();
            } else if (HANDLERS.compareAndSet(this, present, present == null ? handler : new Later(handler, present))) {
                return;
            }
        }
        handler.accept(known);
    }

    @Override
    public CompletionStage<Outcome> outcome() {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        onOutcome(future::complete);
        return future.minimalCompletionStage();
    }

    @Override
    public Outcome await() throws InterruptedException {
        Outcome known = fate.await(Long.MAX_VALUE);
        while (known == null) {
            known = fate.await(Long.MAX_VALUE);
        }
        return known;
    }

    @Override
    public Optional<Outcome> await(Duration timeout) throws InterruptedException {
        return Optional.ofNullable(fate.await(TimeUnit.NANOSECONDS.convert(timeout)));
    }
}
