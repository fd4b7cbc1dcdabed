package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.wire.RouteHeader;
import java.util.Collections;
import java.util.Iterator;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How the messages of a flow to many travel; messages for the same members that travel in different manners are
 * different flows.
 *
 * @param priority 0 to 7, 7 the highest
 * @param retriesMax how often a piece may be sent to a member again: 0 to 1,000,000
 * @param forbidden nodes that no tree may lead through; as members they are reached all the same
 */
public record GroupManner(int priority, int retriesMax, SortedSet<NodeId> forbidden)
        implements Comparable<GroupManner> {
    public static final GroupManner DEFAULT =
            new GroupManner(RouteHeader.PRIORITY_DEFAULT, Manner.RETRIES_UNBOUNDED, new TreeSet<>());

    public GroupManner {
        Check.within("priority", priority, 0, RouteHeader.PRIORITY_MAX);
        Check.within("retries", retriesMax, 0, Manner.RETRIES_UNBOUNDED);
        forbidden = Collections.unmodifiableSortedSet(new TreeSet<>(forbidden));
    }

    /** As usual, but for its urgency. */
    public static GroupManner ofPriority(int priority) {
        return new GroupManner(priority, DEFAULT.retriesMax(), DEFAULT.forbidden());
    }

    boolean boundsRetries() {
        return retriesMax < Manner.RETRIES_UNBOUNDED;
    }

    @Override
    public int compareTo(GroupManner other) {
        int byPriority = Integer.compare(priority, other.priority);
        int byRetries = byPriority != 0 ? byPriority : Integer.compare(retriesMax, other.retriesMax);
        if (byRetries != 0) {
            return byRetries;
        }
        Iterator<NodeId> others = other.forbidden.iterator();
        for (NodeId node : forbidden) {
            int byNode = others.hasNext() ? node.compareTo(others.next()) : 1;
            if (byNode != 0) {
                return byNode;
            }
        }
        return others.hasNext() ? -1 : 0;
    }
}
