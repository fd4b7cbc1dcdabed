package dev.weft.core.flow;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.flow.GroupMessage.Piece;
import dev.weft.core.wire.GroupName;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a flow to many that have not left, and what of them may: whether there is room for another, which number
 * it gets, and who has an outcome because of that.
 *
 * <p>Called by {@link GroupFlow} alone.
 */
final class GroupBacklog {
    interface Output {
        /** A message that has got its number, sealed for its members. */
        ByteView seal(GroupMessage message);
    }

    /** Nothing is given up for a member for the sake of the others before it has been silent for so long. */
    private static final long PATIENCE_NANOS = 500_000_000L;

    private final GroupName name;
    private final GroupConfig config;
    private final GroupMessages messages;
    private final GroupWindow window;
    private final GroupOutcomes outcomes;
    private final GroupFloors floors;
    private final GroupHere here;
    private final Output out;

    private final ArrayDeque<GroupMessage> waiting = new ArrayDeque<>();
    /** The one whose first pieces have left. */
    private @Nullable GroupMessage leaving;
    /** When what is kept for silent members may be given up. */
    private long roomNanos = Deadlines.NEVER;

    GroupBacklog(
            GroupName name,
            GroupConfig config,
            GroupMessages messages,
            GroupWindow window,
            GroupOutcomes outcomes,
            GroupFloors floors,
            GroupHere here,
            Output out) {
        this.name = name;
        this.config = config;
        this.messages = messages;
        this.window = window;
        this.outcomes = outcomes;
        this.floors = floors;
        this.here = here;
        this.out = out;
    }

    void add(GroupMessage message) {
        waiting.add(message);
    }

    /** Takes out the piece that may leave for the first time, null when none may. */
    @Nullable
    Piece poll(long nowNanos) {
        GroupMessage begun = leaving;
        if (begun != null && begun.fresh < begun.pieces.size() && !begun.isSettled()) {
            return window.admits(begun.pieces.get(begun.fresh)) ? takeFrom(begun) : null;
        }
        leaving = begin(nowNanos);
        return leaving == null ? null : takeFrom(leaving);
    }

    private Piece takeFrom(GroupMessage message) {
        Piece piece = message.pieces.get(message.fresh++);
        window.number(piece);
        return piece;
    }

    void handleTime(long nowNanos) {
        if (roomNanos <= nowNanos) {
            roomNanos = Deadlines.NEVER;
        }
    }

    /** When what does not leave for want of room may. */
    long nextNanos() {
        return roomNanos;
    }

    /** The next message, if it may leave; it has got its number. */
    private @Nullable GroupMessage begin(long nowNanos) {
        GroupMessage message = waiting.peek();
        while (message != null && message.isSettled()) {
            passOver(waiting.remove(), nowNanos);
            message = waiting.peek();
        }
        if (message == null || !window.admits(message.pieces.get(0)) || !hasRoom(nowNanos)) {
            return null;
        }
        waiting.remove();
        assign(message, nowNanos);
        return message;
    }

    /** What was given up before its turn has a number all the same where order counts: that gap is how members are told. */
    private void passOver(GroupMessage message, long nowNanos) {
        if (!name.isOrdered()) {
            return;
        }
        messages.number(message);
        messages.trim();
        if (message.isMissedHere) {
            here.add(message, nowNanos);
        }
        floors.passOver(message, nowNanos);
    }

    /** Whether another message may begin; the oldest is given up where only those who lag still miss it. */
    private boolean hasRoom(long nowNanos) {
        GroupMessage oldest = messages.at(messages.first());
        if (messages.kept() >= config.retainedMessages() && oldest != null && !oldest.isAwaited()) {
            long heard = -PATIENCE_NANOS;
            for (int i = oldest.open.nextSetBit(0); i >= 0; i = oldest.open.nextSetBit(i + 1)) {
                if (oldest.members[i].putBackCount == 0) {
                    heard = Math.max(heard, oldest.members[i].heardNanos);
                }
            }
            if (nowNanos - heard < PATIENCE_NANOS) {
                roomNanos = heard + PATIENCE_NANOS;
                return false;
            }
            List<GroupMember> left = outcomes.giveUp(oldest, Outcome.Kind.EXPIRED, Outcome.Reason.LIMIT);
            messages.trim();
            left.forEach(member -> floors.raiseSilently(member, messages.firstOpen(member)));
        }
        return window.admitsMessage() && messages.kept() < config.retainedMessages();
    }

    private void assign(GroupMessage message, long nowNanos) {
        for (int i = message.open.nextSetBit(0); i >= 0; i = message.open.nextSetBit(i + 1)) {
            GroupMember member = message.members[i];
            if (floors.hasLeftOut(member)) {
                // It was no member meanwhile: what it has not got of the time before would hold it up for ever.
                settleEarlier(member);
            }
            floors.begin(member);
        }
        messages.number(message);
        if (name.isSealed()) {
            message.seal(out.seal(message));
        }
        message.open.stream().forEach(i -> message.members[i].underWay++);
        window.recount(message);
        if (message.hereIsOpen) {
            here.add(message, nowNanos);
        }
    }

    private void settleEarlier(GroupMember member) {
        for (long at = messages.first(); at < messages.next(); at++) {
            GroupMessage earlier = messages.at(at);
            int i = earlier == null ? -1 : earlier.openIndexOf(member);
            if (earlier != null && i >= 0) {
                outcomes.settle(earlier, i, earlier.givenUp(i, Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
            }
        }
    }
}
