package dev.weft.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Lets events happen, those of different nodes in parallel where they cannot touch each other: what a node does takes
 * at least the shortest delay of any link to reach another, so all that is due within so long is due whatever the others
 * do meanwhile (conservative lookahead after Chandy and Misra, in windows as Nicol's YAWNS). Each node has its part of
 * the window apart; then those look at others who have to, in parallel too, for nobody changes meanwhile; then what they
 * did to each other and to the world is done in order of time, and of their numbers where times are equal.
 *
 * <p>What is not of one node alone, as a crash or a message that the load begins, ends a window and happens alone. What
 * happens is the same with any number of workers: a window is decided by what is due and never by who runs it.
 */
final class Windows {
    private static final Comparator<Timeline> BY_NUMBER = Comparator.comparingInt(part -> part.index);

    private final EventHeap events;
    private final World world;
    private final Workers workers;
    private final List<Timeline> parts = new ArrayList<>();
    private final List<Timeline> looking = new ArrayList<>();
    private final PriorityQueue<Timeline> news =
            new PriorityQueue<>((a, b) -> a.isBefore(b) ? -1 : b.isBefore(a) ? 1 : 0);

    Windows(World world, Workers workers) {
        this.events = world.events;
        this.world = world;
        this.workers = workers;
    }

    /** Lets the next event happen, or the next window full, if due by then; the clock stands at the limit if none is. */
    boolean step(long untilNanos) {
        long lookahead = world.lookaheadNanos();
        if (lookahead == 0 || events.nextNanos() > untilNanos || !events.isNextOfOneNode()) {
            return events.step(untilNanos);
        }
        long end = Math.min(events.nextNanos() + lookahead, untilNanos + 1);
        if (events.isNextAlone(end)) {
            return events.step(untilNanos);
        }
        while (events.nextNanos() < end && events.isNextOfOneNode()) {
            events.moveNext(parts);
        }
        // What is not of one node neither belongs to the window nor comes after what happens in it.
        run(Math.min(end, events.nextNanos()));
        return true;
    }

    private void run(long endNanos) {
        workers.run(parts.size(), number -> parts.get(number).runUntil(endNanos));
        lookAround();
        long firstNanos = Long.MAX_VALUE;
        long lastNanos = events.nowNanos();
        for (Timeline part : parts) {
            firstNanos = Math.min(firstNanos, part.firstNanos());
            lastNanos = Math.max(lastNanos, part.lastNanos());
            events.haveHappened(part.removeHappenedCount());
        }
        events.closeUntil(endNanos);
        if (firstNanos == lastNanos) {
            tellInTurn(firstNanos);
        } else {
            tellInOrder();
        }
        parts.clear();
        events.recall(lastNanos);
    }

    private void lookAround() {
        looking.clear();
        for (Timeline part : parts) {
            if (part.hasToLook()) {
                looking.add(part);
            }
        }
        if (!looking.isEmpty()) {
            workers.run(looking.size(), number -> looking.get(number).lookAround());
        }
    }

    /** What all did at one moment. */
    private void tellInTurn(long atNanos) {
        parts.sort(BY_NUMBER);
        events.recall(atNanos);
        for (Timeline part : parts) {
            while (part.hasNews()) {
                part.removeNews().happen(atNanos);
            }
        }
    }

    private void tellInOrder() {
        for (Timeline part : parts) {
            if (part.hasNews()) {
                news.add(part);
            }
        }
        for (Timeline next = news.poll(); next != null; next = news.poll()) {
            Timeline after = news.peek();
            do {
                events.recall(next.newsNanos());
                next.removeNews().happen(events.nowNanos());
            } while (next.hasNews() && (after == null || next.isBefore(after)));
            if (next.hasNews()) {
                news.add(next);
            }
        }
    }
}
