package dev.weft.core.link;

import dev.weft.NodeId;
import dev.weft.core.base.Check;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Hello;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which link stands for which peer. The owner gives it to its links as their {@link Link.Admission}, tells it of each
 * {@link Link.Output#up} and {@link Link.Output#closed}, and finds the link to a peer here. Single-threaded.
 *
 * <p>Of several links to one process, the best by {@link Precedence} of those that have come up stands; the others are
 * closed when it comes up, not earlier, so a better link that never gets through costs nothing. Both ends order the
 * links equally and close only what is worse than one that is up, so never both. The owner must not close a link that
 * is CONFIRMING as superfluous, for it may be the one the peer has settled on.
 */
public final class LinkTable implements Link.Admission {
    public static final int LINKS_MAX_DEFAULT = 1_024;

    /** Connections to one node at a time, in any phase; racing more locators than these waits for some to fail. */
    static final int LINKS_PER_NODE_MAX = 8;

    private record Entry(Link link, Hello peer, Precedence precedence) {}

    private final int linksMax;
    private final TreeMap<NodeId, List<Entry>> entriesByNode = new TreeMap<>();

    /** @param linksMax the most nodes that are let in at a time, in any phase */
    public LinkTable(int linksMax) {
        Check.within("linksMax", linksMax, 1, 1 << 20);
        this.linksMax = linksMax;
    }

    @Override
    public Optional<Close> refuse(Link link, Hello theirs, long nowNanos) {
        List<Entry> rivals = rivals(link, theirs.node());
        for (Entry rival : rivals) {
            Optional<Close> refusal = refusal(link, theirs, rival);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        Check.that(!holds(link, theirs.node()), "a link asked twice to be let in");
        long staying = rivals.stream().filter(rival -> !isStale(rival, theirs)).count();
        if (staying >= LINKS_PER_NODE_MAX) {
            return Optional.of(Close.because(
                    CloseReason.LIMIT,
                    staying + " links to node " + theirs.node().brief()));
        }
        if (rivals.isEmpty() && entriesByNode.size() >= linksMax) {
            return Optional.of(Close.because(CloseReason.LIMIT, "already linked to " + linksMax + " nodes"));
        }
        entriesByNode
                .computeIfAbsent(theirs.node(), node -> new ArrayList<>())
                .add(new Entry(link, theirs, link.precedence(theirs)));
        for (Entry rival : rivals) {
            if (isStale(rival, theirs)) {
                drop(
                        rival.link,
                        CloseReason.STALE_INCARNATION,
                        "node " + theirs.node().brief() + " has started anew as incarnation " + theirs.incarnation());
            }
        }
        return Optional.empty();
    }

    private static Optional<Close> refusal(Link link, Hello theirs, Entry rival) {
        long known = rival.peer.incarnation();
        if (theirs.incarnation() < known) {
            return Optional.of(Close.because(
                    CloseReason.STALE_INCARNATION,
                    "incarnation " + theirs.incarnation() + " of node "
                            + theirs.node().brief() + ", but " + known + " is known"));
        }
        if (isStale(rival, theirs)) {
            return Optional.empty();
        }
        if (theirs.instance() != rival.peer.instance()) {
            return Optional.of(Close.because(
                    CloseReason.DUPLICATE_NODE_ID,
                    "two processes use node id " + theirs.node()
                            + ": was a state directory copied, or a node started twice?"));
        }
        return rival.link.isUp() && rival.precedence.beats(link.precedence(theirs))
                ? Optional.of(duplicate())
                : Optional.empty();
    }

    /** A link has come up: what is worse goes. To be called from {@link Link.Output#up}. */
    public void up(Link link) {
        Hello peer = link.peer().orElseThrow();
        Check.that(holds(link, peer.node()), "a link came up that was not let in");
        Precedence precedence = link.precedence(peer);
        for (Entry rival : rivals(link, peer.node())) {
            if (precedence.beats(rival.precedence)) {
                drop(rival.link, CloseReason.DUPLICATE_LINK, duplicate().text());
            }
        }
    }

    /** To be called from {@link Link.Output#closed}; harmless for a link that is not here. */
    public void remove(Link link) {
        if (link.peer().isPresent()) {
            removeFrom(link.peer().get().node(), link);
        } else {
            // Let in here and then refused by its owner: the link has not kept the Hello.
            for (NodeId node : List.copyOf(entriesByNode.keySet())) {
                removeFrom(node, link);
            }
        }
    }

    /** The link that is up to a node. */
    public Optional<Link> linkTo(NodeId node) {
        for (Entry entry : entriesByNode.getOrDefault(node, List.of())) {
            if (entry.link.isUp()) {
                return Optional.of(entry.link);
            }
        }
        return Optional.empty();
    }

    /** Every link that is up, in the order of the peers' node ids. */
    public List<Link> linksUp() {
        List<Link> up = new ArrayList<>();
        for (NodeId node : entriesByNode.keySet()) {
            linkTo(node).ifPresent(up::add);
        }
        return up;
    }

    /** How many nodes there is a link to, in any phase after its Hello. */
    public int nodeCount() {
        return entriesByNode.size();
    }

    private static Close duplicate() {
        return Close.because(CloseReason.DUPLICATE_LINK, "another link between the two nodes stands");
    }

    /** A copy, for links leave while one goes through it. */
    private List<Entry> rivals(Link link, NodeId node) {
        List<Entry> rivals = new ArrayList<>();
        for (Entry entry : entriesByNode.getOrDefault(node, List.of())) {
            if (entry.link != link) {
                rivals.add(entry);
            }
        }
        return rivals;
    }

    private static boolean isStale(Entry rival, Hello theirs) {
        return rival.peer.incarnation() < theirs.incarnation();
    }

    private boolean holds(Link link, NodeId node) {
        return entriesByNode.getOrDefault(node, List.of()).stream().anyMatch(entry -> entry.link == link);
    }

    private void drop(Link link, CloseReason reason, String text) {
        remove(link);
        link.close(reason, text);
    }

    private void removeFrom(NodeId node, Link link) {
        List<Entry> entries = entriesByNode.get(node);
        if (entries != null) {
            entries.removeIf(entry -> entry.link == link);
            if (entries.isEmpty()) {
                entriesByNode.remove(node);
            }
        }
    }
}
