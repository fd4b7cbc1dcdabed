package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.Routing;
import dev.weft.core.forward.Path;
import java.util.Optional;

/** What a flow asks of routing. Answers change only between turns. */
public interface Paths {
    /** Which of the ways to a node. */
    enum Choice {
        PRIMARY,
        ALTERNATE;

        Choice other() {
            return this == PRIMARY ? ALTERNATE : PRIMARY;
        }
    }

    /**
     * The way to a node that a routing allows; the primary where there is no alternate; empty where there is none at
     * all.
     */
    Optional<Path> path(NodeId destination, Routing routing, Choice choice);

    /** True when a link or node on the path is known to have gone. */
    boolean isBroken(Path path);

    /** The present life of a node, 0 where it is not known. */
    long incarnationOf(NodeId node);
}
