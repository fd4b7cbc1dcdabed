package dev.weft.node;

import dev.weft.NodeId;
import dev.weft.SendOptions;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The courses of the latest sends, so that a thread which sends to several endpoints in turn goes on with the burst of
 * each. On any thread.
 *
 * <p>Each endpoint has one place, by hash, whatever the options; who comes later has it. So what one thread sends to an
 * endpoint in one manner, then in another, then in the first again, never joins the first burst, which would be ahead
 * of the second: a course that has left its place does not come back. Endpoints that share a place cost a new course
 * with each turn, and nothing else. What lies here holds on to the names of
 * nodes and endpoints and to the outcome of the last burst, whose bytes are let go of when it has one.
 */
final class Courses {
    /** A power of two, at which one in forty sets of eight endpoints has two that share a place. */
    static final int PLACES = 1 << 10;

    /** Spreads whatever differs in a hash over its upper bits: 2^32 divided by the golden ratio. */
    private static final int SPREAD = 0x9e37_79b9;

    private final AtomicReferenceArray<@Nullable Course> places = new AtomicReferenceArray<>(PLACES);

    /** The course to an endpoint in one manner; null where another one, or none, is in its place. */
    @Nullable
    Course find(NodeId node, String endpoint, SendOptions options) {
        Course present = places.get(place(node, endpoint));
        return present != null && present.isFor(node, endpoint, options) ? present : null;
    }

    /** Takes a new course in place of what was there. */
    void put(Course course) {
        places.set(place(course.node(), course.endpoint()), course);
    }

    private static int place(NodeId node, String endpoint) {
        int hash = 31 * node.hashCode() + endpoint.hashCode();
        return hash * SPREAD >>> Integer.SIZE - Integer.numberOfTrailingZeros(PLACES);
    }
}
