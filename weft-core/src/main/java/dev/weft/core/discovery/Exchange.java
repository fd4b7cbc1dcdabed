package dev.weft.core.discovery;

import dev.weft.NodeId;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Peers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What neighbors tell each other of nodes that are not members of the mesh, of which flooding tells: all when a link
 * comes up, and later what is new or has moved, gathered and at a bounded rate. Only what is news to the receiver is
 * news to its neighbors, so it ends.
 *
 * <p>Called by {@link Discovery} alone.
 */
final class Exchange {
    private static final long SECOND = 1_000_000_000L;

    /** How long news gather before they are told, and between two times of telling. */
    private static final long GATHER_NANOS = SECOND;

    private static final long PAUSE_NANOS = 5 * SECOND;
    private static final int NEWS_MAX = 512;

    /** Far less than a neighbor takes at once before it takes it for a flood. */
    private static final int PIECES_MAX = 512;

    private final PeerBook book;
    /** Who is known and was not announced to all when it was looked at last, in order of id. */
    private final TreeSet<NodeId> strangers = new TreeSet<>();

    /** Who has changed since neighbors were told, the earliest first. */
    private final LinkedHashSet<NodeId> news = new LinkedHashSet<>();

    private long dueNanos = Deadlines.NEVER;
    private long toldNanos = -PAUSE_NANOS;
    private boolean unscheduled;

    Exchange(PeerBook book) {
        this.book = book;
    }

    /** All that is known for a neighbor, in pieces of at most 64; what is beyond {@value #PIECES_MAX} pieces it has to learn elsewhere. */
    List<Peers> all(NodeId neighbor, Predicate<NodeId> announced, long nowNanos) {
        List<Peers> pieces = new ArrayList<>();
        List<Peers.Entry> entries = new ArrayList<>();
        strangers.removeIf(announced);
        for (NodeId stranger : strangers) {
            Optional<Known> known = book.find(stranger).filter(Exchange::isReachable);
            if (known.isPresent() && !stranger.equals(neighbor)) {
                entries.add(entry(known.get(), nowNanos));
            }
            if (pieces.size() == PIECES_MAX) {
                return pieces;
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

    /** A node is known, and nothing is announced of it for all that is known here. */
    void stranger(NodeId node) {
        strangers.add(node);
    }

    void forgotten(NodeId node) {
        strangers.remove(node);
    }

    /** A node is new or may be reached elsewhere: neighbors are told soon, unless there is more news than room. */
    void changed(NodeId node) {
        if (news.size() < NEWS_MAX && news.add(node)) {
            unscheduled = true;
        }
    }

    void handleTime(long nowNanos) {
        if (unscheduled) {
            unscheduled = false;
            dueNanos = Math.min(dueNanos, Math.max(nowNanos + GATHER_NANOS, toldNanos + PAUSE_NANOS));
        }
    }

    long nextDeadlineNanos() {
        return unscheduled ? 0 : dueNanos;
    }

    /** One piece of at most 64 for every neighbor; whom everybody knows by flooding meanwhile is left out. */
    Optional<Peers> takeNews(Predicate<NodeId> announced, long nowNanos) {
        if (nowNanos < dueNanos) {
            return Optional.empty();
        }
        toldNanos = nowNanos;
        List<Peers.Entry> entries = new ArrayList<>();
        for (Iterator<NodeId> next = news.iterator(); next.hasNext() && entries.size() < Peers.ENTRIES_MAX; ) {
            Optional<Known> known = book.find(next.next());
            next.remove();
            if (known.filter(Exchange::isReachable).isPresent() && !announced.test(known.get().node)) {
                entries.add(entry(known.get(), nowNanos));
            }
        }
        dueNanos = news.isEmpty() ? Deadlines.NEVER : nowNanos + PAUSE_NANOS;
        return entries.isEmpty() ? Optional.empty() : Optional.of(new Peers(entries));
    }

    private static boolean isReachable(Known known) {
        return !known.locators.isEmpty();
    }

    private Peers.Entry entry(Known known, long nowNanos) {
        long silent = book.isLinked(known.node) ? 0 : (nowNanos - known.heardNanos) / SECOND;
        int seconds = (int) Math.min(Peers.SILENT_SECONDS_MAX, Math.max(0, silent));
        return new Peers.Entry(known.node, known.incarnation, List.copyOf(known.locators), seconds);
    }
}
