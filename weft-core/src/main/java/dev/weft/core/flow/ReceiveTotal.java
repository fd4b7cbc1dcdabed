package dev.weft.core.flow;

import dev.weft.core.base.Check;
import java.util.List;
import java.util.TreeSet;

/**
 * What all {@link ReceiveBuffer}s of a node hold together, and how much that may be. A buffer that is empty is let in one
 * message beyond it, so that those which nobody reads do not shut out the others.
 *
 * <p>Called by {@link ReceiveBuffer}; made by the engine.
 */
public final class ReceiveTotal {
    private final long max;
    private final Runnable crowded;
    /** Handles of flows that were told of little room because there was none here. */
    private final TreeSet<Long> waiting = new TreeSet<>();

    private long used;
    private long refusedCount;

    /** @param crowded is run where a message finds no room here: what was taken meanwhile is to be told at once */
    public ReceiveTotal(long maxBytes, Runnable crowded) {
        Check.within("received-bytes-max", maxBytes, 64 << 10, 1L << 40);
        this.max = maxBytes;
        this.crowded = crowded;
    }

    static ReceiveTotal unbounded() {
        return new ReceiveTotal(1L << 40, () -> {});
    }

    public long used() {
        return used;
    }

    /** How often a message found no room, in its own buffer or here. */
    public long refusedCount() {
        return refusedCount;
    }

    boolean hasRoom() {
        return used < max;
    }

    long free() {
        return Math.max(0, max - used);
    }

    void take(long charge) {
        used += charge;
    }

    void release(long charge) {
        used -= charge;
        Check.that(used >= 0, "%d bytes more were released than taken in all", -used);
    }

    void refused() {
        refusedCount++;
        if (!hasRoom()) {
            crowded.run();
        }
    }

    void await(long handle) {
        waiting.add(handle);
    }

    /** The flows that are to hear that there is room again. */
    List<Long> pollWaiting() {
        if (waiting.isEmpty() || free() < max / 4) {
            return List.of();
        }
        List<Long> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
