package dev.weft.core.flow;

import dev.weft.core.base.Deadlines;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a flow to many that some member has no outcome of: by ticket, by deadline, and by number from the
 * first that is not settled to the last that has left.
 *
 * <p>Called by {@link GroupFlow} and its parts.
 */
final class GroupMessages {
    private record Deadline(long atNanos, long ticket) implements Comparable<Deadline> {
        private static Deadline of(GroupMessage message) {
            return new Deadline(message.deadlineNanos, message.ticket);
        }

        @Override
        public int compareTo(Deadline other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(ticket, other.ticket);
        }
    }

    private final TreeMap<Long, GroupMessage> unsettled = new TreeMap<>();
    private final TreeSet<Deadline> deadlines = new TreeSet<>();
    private final SequenceWindow<GroupMessage> window = new SequenceWindow<>();

    void add(GroupMessage message) {
        unsettled.put(message.ticket, message);
        deadlines.add(Deadline.of(message));
    }

    /** Its turn has come: it gets its number. */
    void number(GroupMessage message) {
        message.number = window.next();
        window.add(message);
        message.lag = lagOf(message);
    }

    /** How far the first one that somebody has no outcome of lies below it. */
    long lagOf(GroupMessage message) {
        return message.number - Math.min(message.number, window.first());
    }

    /** Everybody has an outcome of it. */
    void settled(GroupMessage message) {
        unsettled.remove(message.ticket);
        deadlines.remove(Deadline.of(message));
    }

    boolean isEmpty() {
        return unsettled.isEmpty();
    }

    /** In the order in which they were sent; settling them does not disturb who goes through the list. */
    List<GroupMessage> all() {
        return List.copyOf(unsettled.values());
    }

    /** Those that a member has no outcome of, in the order in which they were sent. */
    List<GroupMessage> openFor(GroupMember member) {
        List<GroupMessage> open = new ArrayList<>();
        for (GroupMessage message : unsettled.values()) {
            if (message.openIndexOf(member) >= 0) {
                open.add(message);
            }
        }
        return open;
    }

    /** The number of the first message that a member has no outcome of; the next one where there is none. */
    long firstOpen(GroupMember member) {
        for (long at = window.first(); at < window.next(); at++) {
            GroupMessage message = window.at(at);
            if (message != null && message.openIndexOf(member) >= 0) {
                return at;
            }
        }
        return window.next();
    }

    long first() {
        return window.first();
    }

    long next() {
        return window.next();
    }

    /** How many numbers are kept. */
    long kept() {
        return window.next() - window.first();
    }

    @Nullable
    GroupMessage at(long number) {
        return window.at(number);
    }

    /** Numbers at the lower end that everybody is done with are no more of interest. */
    void trim() {
        for (GroupMessage first = window.at(window.first());
                first != null && first.isSettled();
                first = window.at(window.first())) {
            window.removeFirst();
        }
    }

    /** Takes out a deadline that is over, with its message; null when there is none. */
    @Nullable
    GroupMessage pollOverdue(long nowNanos) {
        while (!deadlines.isEmpty() && deadlines.first().atNanos() <= nowNanos) {
            GroupMessage message = unsettled.get(deadlines.first().ticket());
            deadlines.pollFirst();
            if (message != null) {
                return message;
            }
        }
        return null;
    }

    long nextDeadlineNanos() {
        return deadlines.isEmpty() ? Deadlines.NEVER : deadlines.first().atNanos();
    }
}
