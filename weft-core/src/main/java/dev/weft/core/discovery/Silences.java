package dev.weft.core.discovery;

import dev.weft.core.base.InvariantError;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Nodes by how long they have been silent: a binary heap that each of its nodes knows its place in. Whoever is heard of
 * now comes last, which costs nothing, however many there are. Used by {@link PeerBook} alone.
 */
final class Silences {
    private @Nullable Known[] heap = new @Nullable Known[8];
    /** Since when each has been silent, as of when it was added. */
    private long[] sinceNanos = new long[8];

    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** Who has been silent the longest. */
    Known first() {
        return at(0);
    }

    long firstNanos() {
        return sinceNanos[0];
    }

    /** Adds a node that is in none. */
    void add(Known node) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
            sinceNanos = Arrays.copyOf(sinceNanos, 2 * size);
        }
        node.silences = this;
        rise(node, node.heardNanos, size++);
    }

    /** Takes out a node that is here. */
    void remove(Known node) {
        int hole = node.silencesPlace;
        Known last = at(--size);
        long since = sinceNanos[size];
        heap[size] = null;
        node.silences = null;
        if (last != node) {
            boolean isEarlier = hole > 0 && since < sinceNanos[parent(hole)];
            if (isEarlier) {
                rise(last, since, hole);
            } else {
                sink(last, since, hole);
            }
        }
    }

    private void rise(Known node, long since, int from) {
        int place = from;
        while (place > 0 && since < sinceNanos[parent(place)]) {
            put(at(parent(place)), sinceNanos[parent(place)], place);
            place = parent(place);
        }
        put(node, since, place);
    }

    private void sink(Known node, long since, int from) {
        int place = from;
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && sinceNanos[child + 1] < sinceNanos[child]) {
                child++;
            }
            if (since <= sinceNanos[child]) {
                break;
            }
            put(at(child), sinceNanos[child], place);
            place = child;
        }
        put(node, since, place);
    }

    private void put(Known node, long since, int place) {
        heap[place] = node;
        sinceNanos[place] = since;
        node.silencesPlace = place;
    }

    private static int parent(int place) {
        return (place - 1) / 2;
    }

    private Known at(int place) {
        Known node = heap[place];
        if (node == null) {
            throw new InvariantError("nobody at " + place + " of " + size + " silent nodes");
        }
        return node;
    }
}
