package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.Deadlines;
import dev.weft.core.discovery.Known.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is known: gathers what is heard of other nodes, forgets who has been silent too long, and makes room by
 * forgetting whom only beacons tell of and have been silent about the longest. Nodes that there is a link to stay.
 *
 * <p>Called by {@link Discovery} alone.
 */
final class PeerBook {
    interface Output {
        void discovered(NodeId node, Source source);

        /** The node has started anew since it was last heard of. */
        void livesAnew(NodeId node, long nowNanos);

        /** The node is new, or may be reached elsewhere than before. */
        void changed(NodeId node);

        void forgotten(NodeId node, String why);
    }

    /** What somebody tells of a node; as of when it was alive. */
    record Heard(NodeId node, long incarnation, List<Locator> locators, Source source, long atNanos) {}

    /** @param untilNanos until when others may still tell of it, not knowing */
    private record Departure(long incarnation, long untilNanos) {
        private boolean covers(long other) {
            return other <= incarnation;
        }
    }

    private static final long SECOND = 1_000_000_000L;
    private static final String GOODBYE = "it has said good-bye";

    private final int peersMax;
    private final long ttlNanos;
    private final Output out;
    private final LinkedHashMap<NodeId, Known> known = new LinkedHashMap<>();
    /** Who they are, in order of id, once somebody has asked; far more is asked than changes. */
    private @Nullable List<NodeId> nodes;

    /** With the life that the link is to. */
    private final TreeMap<NodeId, Long> linked = new TreeMap<>();

    /** Who is forgotten after some silence, those apart who make room for others before. */
    private final Silences mortal = new Silences();

    private final Silences weak = new Silences();

    /** The lives that have said good-bye, the latest last. */
    private final LinkedHashMap<NodeId, Departure> departed = new LinkedHashMap<>();

    private long evictedCount;

    PeerBook(DiscoveryConfig config, Output out) {
        this.peersMax = config.peersMax();
        this.ttlNanos = config.ttlSeconds() * SECOND;
        this.out = out;
    }

    // ------------------------------------------------------------------ what comes in

    void hear(Heard heard) {
        NodeId node = heard.node();
        Departure departure = departed.get(node);
        if (departure != null && departure.covers(heard.incarnation()) && heard.atNanos() < departure.untilNanos()) {
            return;
        }
        boolean isVouchedFor = heard.source() != Source.OPEN_BEACON;
        if (isVouchedFor) {
            departed.remove(node);
        }
        Known entry = known.get(node);
        boolean fresh = entry == null;
        if (entry == null) {
            if (known.size() >= peersMax && !evict() && !linked.containsKey(node)) {
                evictedCount++;
                return;
            }
            entry = new Known(node, heard.source(), heard.atNanos());
            known.put(node, entry);
            nodes = null;
        }
        boolean stays = entry.isIndexed && entry.source.compareTo(heard.source()) >= 0;
        if (!stays) {
            unindex(entry);
        }
        List<Locator> before = entry.locators;
        entry.heardNanos = Math.max(entry.heardNanos, heard.atNanos());
        if (!isVouchedFor) {
            // Anybody may have made it up: what is known otherwise stays as it is.
            entry.claimedIncarnation = Math.max(entry.claimedIncarnation, heard.incarnation());
            entry.claim(heard.locators());
        } else if (heard.incarnation() > entry.incarnation) {
            entry.incarnation = heard.incarnation();
            out.livesAnew(node, heard.atNanos());
            if (!heard.locators().isEmpty()) {
                entry.locators = List.of();
            }
        }
        if (isVouchedFor && (heard.incarnation() >= entry.incarnation || entry.locators.isEmpty())) {
            entry.add(heard.locators());
        }
        boolean moved = !before.equals(entry.locators);
        if (heard.source().compareTo(entry.source) > 0) {
            entry.source = heard.source();
        }
        if (!stays) {
            index(entry);
        }
        if (fresh) {
            out.discovered(node, heard.source());
        }
        if (moved) {
            out.changed(node);
        }
    }

    /** There is a link to the node now; it stays known whatever is heard of it. */
    void linked(NodeId node, long incarnation) {
        Known entry = known.get(node);
        if (entry != null) {
            unindex(entry);
        }
        linked.put(node, incarnation);
        departed.remove(node);
    }

    void unlinked(NodeId node, long nowNanos) {
        linked.remove(node);
        Known entry = known.get(node);
        if (entry != null) {
            unindex(entry);
            entry.heardNanos = nowNanos;
            index(entry);
            Departure departure = departed.get(node);
            if (departure != null && departure.covers(entry.incarnation)) {
                forget(node, GOODBYE);
            }
        }
    }

    /** A life of a node ends: it is forgotten when there is no link to it any more, and not heard of again. */
    void goodbye(NodeId node, long incarnation, long untilNanos) {
        Known entry = known.get(node);
        if (entry != null && entry.incarnation > incarnation) {
            return;
        }
        departed.remove(node);
        departed.put(node, new Departure(incarnation, untilNanos));
        if (departed.size() > peersMax) {
            departed.remove(departed.keySet().iterator().next());
        }
        if (!linked.containsKey(node)) {
            forget(node, GOODBYE);
        }
    }

    /** A link has come of the locator. */
    void worked(NodeId node, Locator locator) {
        Known entry = known.get(node);
        boolean isKnown = entry != null && (entry.locators.contains(locator) || entry.candidates.contains(locator));
        if (entry != null && isKnown) {
            entry.worked(locator);
        }
    }

    void forget(NodeId node, String why) {
        Known entry = known.remove(node);
        if (entry != null) {
            nodes = null;
            unindex(entry);
            out.forgotten(node, why);
        }
    }

    void handleTime(long nowNanos) {
        while (nextDeadlineNanos() <= nowNanos) {
            boolean isWeak = mortal.isEmpty() || !weak.isEmpty() && weak.firstNanos() < mortal.firstNanos();
            silentLongest(isWeak ? weak : mortal).ifPresent(node -> forget(node, "it was silent for too long"));
        }
    }

    long nextDeadlineNanos() {
        return Math.min(endNanos(mortal), endNanos(weak));
    }

    private long endNanos(Silences silent) {
        return silent.isEmpty() ? Deadlines.NEVER : silent.firstNanos() + ttlNanos + 1;
    }

    // ------------------------------------------------------------------ questions

    Optional<Known> find(NodeId node) {
        return Optional.ofNullable(known.get(node));
    }

    /** In order of id; the same list until one comes or goes. */
    List<NodeId> nodes() {
        List<NodeId> present = nodes;
        if (present == null) {
            present = known.keySet().stream().sorted().toList();
            nodes = present;
        }
        return present;
    }

    int size() {
        return known.size();
    }

    boolean isKnown(NodeId node) {
        return known.containsKey(node);
    }

    boolean isLinked(NodeId node) {
        return linked.containsKey(node);
    }

    OptionalLong linkedIncarnation(NodeId node) {
        Long incarnation = linked.get(node);
        return incarnation == null ? OptionalLong.empty() : OptionalLong.of(incarnation);
    }

    boolean isLonely() {
        return linked.isEmpty();
    }

    long evictedCount() {
        return evictedCount;
    }

    // ------------------------------------------------------------------ expiry

    private boolean evict() {
        Optional<NodeId> weakest = Optional.empty();
        while (weakest.isEmpty() && !weak.isEmpty()) {
            weakest = silentLongest(weak);
        }
        if (weakest.isEmpty()) {
            return false;
        }
        evictedCount++;
        forget(weakest.get(), "there was no room");
        return true;
    }

    /**
     * The first of an order; empty where it has been heard since, and has now been put where it belongs. Who is heard
     * again and again keeps its place until then.
     */
    private Optional<NodeId> silentLongest(Silences silent) {
        Known entry = silent.first();
        if (entry.heardNanos == silent.firstNanos()) {
            return Optional.of(entry.node);
        }
        unindex(entry);
        index(entry);
        return Optional.empty();
    }

    private void index(Known entry) {
        entry.isIndexed = true;
        if (!linked.containsKey(entry.node) && entry.source != Source.HOST_DIRECTORY) {
            (entry.isOfBeaconsAlone() ? weak : mortal).add(entry);
        }
    }

    private void unindex(Known entry) {
        entry.isIndexed = false;
        Silences present = entry.silences;
        if (present != null) {
            present.remove(entry);
        }
    }
}
