package dev.weft.node;

import dev.weft.GroupOutcome;
import dev.weft.GroupTicket;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.net.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The application's end of a send to many: outcomes come in on the loop, are awaited by any thread. */
final class GroupTicketEnd implements GroupTicket {
    private final long number;
    private final SendBudget.@Nullable Account account;
    private final long charge;

    /** Members in the order in which their outcomes came, and these; both guarded by the first. */
    private final List<NodeId> settled = new ArrayList<>();

    private final List<Outcome> outcomes = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<GroupOutcome> stage = new CompletableFuture<>();

    /**
     * @param account whose room it has, null where it has none
     * @param charge how much of it
     */
    GroupTicketEnd(long number, SendBudget.@Nullable Account account, long charge) {
        this.number = number;
        this.account = account;
        this.charge = charge;
    }

    void settle(NodeId member, Outcome outcome) {
        synchronized (settled) {
            settled.add(member);
            outcomes.add(outcome);
        }
    }

    /** Wakes those who wait at once; the stage completes on the callback executor. */
    void end(Executor callbacks) {
        if (account != null) {
            account.give(charge);
        }
        ended.countDown();
        callbacks.execute(() -> stage.complete(new GroupOutcome(known())));
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public SortedMap<NodeId, Outcome> known() {
        TreeMap<NodeId, Outcome> byMember = new TreeMap<>();
        synchronized (settled) {
            for (int i = 0; i < settled.size(); i++) {
                byMember.put(settled.get(i), outcomes.get(i));
            }
        }
        return Collections.unmodifiableSortedMap(byMember);
    }

    @Override
    public CompletionStage<GroupOutcome> outcome() {
        return stage.minimalCompletionStage();
    }

    @Override
    public GroupOutcome await() throws InterruptedException {
        requireMayWait(Long.MAX_VALUE);
        ended.await();
        return new GroupOutcome(known());
    }

    @Override
    public Optional<GroupOutcome> await(Duration timeout) throws InterruptedException {
        long timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
        requireMayWait(timeoutNanos);
        return ended.await(timeoutNanos, TimeUnit.NANOSECONDS)
                ? Optional.of(new GroupOutcome(known()))
                : Optional.empty();
    }

    private void requireMayWait(long timeoutNanos) {
        if (ended.getCount() > 0 && timeoutNanos > 0) {
            Loop.requireMayWait();
        }
    }
}
