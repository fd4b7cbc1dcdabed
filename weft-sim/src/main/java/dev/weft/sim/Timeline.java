package dev.weft.sim;

import dev.weft.core.base.Check;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What is to come for one node, and the clock by which it comes. Mostly that is the clock of the world. Within a window
 * of {@link Windows} the node is apart: its clock is its own, and what it does to others or to the world waits in order
 * until the window is over.
 *
 * <p>While it is apart, one worker uses it; else the thread that runs the world.
 */
final class Timeline {
    final int index;
    private final EventHeap events;
    private final Agenda due = new Agenda();
    private final Agenda told = new Agenda();
    private final ArrayDeque<Runnable> looks = new ArrayDeque<>();
    private boolean isApart;
    /** What happens when all else of this moment has. */
    private EventHeap.@Nullable Event momentEnd;

    private long firstNanos;
    private long nowNanos;
    private long endNanos;
    private int happenedCount;

    Timeline(int index, EventHeap events) {
        this.index = index;
        this.events = events;
    }

    long nowNanos() {
        return isApart ? nowNanos : events.nowNanos();
    }

    // ------------------------------------------------------------------ what a node does

    /** Something will happen to this node, and to it alone. */
    void at(long atNanos, EventHeap.Event event) {
        long tick = tickAt(atNanos);
        if (isApart && tick < endNanos) {
            due.add(Math.max(tick, nowNanos), event);
        } else {
            at(tick, this, event);
        }
    }

    /** When what is due then happens to this node. */
    long tickAt(long dueNanos) {
        return events.tickAt(dueNanos);
    }

    void after(long delayNanos, EventHeap.Event event) {
        at(nowNanos() + delayNanos, event);
    }

    /** Something will happen to another node, no sooner than anything comes from here to there. */
    void at(long atNanos, Timeline other, EventHeap.Event event) {
        Check.that(!isApart || tickAt(atNanos) >= endNanos, "what a node does reaches another within a window");
        tell(() -> events.at(atNanos, other, event));
    }

    /** What is done now will be done again, by whoever does it. */
    void againAt(long atNanos, EventHeap.Event event) {
        if (isApart) {
            at(atNanos, event);
        } else {
            events.at(atNanos, event);
        }
    }

    /** Whether more may happen at this moment, as where time goes in ticks, so that its end is to be waited for. */
    boolean isWithinMoment() {
        return isApart && events.tickNanos() > 1;
    }

    /** Happens when all else that is due at this moment has; the last word counts. */
    void atMomentEnd(EventHeap.Event event) {
        momentEnd = event;
    }

    /** The world is told of something: at once, or when the window is over. */
    void tell(Runnable news) {
        if (isApart) {
            told.add(nowNanos, at -> news.run());
        } else {
            news.run();
        }
    }

    /**
     * Others are looked at, and nothing is changed but what this node is told of it: at once, or when nobody does anything
     * any more in the window.
     */
    void look(Runnable look) {
        if (isApart) {
            looks.add(look);
        } else {
            look.run();
        }
    }

    // ------------------------------------------------------------------ a window

    boolean isIdle() {
        return due.isEmpty();
    }

    /** Takes an event into the window that is about to begin. */
    void take(long atNanos, EventHeap.Event event) {
        due.add(atNanos, event);
    }

    /** All that is due before the end happens; what breaks is told in its turn. */
    void runUntil(long windowEndNanos) {
        endNanos = windowEndNanos;
        firstNanos = due.firstNanos();
        isApart = true;
        try {
            while (!due.isEmpty()) {
                nowNanos = due.firstNanos();
                happenedCount++;
                due.removeFirst().happen(nowNanos);
                EventHeap.Event end = momentEnd;
                if (end != null && (due.isEmpty() || due.firstNanos() > nowNanos)) {
                    momentEnd = null;
                    end.happen(nowNanos);
                }
            }
        } catch (RuntimeException | Error broken) {
            due.clear();
            momentEnd = null;
            tell(() -> {
                throw broken;
            });
        } finally {
            isApart = false;
        }
    }

    boolean hasToLook() {
        return !looks.isEmpty();
    }

    /** Who is apart no more may look at all the others. */
    void lookAround() {
        isApart = true;
        try {
            while (!looks.isEmpty()) {
                looks.remove().run();
            }
        } catch (RuntimeException | Error broken) {
            looks.clear();
            tell(() -> {
                throw broken;
            });
        } finally {
            isApart = false;
        }
    }

    /** When the first event of the window happened. */
    long firstNanos() {
        return firstNanos;
    }

    /** When the last event of the window happened. */
    long lastNanos() {
        return nowNanos;
    }

    /** How many events the window had for this node; counts anew from here. */
    int removeHappenedCount() {
        int count = happenedCount;
        happenedCount = 0;
        return count;
    }

    boolean hasNews() {
        return !told.isEmpty();
    }

    long newsNanos() {
        return told.firstNanos();
    }

    EventHeap.Event removeNews() {
        return told.removeFirst();
    }

    /** Whether its news come first: they are earlier, or at the same time those of the node with the lower number. */
    boolean isBefore(Timeline other) {
        return newsNanos() != other.newsNanos() ? newsNanos() < other.newsNanos() : index < other.index;
    }
}
