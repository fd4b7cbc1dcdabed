package dev.weft.core.route;

import java.util.Arrays;

/** A binary heap of node numbers that can move a node up when its distance falls. No boxing. */
final class NodeHeap {
    private final ShortestPaths order;
    private final int[] heap;
    private final int[] place;
    private int size;

    NodeHeap(ShortestPaths order, int nodeCount) {
        this.order = order;
        this.heap = new int[nodeCount];
        this.place = new int[nodeCount];
        Arrays.fill(place, -1);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Adds a node, or moves it up where it is in already. */
    void offer(int node) {
        int at = place[node];
        up(node, at < 0 ? size++ : at);
    }

    int poll() {
        int first = heap[0];
        place[first] = -1;
        int last = heap[--size];
        if (size > 0) {
            down(last);
        }
        return first;
    }

    private void up(int node, int from) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!order.isNearer(node, heap[parent])) {
                break;
            }
            put(heap[parent], at);
            at = parent;
        }
        put(node, at);
    }

    private void down(int node) {
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && order.isNearer(heap[child + 1], heap[child])) {
                child++;
            }
            if (!order.isNearer(heap[child], node)) {
                break;
            }
            put(heap[child], at);
            at = child;
        }
        put(node, at);
    }

    private void put(int node, int at) {
        heap[at] = node;
        place[node] = at;
    }
}
