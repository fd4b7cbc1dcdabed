package dev.weft.node;

import dev.weft.GroupMessage;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.Secrecy;
import dev.weft.core.base.ByteView;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A membership's {@link Mailbox}, and what happens when the application is too slow to empty it. A message counts as
 * delivered when it is in there. The loop offers, the application takes; all fields are guarded by the mailbox.
 */
final class GroupInbox implements Membership {
    /** What an inbox needs of its node. */
    interface Home {
        void leave(GroupInbox inbox);

        /** It takes part again, and wants what senders have kept for it. */
        void caughtUp(GroupInbox inbox);

        /** There is room again, and a sender may be waiting for it. */
        void room();
    }

    private final String group;
    private final MembershipOptions options;
    private final Home home;
    private final Mailbox<GroupMessage> mailbox;

    private int queuedCount;
    private long queuedBytes;
    private boolean over;
    private boolean detached;
    private boolean senderWaits;
    private long taken;
    private long dropped;
    private long blocked;
    private long refused;
    private long missed;

    GroupInbox(String group, MembershipOptions options, Executor callbacks, Home home) {
        this.group = group;
        this.options = options;
        this.home = home;
        this.mailbox = new Mailbox<>(() -> "the membership of '" + group + "'", 1, callbacks, this::discount);
    }

    /** Called on the loop; never waits for the application. All of what arrives together is taken, or nothing. */
    GroupAcceptance offer(GroupArrival arrival) {
        return mailbox.answer(() -> {
            GroupAcceptance answer = acceptance(arrival);
            switch (answer) {
                case TAKEN -> add(arrival);
                case LATER -> {
                    senderWaits = true;
                    blocked++;
                }
                case DETACHED -> {
                    detached = true;
                    refused++;
                }
                case NOT_SEALED -> refused++;
                case NO_MEMBER -> {}
            }
            return answer;
        });
    }

    private GroupAcceptance acceptance(GroupArrival arrival) {
        if (over) {
            return GroupAcceptance.NO_MEMBER;
        }
        if (options.secrecy() == Secrecy.SEALED && arrival.secrecy() != Secrecy.SEALED) {
            return GroupAcceptance.NOT_SEALED;
        }
        if (detached) {
            return GroupAcceptance.DETACHED;
        }
        return switch (options.whenFull()) {
            case LATEST_ONLY, DROP_OLDEST -> GroupAcceptance.TAKEN;
            case BLOCK -> isFullFor(arrival) ? GroupAcceptance.LATER : GroupAcceptance.TAKEN;
            case DETACH -> isFullFor(arrival) ? GroupAcceptance.DETACHED : GroupAcceptance.TAKEN;
        };
    }

    @Override
    public String group() {
        return group;
    }

    @Override
    public GroupMessage receive() throws InterruptedException {
        GroupMessage message = mailbox.take();
        callSender();
        return message;
    }

    @Override
    public Optional<GroupMessage> receive(Duration timeout) throws InterruptedException {
        Optional<GroupMessage> message = mailbox.take(timeout);
        if (message.isPresent()) {
            callSender();
        }
        return message;
    }

    @Override
    public void onMessage(Consumer<GroupMessage> handler) {
        mailbox.onEach(message -> {
            callSender();
            handler.accept(message);
        });
    }

    @Override
    public boolean isDetached() {
        return mailbox.answer(() -> detached);
    }

    @Override
    public void catchUp() {
        boolean wasDetached = mailbox.answer(() -> {
            boolean before = detached;
            detached = false;
            return before;
        });
        if (wasDetached) {
            home.caughtUp(this);
        }
    }

    @Override
    public Counts counts() {
        return mailbox.answer(() -> new Counts(taken, dropped, blocked, refused, missed));
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

    /** False where it was over already. */
    private boolean shut() {
        mailbox.locked(() -> over = true);
        return mailbox.close();
    }

    /** What is empty has room: more than that there will never be. */
    private boolean isFullFor(GroupArrival arrival) {
        int bytes = 0;
        for (ByteView payload : arrival.payloads()) {
            bytes += payload.length();
        }
        return isFullFor(arrival.payloads().size(), bytes);
    }

    private boolean isFullFor(int count, int bytes) {
        return queuedCount > 0
                && (queuedCount + count > options.messagesMax() || queuedBytes + bytes > options.bytesMax());
    }

    private void add(GroupArrival arrival) {
        long missedBefore = arrival.missedCount();
        for (ByteView payload : arrival.payloads()) {
            makeRoom(payload);
            queuedCount++;
            queuedBytes += payload.length();
            taken++;
            missed += missedBefore;
            mailbox.add(new GroupMessage(arrival.from(), payload.toByteArray(), arrival.hops(), missedBefore));
            missedBefore = 0;
        }
    }

    /** Older messages give way where the policy says so. */
    private void makeRoom(ByteView next) {
        switch (options.whenFull()) {
            case LATEST_ONLY -> {
                while (dropOldest()) {}
            }
            case DROP_OLDEST -> {
                while (isFullFor(1, next.length()) && dropOldest()) {}
            }
            case BLOCK, DETACH -> {}
        }
    }

    private void discount(GroupMessage gone) {
        mailbox.locked(() -> {
            queuedCount--;
            queuedBytes -= gone.payload().length;
        });
    }

    private boolean dropOldest() {
        Optional<GroupMessage> oldest = mailbox.drop();
        oldest.ifPresent(message -> {
            discount(message);
            dropped++;
        });
        return oldest.isPresent();
    }

    /**
     * A sender that waits is called when half of the queue is free: called for each message, it would come in vain. Not
     * while the mailbox is locked, which the loop may be waiting for.
     */
    private void callSender() {
        boolean call = mailbox.answer(() -> {
            boolean room = senderWaits && queuedCount <= options.messagesMax() / 2;
            senderWaits &= !room;
            return room;
        });
        if (call) {
            home.room();
        }
    }
}
