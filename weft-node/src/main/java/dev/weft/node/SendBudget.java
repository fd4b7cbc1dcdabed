package dev.weft.node;

import dev.weft.NodeId;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.core.wire.GroupName;
import dev.weft.net.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much this node's sends without an outcome hold, all together and for each flow, and who waits until it is less.
 * Taken by any thread, given back by the loop.
 *
 * <p>The engine has a bound of its own, which it is this class's business never to reach: a send is let in while there
 * is any room, so that none is too large for ever, and the bound here lies one largest message below.
 */
final class SendBudget {
    /** What a send counts for beside its bytes, so that the number of sends is bounded with their size. */
    static final long OVERHEAD_BYTES = 512;

    /** This part of the room is kept for what is more urgent than the default, lest bulk shut it out. */
    private static final int RESERVE_DIVISOR = 6;

    private static final int ACCOUNTS_KEPT = 4_096;

    /** The same for a send to many, of which a good deal is kept for each member. */
    static final long MANY_OVERHEAD_BYTES = 4_096;

    /** Sends of one kind and priority to one endpoint: what fills up here holds up nothing else. */
    record Flow(NodeId node, String endpoint, SocketKind kind, int priority) {
        /** Those of one kind and priority to one group, or to nodes that are listed. */
        static Flow toMany(GroupName name, int priority) {
            // No node has this id, and no name of a group a control character.
            return new Flow(
                    NodeId.ZERO, name.scope() + "\n" + name.group() + "\n" + name.endpoint(), name.kind(), priority);
        }
    }

    private record Latest(Flow flow, Account account) {}

    /** Something with a bound, filled while there is any room. */
    private static final class Vessel {
        private final long max;
        private final AtomicLong held = new AtomicLong();

        private Vessel(long max) {
            this.max = max;
        }

        private boolean tryTake(long charge) {
            return tryTakeBelow(max, charge);
        }

        private boolean tryTakeBelow(long bound, long charge) {
            long before = held.get();
            while (before < bound) {
                if (held.compareAndSet(before, before + charge)) {
                    return true;
                }
                before = held.get();
            }
            return false;
        }
    }

    /** What the sends of one flow hold. What a send has taken of it is to be given back once. */
    final class Account {
        private final Vessel flow = new Vessel(flowMax);
        private final int priority;
        /** What was given back in this turn; the loop's own. */
        private long givenInTurn;

        private Account(int priority) {
            this.priority = priority;
        }

        /** Takes more for the same flow if there is room. On any thread. */
        boolean tryTake(long charge) {
            return SendBudget.this.tryTake(flow, priority, charge);
        }

        /** On any thread. */
        void give(long charge) {
            flow.held.addAndGet(-charge);
            SendBudget.this.give(charge);
        }

        /** On the loop: counts at the end of its turn, lest it and those who send meet in the counts for each send. */
        void giveInTurn(long charge) {
            if (givenInTurn == 0) {
                givers.add(this);
            }
            givenInTurn += charge;
        }

        private void giveAll() {
            give(givenInTurn);
            givenInTurn = 0;
        }
    }

    private final Vessel node;
    /** The bound of what is not more urgent than the default. */
    private final long ordinaryMax;

    private final long flowMax;
    private final ConcurrentHashMap<Flow, Account> flows = new ConcurrentHashMap<>();
    /** Those to which something was given back in this turn; the loop's own. */
    private final List<Account> givers = new ArrayList<>();
    /** The account of the latest send, which the next one mostly takes from too. */
    private volatile @Nullable Latest latest;

    private final AtomicInteger flowsKept = new AtomicInteger(ACCOUNTS_KEPT);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition less = lock.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitedCount = new AtomicLong();
    private final AtomicLong refusedCount = new AtomicLong();
    private volatile boolean given;
    private volatile boolean closed;

    /**
     * @param maxBytes of all sends; those of the default priority and below have five sixths of it
     * @param flowBytesMax of those of one flow
     */
    SendBudget(long maxBytes, long flowBytesMax) {
        this.node = new Vessel(maxBytes);
        this.ordinaryMax = maxBytes - maxBytes / RESERVE_DIVISOR;
        this.flowMax = flowBytesMax;
    }

    static long charge(int payloadBytes) {
        return payloadBytes + OVERHEAD_BYTES;
    }

    static long chargeToMany(int payloadBytes) {
        return payloadBytes + MANY_OVERHEAD_BYTES;
    }

    /** Whether there are sends without an outcome. */
    boolean isInUse() {
        return node.held.get() > 0;
    }

    /** Takes if there is room, else returns null. */
    @Nullable
    Account tryTake(Flow flow, long charge) {
        Account own = account(flow);
        if (tryTake(own.flow, flow.priority, charge)) {
            return own;
        }
        refusedCount.incrementAndGet();
        return null;
    }

    /**
     * Waits for room, for so long at most; an interrupted thread waits no longer and stays interrupted. Null: none.
     *
     * @param mayWait asked where there is no room: not on a loop, for which all would wait
     */
    @Nullable
    Account take(Flow flow, long charge, long timeoutNanos, BooleanSupplier mayWait) {
        Account own = account(flow);
        try {
            if (tryTake(own.flow, flow.priority, charge)
                    || mayWait.getAsBoolean() && await(own.flow, flow.priority, charge, timeoutNanos, () -> true)) {
                return own;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        refusedCount.incrementAndGet();
        return null;
    }

    /** Waits for room on the node as long as it is wanted; false where it is not any more, or the time is over. */
    boolean takeWhile(BooleanSupplier wanted, int priority, long charge, long timeoutNanos)
            throws InterruptedException {
        if (tryTakeOfNode(priority, charge)) {
            return true;
        }
        if (timeoutNanos > 0) {
            Loop.requireMayWait();
        }
        return await(new Vessel(Long.MAX_VALUE), priority, charge, timeoutNanos, wanted);
    }

    void give(long charge) {
        node.held.addAndGet(-charge);
        // Written only where it says something new: it lies beside what every sender reads.
        if (!given) {
            given = true;
        }
    }

    /**
     * The turn in which something was given back has ended. Those who wait are woken once for all of it: woken for each
     * send that is settled, the loop and a fast sender would wake each other by turns.
     */
    void flush() {
        if (!givers.isEmpty()) {
            givers.forEach(Account::giveAll);
            givers.clear();
        }
        if (given && waiting.get() > 0) {
            given = false;
            wake();
        }
    }

    /** Has those who wait look again whether they still want to. */
    void wake() {
        if (waiting.get() > 0) {
            lock.lock();
            try {
                less.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Nobody waits any more: the node has gone. */
    void close() {
        closed = true;
        wake();
    }

    TreeMap<String, Long> counters() {
        TreeMap<String, Long> counters = new TreeMap<>();
        counters.put("send.held-bytes", node.held.get());
        counters.put("send.refused", refusedCount.get());
        counters.put("send.waited", waitedCount.get());
        return counters;
    }

    private boolean tryTakeOfNode(int priority, long charge) {
        if (closed) {
            node.held.addAndGet(charge);
            return true;
        }
        return node.tryTakeBelow(priority > SendOptions.PRIORITY_DEFAULT ? node.max : ordinaryMax, charge);
    }

    private boolean tryTake(Vessel flow, int priority, long charge) {
        if (!flow.tryTake(charge)) {
            if (!closed) {
                return false;
            }
            flow.held.addAndGet(charge);
        }
        if (tryTakeOfNode(priority, charge)) {
            return true;
        }
        flow.held.addAndGet(-charge);
        return false;
    }

    private boolean await(Vessel flow, int priority, long charge, long timeoutNanos, BooleanSupplier wanted)
            throws InterruptedException {
        waitedCount.incrementAndGet();
        long left = timeoutNanos;
        lock.lockInterruptibly();
        try {
            waiting.incrementAndGet();
            try {
                while (!tryTake(flow, priority, charge)) {
                    if (left <= 0 || !wanted.getAsBoolean()) {
                        return false;
                    }
                    left = less.awaitNanos(left);
                }
                return true;
            } finally {
                waiting.decrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    private Account account(Flow flow) {
        Latest recent = latest;
        if (recent != null && Objects.equals(recent.flow, flow)) {
            return recent.account;
        }
        Account present = flows.get(flow);
        if (present != null) {
            latest = new Latest(flow, present);
            return present;
        }
        if (flows.size() >= flowsKept.get()) {
            // Whoever is just taking from one of these is let in once beyond the flow's bound, not the node's.
            flows.values().removeIf(account -> account.flow.held.get() == 0);
            latest = null;
            flowsKept.set(Math.max(ACCOUNTS_KEPT, 2 * flows.size()));
        }
        return flows.computeIfAbsent(flow, name -> new Account(name.priority));
    }
}
