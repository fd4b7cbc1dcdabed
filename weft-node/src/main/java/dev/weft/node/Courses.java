package dev.weft.node;

import dev.weft.NodeId;
import dev.weft.SendOptions;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The courses of the latest sends, so that a thread which sends to several endpoints in turn goes on with the burst of
 * each. On any thread.
 *
 * <p>A table of sets of {@value #WAYS} places, in one of which, by hash, the course to an endpoint lies. An endpoint has
 * one course here, whatever the options; who comes later replaces it. So what one thread sends to an endpoint in one
 * manner, then in another, then in the first again, never joins the first burst, which would be ahead of the second: a
 * course that has left its place does not come back. Where a set is full, one on which nothing is under way gives its
 * place; where there is none the table is doubled, up to {@value #PLACES_MAX} places, and then one of them gives way
 * all the same. That costs the endpoint a new course with its next message, and nothing else. What lies here holds on to
 * the names of nodes and endpoints, and to no burst that has its outcome.
 */
final class Courses {
    static final int PLACES_FIRST = 1 << 10;

    /** A power of two; beyond some ten thousand endpoints little gathers for each while the loop is away. */
    static final int PLACES_MAX = 1 << 14;

    /** So many that a thousand endpoints need 4,096 places, and few are looked at: a set fills from its first. */
    private static final int WAYS = 8;

    /** Spreads whatever differs in a hash over its upper bits: 2^32 divided by the golden ratio. */
    private static final int SPREAD = 0x9e37_79b9;

    private volatile AtomicReferenceArray<@Nullable Course> places = new AtomicReferenceArray<>(PLACES_FIRST);
    /** Which place of a full set is taken next; guarded by this. */
    private int victim;

    /**
     * One on which something is under way, for the thread that sends to one endpoint and to no other: it need not be
     * looked for.
     */
    private volatile @Nullable Course busy;

    /** The course to an endpoint in one manner; null where another one, or none, is in its place. */
    @Nullable
    Course find(NodeId node, String endpoint, SendOptions options) {
        Course latest = busy;
        if (latest != null && latest.isVery(node, endpoint, options)) {
            return latest;
        }
        AtomicReferenceArray<@Nullable Course> present = places;
        int first = set(node, endpoint, present.length());
        for (int at = first; at < first + WAYS; at++) {
            Course course = present.get(at);
            if (course == null) {
                return null;
            }
            if (course.leadsTo(node, endpoint)) {
                if (!course.isIn(options)) {
                    return null;
                }
                // Threads that take turns at it would write more than they find.
                if (latest == null || !latest.isUnderWay()) {
                    busy = course;
                }
                return course;
            }
        }
        return null;
    }

    /** Takes a new course in place of what leads to the same endpoint, or of another one. */
    synchronized void put(Course course) {
        int at = placeFor(course, places);
        while (at < 0 && places.length() < PLACES_MAX) {
            grow();
            at = placeFor(course, places);
        }
        if (at < 0) {
            victim = (victim + 1) % WAYS;
            at = set(course.node(), course.endpoint(), places.length()) + victim;
        }
        Course before = places.get(at);
        if (before != null) {
            // First of all: who finds the new one, here or as the busy one, is to see that this one has left.
            before.leavePlace();
        }
        places.set(at, course);
    }

    /** How many there are places for. */
    int placeCount() {
        return places.length();
    }

    /** Where it may lie without another one being missed; -1 where all of its set are under way. */
    private static int placeFor(Course course, AtomicReferenceArray<@Nullable Course> among) {
        int first = set(course.node(), course.endpoint(), among.length());
        int idle = -1;
        for (int at = first; at < first + WAYS; at++) {
            Course present = among.get(at);
            if (present == null) {
                return at;
            }
            if (present.leadsTo(course.node(), course.endpoint())) {
                return at;
            }
            if (idle < 0 && !present.isUnderWay()) {
                idle = at;
            }
        }
        return idle;
    }

    /** Who looks meanwhile finds in the old table what the new one has. */
    private void grow() {
        AtomicReferenceArray<@Nullable Course> larger = new AtomicReferenceArray<>(2 * places.length());
        for (int i = 0; i < places.length(); i++) {
            Course course = places.get(i);
            if (course != null) {
                larger.set(placeFor(course, larger), course);
            }
        }
        places = larger;
    }

    /** The first place of an endpoint's set. */
    private static int set(NodeId node, String endpoint, int placeCount) {
        int hash = (31 * node.hashCode() + endpoint.hashCode()) * SPREAD;
        return (int) (Integer.toUnsignedLong(hash) * (placeCount / WAYS) >>> Integer.SIZE) * WAYS;
    }
}
