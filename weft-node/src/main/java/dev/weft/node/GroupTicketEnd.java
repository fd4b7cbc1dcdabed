package dev.weft.node;

import dev.weft.GroupOutcome;
import dev.weft.GroupTicket;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.net.Loop;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The application's end of a send to many: outcomes come in on the loop, are awaited by any thread. */
final class GroupTicketEnd implements GroupTicket {
    private final long number;
    private final Runnable atEnd;
    private final ConcurrentSkipListMap<NodeId, Outcome> outcomes = new ConcurrentSkipListMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<GroupOutcome> stage = new CompletableFuture<>();

    /** @param atEnd gives back what the send has taken of this node's room */
    GroupTicketEnd(long number, Runnable atEnd) {
        this.number = number;
        this.atEnd = atEnd;
    }

    void settle(NodeId member, Outcome outcome) {
        outcomes.put(member, outcome);
    }

    /** Wakes those who wait at once; the stage completes on the callback executor. */
    void end(Executor callbacks) {
        atEnd.run();
        ended.countDown();
        callbacks.execute(() -> stage.complete(new GroupOutcome(outcomes)));
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public SortedMap<NodeId, Outcome> known() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(outcomes));
    }

    @Override
    public CompletionStage<GroupOutcome> outcome() {
        return stage.minimalCompletionStage();
    }

    @Override
    public GroupOutcome await() throws InterruptedException {
        requireMayWait(Long.MAX_VALUE);
        ended.await();
        return new GroupOutcome(outcomes);
    }

    @Override
    public Optional<GroupOutcome> await(Duration timeout) throws InterruptedException {
        long timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
        requireMayWait(timeoutNanos);
        return ended.await(timeoutNanos, TimeUnit.NANOSECONDS)
                ? Optional.of(new GroupOutcome(outcomes))
                : Optional.empty();
    }

    private void requireMayWait(long timeoutNanos) {
        if (ended.getCount() > 0 && timeoutNanos > 0) {
            Loop.requireMayWait();
        }
    }
}
