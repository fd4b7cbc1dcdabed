package dev.weft.node;

import dev.weft.GroupMessage;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.core.socket.GroupAcceptance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A membership's queue between the loop, which offers, and the application, which takes; and what happens when the
 * application is too slow. A message counts as delivered when it is in this queue.
 */
final class GroupInbox implements Membership {
    /** What an inbox needs of its node. */
    interface Home {
        void leave(GroupInbox inbox);

        /** There is room again, and a sender may be waiting for it. */
        void room();
    }

    private final String group;
    private final MembershipOptions options;
    private final Executor callbacks;
    private final Home home;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<GroupMessage> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean closed;
    private boolean detached;
    private boolean senderWaits;
    private boolean handing;
    private @Nullable Consumer<GroupMessage> handler;
    private long taken;
    private long dropped;
    private long blocked;
    private long refused;
    private long missed;

    GroupInbox(String group, MembershipOptions options, Executor callbacks, Home home) {
        this.group = group;
        this.options = options;
        this.callbacks = callbacks;
        this.home = home;
    }

    /** Called on the loop; never waits for the application. */
    GroupAcceptance offer(GroupMessage message) {
        lock.lock();
        try {
            if (closed) {
                return GroupAcceptance.NO_MEMBER;
            }
            if (detached) {
                refused++;
                return GroupAcceptance.DETACHED;
            }
            GroupAcceptance answer = switch (options.whenFull()) {
                case LATEST_ONLY -> {
                    dropAll();
                    yield GroupAcceptance.TAKEN;
                }
                case DROP_OLDEST -> {
                    while (isFullFor(message)) {
                        take();
                        dropped++;
                    }
                    yield GroupAcceptance.TAKEN;
                }
                case BLOCK -> isFullFor(message) ? GroupAcceptance.LATER : GroupAcceptance.TAKEN;
                case DETACH -> isFullFor(message) ? GroupAcceptance.DETACHED : GroupAcceptance.TAKEN;
            };
            switch (answer) {
                case TAKEN -> add(message);
                case LATER -> {
                    senderWaits = true;
                    blocked++;
                }
                case DETACHED -> {
                    detached = true;
                    refused++;
                }
                case NO_MEMBER -> {}
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String group() {
        return group;
    }

    @Override
    public GroupMessage receive() throws InterruptedException {
        GroupMessage message;
        boolean room;
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                if (closed) {
                    throw new IllegalStateException("the membership of '" + group + "' is over");
                }
                arrived.await();
            }
            message = take();
            room = takeSenderWaits();
        } finally {
            lock.unlock();
        }
        if (room) {
            home.room();
        }
        return message;
    }

    @Override
    public Optional<GroupMessage> receive(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        GroupMessage message;
        boolean room;
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                if (closed || left <= 0) {
                    return Optional.empty();
                }
                left = arrived.awaitNanos(left);
            }
            message = take();
            room = takeSenderWaits();
        } finally {
            lock.unlock();
        }
        if (room) {
            home.room();
        }
        return Optional.of(message);
    }

    @Override
    public void onMessage(Consumer<GroupMessage> newHandler) {
        lock.lock();
        try {
            handler = newHandler;
            startHanding();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isDetached() {
        lock.lock();
        try {
            return detached;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void catchUp() {
        lock.lock();
        try {
            detached = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Counts counts() {
        lock.lock();
        try {
            return new Counts(taken, dropped, blocked, refused, missed);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        if (shut()) {
            home.leave(this);
        }
    }

    /** The node has gone: nothing more will come, and those who wait are told. */
    void end() {
        shut();
    }

    private boolean shut() {
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            arrived.signalAll();
            return first;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFullFor(GroupMessage message) {
        return queue.size() >= options.messagesMax()
                || !queue.isEmpty() && queuedBytes + message.payload().length > options.bytesMax();
    }

    private void add(GroupMessage message) {
        queue.add(message);
        queuedBytes += message.payload().length;
        taken++;
        missed += message.missed();
        arrived.signal();
        startHanding();
    }

    private GroupMessage take() {
        GroupMessage message = queue.remove();
        queuedBytes -= message.payload().length;
        return message;
    }

    private void dropAll() {
        dropped += queue.size();
        queue.clear();
        queuedBytes = 0;
    }

    /** A sender that waits is called when half of the queue is free: called for each message, it would come in vain. */
    private boolean takeSenderWaits() {
        boolean call = senderWaits && queue.size() <= options.messagesMax() / 2;
        if (call) {
            senderWaits = false;
        }
        return call;
    }

    /** At most one task hands messages over, so the handler sees one at a time and in order. */
    private void startHanding() {
        if (handler != null && !handing && !queue.isEmpty()) {
            handing = true;
            callbacks.execute(this::handOver);
        }
    }

    private void handOver() {
        while (true) {
            GroupMessage message;
            Consumer<GroupMessage> receiver;
            boolean room;
            lock.lock();
            try {
                receiver = handler;
                if (queue.isEmpty() || receiver == null) {
                    handing = false;
                    return;
                }
                message = take();
                room = takeSenderWaits();
            } finally {
                lock.unlock();
            }
            if (room) {
                home.room();
            }
            try {
                receiver.accept(message);
            } catch (RuntimeException e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }
}
