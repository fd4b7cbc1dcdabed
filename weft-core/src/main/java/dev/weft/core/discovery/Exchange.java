package dev.weft.core.discovery;

import dev.weft.NodeId;
import dev.weft.core.wire.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What neighbors tell each other of nodes that are not members of the mesh: those that only one of them knows.
 *
 * <p>Called by {@link Discovery} alone.
 */
final class Exchange {
    private static final long SECOND = 1_000_000_000L;

    private final PeerBook book;

    Exchange(PeerBook book) {
        this.book = book;
    }

    /** All that is known for a neighbor, in pieces of at most 64. */
    List<Peers> all(NodeId neighbor, Predicate<NodeId> announced, long nowNanos) {
        List<Peers> pieces = new ArrayList<>();
        List<Peers.Entry> entries = new ArrayList<>();
        for (Known known : book.entries()) {
            if (!known.node.equals(neighbor) && !known.locators.isEmpty() && !announced.test(known.node)) {
                entries.add(entry(known, nowNanos));
            }
            if (entries.size() == Peers.ENTRIES_MAX) {
                pieces.add(new Peers(entries));
                entries.clear();
            }
        }
        if (!entries.isEmpty()) {
            pieces.add(new Peers(entries));
        }
        return pieces;
    }

    private Peers.Entry entry(Known known, long nowNanos) {
        long silent = book.isLinked(known.node) ? 0 : (nowNanos - known.heardNanos) / SECOND;
        int seconds = (int) Math.min(Peers.SILENT_SECONDS_MAX, Math.max(0, silent));
        return new Peers.Entry(known.node, known.incarnation, List.copyOf(known.locators), seconds);
    }
}
