package dev.weft.core.route;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import java.util.Arrays;

/**
 * Numbers nodes in the order in which they are first named: from 0, without gaps. A table with open addresses; used by
 * {@link LinkGraph.Builder} alone.
 */
final class NodeNumbers {
    private static final int CAPACITY_MIN = 32;

    private NodeId[] nodes = new NodeId[CAPACITY_MIN / 2];
    /** Numbers, each one more than it is, by the hash of their nodes; a power of two, half full at most. */
    private int[] places = new int[CAPACITY_MIN];

    private int size;

    int size() {
        return size;
    }

    NodeId node(int number) {
        return nodes[number];
    }

    /** The number of a node, negative where it has none. */
    int find(NodeId node) {
        return places[placeOf(node)] - 1;
    }

    /** The number of a node; it gets the next where it has none. */
    int number(NodeId node) {
        int place = placeOf(node);
        if (places[place] > 0) {
            return places[place] - 1;
        }
        if (size == nodes.length) {
            grow();
            place = placeOf(node);
        }
        nodes[size] = node;
        places[place] = ++size;
        return size - 1;
    }

    void clear() {
        nodes = new NodeId[CAPACITY_MIN / 2];
        places = new int[CAPACITY_MIN];
        size = 0;
    }

    private void grow() {
        nodes = Arrays.copyOf(nodes, 2 * nodes.length);
        places = new int[2 * places.length];
        for (int number = 0; number < size; number++) {
            places[placeOf(nodes[number])] = number + 1;
        }
    }

    /** Where a node is, or would be. */
    private int placeOf(NodeId node) {
        int mask = places.length - 1;
        int place = (int) Prng.mix(node.low() ^ Prng.mix(node.high())) & mask;
        while (places[place] > 0 && !nodes[places[place] - 1].equals(node)) {
            place = place + 1 & mask;
        }
        return place;
    }
}
