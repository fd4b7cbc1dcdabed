package dev.weft.core.flow;

import dev.weft.NodeId;
import dev.weft.core.route.DeliveryTree;
import dev.weft.core.route.Routes;
import java.util.Collection;
import java.util.SortedSet;

/** What a flow to many asks of routing. Answers change only between turns. */
public interface Trees {
    /**
     * The cheapest ways to members, or others that share no link with them where there are such.
     *
     * @param forbidden nodes that no way leads through
     */
    DeliveryTree tree(Collection<NodeId> members, SortedSet<NodeId> forbidden, Paths.Choice choice);

    /** False when a link is known to have gone, or not to carry what it is given. */
    boolean isUsable(Routes.LinkName link);

    /** The present life of a node, 0 where it is not known. */
    long incarnationOf(NodeId node);

    /** Another number whenever another answer is possible. */
    long edition();
}
