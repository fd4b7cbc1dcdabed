package dev.weft.core.engine;

import dev.weft.Description;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Peer;
import dev.weft.core.base.Deadlines;
import dev.weft.core.discovery.Discovery;
import dev.weft.core.topology.Flooding;
import dev.weft.core.topology.Labels;
import dev.weft.core.topology.LinkCost;
import dev.weft.core.topology.NeighborChoice;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Interest;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.NodeRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in the mesh: what it says of itself and of its links, which links it wants, and who is a member
 * that can be reached.
 *
 * <p>Called by {@link Engine} alone.
 */
final class Membership {
    /** Choices are made anew so often, for costs that were not known at first. */
    private static final long REVIEW_NANOS = 10_000_000_000L;

    /** Longer than the slowest node takes to compute its routes anew, the pace of advertisements included. */
    private static final long RETIREMENT_NANOS = 20_000_000_000L;

    /** A choice costs by the number of nodes, so it is made the more rarely the more there are: 16 ms for 16 nodes. */
    private static final long ASK_PAUSE_PER_NODE_NANOS = 1_000_000L;

    /** Links that nobody wants stay so long after the last review, for views differ while the mesh grows. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    /**
     * So many links carry a node of a large mesh until it is calm: what is chosen from the few that are known so far is
     * chosen anew when the others are.
     */
    private static final int GROWING_LINKS = 4;

    /** How many more are dialled at once, for some may be dead. */
    private static final int GROWING_DIALS = 2;

    /** How many names of nodes are kept whose record is not here. */
    private static final int NAMES_MAX = 4_096;

    private final Engine.Self self;
    private final EngineConfig.LinkWishes wishes;
    private final Flooding flooding;
    private final Labels labels;
    private final Discovery discovery;
    private final Links links;
    private final Distances distances;
    private final TreeMap<NodeId, LinkCost> costs = new TreeMap<>();
    /** Links that are to be closed, and when, the first first. */
    private final LinkedHashMap<NodeId, Long> retiring = new LinkedHashMap<>();

    /** Of nodes whose record is not here, or no more; the latest last. */
    private final LinkedHashMap<NodeId, String> names = new LinkedHashMap<>();

    /** In order of id. */
    private List<NodeId> members = List.of();

    /** Among whom neighbors were chosen the last time, and who they were; none where they are to be chosen anew. */
    private @Nullable List<NodeId> chosenAmong;

    private SortedSet<NodeId> chosen = Collections.emptySortedSet();

    private NodeRecord record;
    private Description described = Description.EMPTY;
    private List<String> joined = List.of();
    private boolean adjacenciesStale;
    private Flooding.Haste haste = Flooding.Haste.PACED;
    private boolean choiceStale;
    private long choiceNanos = Deadlines.NEVER;
    private int knownCount;
    private long lastChangeNanos;
    private long nextAskNanos;

    /** How far away nodes are to which there is no link. */
    interface Distances {
        /** The cost of a way to a node as if it were one link; {@link Long#MAX_VALUE} where there is none. */
        long costAsLink(NodeId node);
    }

    Membership(
            Engine.Self self,
            EngineConfig.LinkWishes wishes,
            Flooding flooding,
            Labels labels,
            Discovery discovery,
            Links links,
            Distances distances) {
        this.self = self;
        this.wishes = wishes;
        this.flooding = flooding;
        this.labels = labels;
        this.discovery = discovery;
        this.links = links;
        this.distances = distances;
        this.record = NodeRecord.of(self.name(), self.hostId(), self.locators());
    }

    void start(long nowNanos) {
        flooding.originate(LsaKind.NODE, record.encode(), Flooding.Haste.URGENT, nowNanos);
        choiceNanos = nowNanos + REVIEW_NANOS;
    }

    List<Locator> locators() {
        return record.locators();
    }

    void locatorsChanged(List<Locator> locators, long nowNanos) {
        record = record.withLocators(locators);
        flooding.originate(LsaKind.NODE, record.encode(), Flooding.Haste.URGENT, nowNanos);
    }

    /** This node is a member of these groups from now on, beside those that it describes itself by. */
    void groupsChanged(List<String> groups, long nowNanos) {
        joined = List.copyOf(groups);
        describe(described, Flooding.Haste.URGENT, nowNanos);
    }

    Description description() {
        return described;
    }

    /** Told at the pace of changes; before the start it is only noted. */
    void describe(Description description, long nowNanos) {
        describe(description, Flooding.Haste.PACED, nowNanos);
    }

    private void describe(Description description, Flooding.Haste pace, long nowNanos) {
        described = description;
        TreeSet<String> groups = new TreeSet<>(description.groups());
        groups.addAll(joined);
        record = record.withWords(
                        new NodeRecord.Words(List.copyOf(groups), description.tags(), description.attributes()))
                .withKept(description.bandwidth());
        if (choiceNanos != Deadlines.NEVER) {
            flooding.originate(LsaKind.NODE, record.encode(), pace, nowNanos);
        }
    }

    /** What this node was seen to receive and to send; told at the pace of changes. */
    void measured(Peer.Bandwidth bandwidth, long nowNanos) {
        record = record.withMeasured(bandwidth);
        if (choiceNanos != Deadlines.NEVER) {
            flooding.originate(LsaKind.NODE, record.encode(), Flooding.Haste.PACED, nowNanos);
        }
    }

    void leave(long nowNanos) {
        record = record.withStatus(NodeRecord.Status.LEAVING);
        flooding.originate(LsaKind.NODE, record.encode(), Flooding.Haste.URGENT, nowNanos);
    }

    // ------------------------------------------------------------------ links

    Optional<Close> refuse(Hello theirs) {
        remember(theirs.node(), theirs.name());
        if (isNamed(wishes.forbidden(), theirs.node(), theirs.name())) {
            return Optional.of(Close.because(
                    CloseReason.FORBIDDEN,
                    "links between " + self.name() + " and " + theirs.name() + " are forbidden"));
        }
        boolean pinnedOnly = wishes.policy() == EngineConfig.LinkWishes.Policy.PINNED_ONLY;
        boolean looksOn =
                (theirs.capabilities() & Hello.OBSERVER) != 0 && theirs.hostId().equals(self.hostId());
        if (pinnedOnly && !looksOn && !isNamed(wishes.pinned(), theirs.node(), theirs.name())) {
            return Optional.of(Close.because(
                    CloseReason.FORBIDDEN, self.name() + " keeps pinned links only, and none to " + theirs.name()));
        }
        return Optional.empty();
    }

    void linkUp(Hello peer, long nowNanos) {
        remember(peer.node(), peer.name());
        costs.computeIfAbsent(peer.node(), node -> new LinkCost());
        adjacenciesStale = true;
        chosenAmong = null;
        choose(nowNanos);
    }

    void linkDown(NodeId neighbor, CloseReason reason, long nowNanos) {
        costs.remove(neighbor);
        retiring.remove(neighbor);
        adjacenciesStale = true;
        chosenAmong = null;
        if (reason != CloseReason.NOT_NEEDED) {
            haste = Flooding.Haste.URGENT;
        }
        choose(nowNanos);
    }

    void roundTrip(NodeId neighbor, long leastNanos, long nowNanos) {
        LinkCost cost = costs.get(neighbor);
        if (cost != null && cost.handleRoundTrip(leastNanos, nowNanos) == LinkCost.Change.CHANGED) {
            adjacenciesStale = true;
        }
    }

    /** The choice of neighbors is to be looked at again, at the end of the turn. */
    void choose(long nowNanos) {
        choiceStale = true;
        if (discovery.knownCount() != knownCount) {
            knownCount = discovery.knownCount();
            lastChangeNanos = nowNanos;
        }
    }

    void handleTime(long nowNanos) {
        closeRetired(nowNanos);
        if (nowNanos >= choiceNanos) {
            choiceStale = true;
            chosenAmong = null;
            choiceNanos = nowNanos + REVIEW_NANOS;
        }
    }

    long nextDeadlineNanos() {
        long next = choiceStale ? Math.min(choiceNanos, nextAskNanos) : choiceNanos;
        return retiring.isEmpty()
                ? next
                : Math.min(next, retiring.values().iterator().next());
    }

    /** Ends a turn: says what has changed and asks for the links that are wanted. */
    void flush(long nowNanos) {
        if (choiceStale && nowNanos >= nextAskNanos) {
            choiceStale = false;
            nextAskNanos = nowNanos + discovery.knownCount() * ASK_PAUSE_PER_NODE_NANOS;
            ask(nowNanos);
        }
        if (adjacenciesStale) {
            adjacenciesStale = false;
            announce(nowNanos);
        }
    }

    /**
     * A link that neither end wants is taken out of the advertisement first and closed when no route can lead over it
     * any more; if an end thinks better of it meanwhile, it is announced again.
     */
    void retireIfUnwanted(NodeId neighbor, long nowNanos) {
        if (links.isUnwanted(neighbor)) {
            if (retiring.putIfAbsent(neighbor, nowNanos + RETIREMENT_NANOS) == null) {
                adjacenciesStale = true;
            }
        } else if (retiring.remove(neighbor) != null) {
            adjacenciesStale = true;
        }
    }

    private void closeRetired(long nowNanos) {
        if (retiring.isEmpty() || retiring.values().iterator().next() > nowNanos) {
            return;
        }
        List<NodeId> due = new ArrayList<>();
        for (Map.Entry<NodeId, Long> entry : retiring.entrySet()) {
            if (entry.getValue() <= nowNanos) {
                due.add(entry.getKey());
            }
        }
        for (NodeId neighbor : due) {
            links.closeUnwanted(neighbor, nowNanos);
        }
    }

    private void announce(long nowNanos) {
        List<Adjacencies.Adjacency> present = new ArrayList<>();
        for (Map.Entry<NodeId, LinkCost> link : costs.entrySet()) {
            if (retiring.containsKey(link.getKey())) {
                continue;
            }
            present.add(new Adjacencies.Adjacency(
                    link.getKey(),
                    labels.labelOf(link.getKey()),
                    link.getValue().advertised()));
        }
        flooding.originate(LsaKind.ADJACENCY, new Adjacencies(present).encode(), haste, nowNanos);
        haste = Flooding.Haste.PACED;
    }

    private void ask(long nowNanos) {
        boolean calm = nowNanos - lastChangeNanos >= PATIENCE_NANOS;
        int room = calm || isByName() ? Integer.MAX_VALUE : roomWhileGrowing();
        SortedSet<NodeId> wanted = room > 0 ? wanted(discovery.nodes()) : Collections.emptySortedSet();
        for (NodeId node : discovery.wantedNodes()) {
            if ((room <= 0 || !wanted.contains(node)) && !links.isUp(node)) {
                discovery.unwant(node);
            }
        }
        for (NodeId node : wanted) {
            if (room > 0 && !links.isUp(node)) {
                discovery.want(node, nowNanos);
                room--;
            }
        }
        for (NodeId neighbor : links.neighbors()) {
            if (wanted.contains(neighbor)) {
                links.want(neighbor, Interest.WANTED, nowNanos);
            } else if (calm) {
                links.want(neighbor, Interest.UNWANTED, nowNanos);
            }
            retireIfUnwanted(neighbor, nowNanos);
        }
    }

    /** How many may be dialled while every look would choose others. */
    private int roomWhileGrowing() {
        int nodes = discovery.knownCount() + 1;
        int missing = Math.min(GROWING_LINKS, NeighborChoice.degree(nodes)) - links.neighborCount();
        return nodes <= NeighborChoice.FULL_MESH_NODES_MAX ? nodes : missing <= 0 ? 0 : missing + GROWING_DIALS;
    }

    private SortedSet<NodeId> wanted(List<NodeId> known) {
        if (isByName()) {
            return wantedByName(known);
        }
        // The list is another one when anybody comes or goes, and news of nodes that are known come far more often.
        if (known != chosenAmong) {
            chosen = NeighborChoice.choose(self.node(), known, this::costOf);
            chosenAmong = known;
        }
        return chosen;
    }

    /** Somebody has said which links there are to be. */
    private boolean isByName() {
        return !wishes.forbidden().isEmpty()
                || !wishes.pinned().isEmpty()
                || wishes.policy() != EngineConfig.LinkWishes.Policy.AUTOMATIC;
    }

    private long costOf(NodeId node) {
        LinkCost cost = costs.get(node);
        return cost == null ? distances.costAsLink(node) : cost.advertised();
    }

    private SortedSet<NodeId> wantedByName(List<NodeId> known) {
        List<NodeId> candidates = new ArrayList<>();
        TreeSet<NodeId> wanted = new TreeSet<>();
        for (NodeId node : known) {
            String name = nameOf(node);
            if (isNamed(wishes.forbidden(), node, name)) {
                continue;
            }
            if (isNamed(wishes.pinned(), node, name)) {
                wanted.add(node);
                continue;
            }
            switch (wishes.policy()) {
                case AUTOMATIC -> candidates.add(node);
                case PINNED_ONLY -> {
                    // Its name is learned by talking to it once.
                    if (name.isEmpty()) {
                        wanted.add(node);
                    }
                }
                case OBSERVER -> {
                    if (links.neighborCount() == 0 || links.isUp(node)) {
                        wanted.add(node);
                    }
                }
            }
        }
        wanted.addAll(NeighborChoice.choose(self.node(), candidates, this::costOf));
        return wanted;
    }

    private String nameOf(NodeId node) {
        return flooding.lsdb().recordOf(node).map(NodeRecord::name).orElseGet(() -> names.getOrDefault(node, ""));
    }

    private void remember(NodeId node, String name) {
        names.remove(node);
        names.put(node, name);
        if (names.size() > NAMES_MAX) {
            names.remove(names.keySet().iterator().next());
        }
    }

    private static boolean isNamed(List<String> wishes, NodeId node, String name) {
        for (String wish : wishes) {
            if (wish.equals(name) || wish.length() >= 8 && node.toString().startsWith(wish)) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ members

    /**
     * Who has come and gone since the last look, as events.
     *
     * @param reachable in order of id; is kept, and another one the next time if it has changed
     */
    List<TraceEvent> compareReachable(List<NodeId> reachable) {
        if (reachable == members) {
            return List.of();
        }
        List<TraceEvent> events = new ArrayList<>();
        for (NodeId node : withoutThoseOf(members, reachable)) {
            events.add(new TraceEvent(TraceEvent.Kind.NODE_UP, node, nameOf(node)));
        }
        for (NodeId node : withoutThoseOf(reachable, members)) {
            events.add(new TraceEvent(TraceEvent.Kind.NODE_LOST, node, nameOf(node)));
        }
        members = reachable;
        return events;
    }

    /** Of two lists in order of id what is in the second alone. */
    private static List<NodeId> withoutThoseOf(List<NodeId> some, List<NodeId> others) {
        List<NodeId> alone = new ArrayList<>();
        int next = 0;
        for (NodeId node : others) {
            // Most nodes are the same ones as before, and the same objects.
            while (next < some.size()
                    && some.get(next) != node
                    && some.get(next).compareTo(node) < 0) {
                next++;
            }
            if (next == some.size() || !some.get(next).equals(node)) {
                alone.add(node);
            }
        }
        return alone;
    }

    private static boolean isAmong(List<NodeId> inOrder, NodeId node) {
        return Collections.binarySearch(inOrder, node) >= 0;
    }

    /** A node says something new of itself; it may be dialled where it says. */
    Optional<TraceEvent> recordChanged(
            NodeId node, Optional<NodeRecord> before, Optional<NodeRecord> changed, long nowNanos) {
        if (changed.isEmpty()) {
            before.ifPresent(last -> remember(node, last.name()));
            discovery.handleRecordGone(node);
            return Optional.empty();
        }
        NodeRecord theirs = changed.get();
        if (theirs.status() == NodeRecord.Status.ACTIVE) {
            discovery.handleRecord(node, flooding.lsdb().incarnationOf(node), theirs.locators(), nowNanos);
        }
        choose(nowNanos);
        // A record that is only refreshed says nothing new.
        boolean isNews = !before.equals(changed);
        return isNews && isAmong(members, node)
                ? Optional.of(new TraceEvent(TraceEvent.Kind.NODE_CHANGED, node, theirs.name()))
                : Optional.empty();
    }
}
