package dev.weft.core.topology;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Push;
import java.util.ArrayList;
import java.util.List;

/**
 * Which neighbors this node asks to push to it at once what is new. As who pushes to whom is chosen by who is to hear,
 * each node has two ways at least by which news come, and nobody is left to chance; and the choice stands as long as the
 * links do.
 *
 * <p>First come those that have lately announced what nobody had pushed, as Plumtree grafts them: a link that alone leads
 * to a part of the mesh is among them after the first news from there. Then those whose ids have the least hash together
 * with this node's.
 */
final class Pushers {
    /** How many are asked: while little changes, and while much does. */
    private static final int ASKED = 3;

    private static final int ASKED_AMONG_MANY = 2;

    /** So many are remembered that had what nobody had pushed; one place at least is left to the others. */
    private static final int GRAFTED_MAX = 2;

    /** How much changes at present. */
    enum Weather {
        CALM,
        MANY_CHANGES
    }

    private final NodeId self;
    /** The latest first. */
    private final List<NodeId> grafted = new ArrayList<>();

    Pushers(NodeId self) {
        this.self = self;
    }

    /**
     * Those with the least lots are asked. That of a node with no other neighbor is the greatest, for all that is
     * news here has come to it from here.
     *
     * @param links of that node, as it advertises them
     */
    long lot(NodeId node, List<Adjacencies.Adjacency> links) {
        if (links.size() == 1 && links.get(0).neighbor().equals(self)) {
            return Long.MAX_VALUE;
        }
        return Prng.mix(self.low() ^ Prng.mix(node.low() ^ Prng.mix(node.high())));
    }

    /**
     * How a neighbor, or a node that is about to be one, is to tell what is new.
     *
     * @param neighbors all that there are, with their lots
     */
    Push pushFrom(NodeId node, long lot, Iterable<Neighbor> neighbors, Weather weather) {
        int asked = switch (weather) {
            case CALM -> ASKED;
            case MANY_CHANGES -> ASKED_AMONG_MANY;
        };
        List<NodeId> first = grafted.subList(0, Math.min(grafted.size(), asked - 1));
        if (first.contains(node)) {
            return Push.EAGER;
        }
        int before = first.size();
        for (Neighbor neighbor : neighbors) {
            if (neighbor.lot < lot && !first.contains(neighbor.node)) {
                before++;
            }
        }
        return before < asked ? Push.EAGER : Push.LAZY;
    }

    /** A neighbor has announced what no other had pushed in time. */
    void graft(NodeId node) {
        grafted.remove(node);
        grafted.add(0, node);
        if (grafted.size() > GRAFTED_MAX) {
            grafted.remove(GRAFTED_MAX);
        }
    }

    /** It is no neighbor any more. */
    void handleLinkDown(NodeId node) {
        grafted.remove(node);
    }
}
