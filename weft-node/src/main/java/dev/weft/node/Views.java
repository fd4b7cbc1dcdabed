package dev.weft.node;

import dev.weft.DeadLetter;
import dev.weft.EndpointStatus;
import dev.weft.LinkStatus;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.NodeNotFoundException;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.Refusal;
import dev.weft.Statistics;
import dev.weft.Topology;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.LinkReport;
import dev.weft.core.link.Link;
import dev.weft.core.link.LinkStatistics;
import dev.weft.core.route.Route;
import dev.weft.core.socket.Ledger;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.NodeRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the engine knows, in the words of the API. */
final class Views {
    private static final int PREFIX_CHARS_MIN = 4;
    private static final int CANDIDATES_MAX = 8;

    private Views() {}

    static Peer peer(Engine engine, NodeId self, NodeId node) {
        Optional<NodeRecord> record = engine.lsdb().recordOf(node);
        Optional<Route> route = engine.route(node);
        OptionalInt hops = node.equals(self)
                ? OptionalInt.of(0)
                : route.map(way -> OptionalInt.of(way.hops())).orElse(OptionalInt.empty());
        // A link costs 1,000 for the hop and 1 for each microsecond of its round trip.
        Optional<Duration> roundTrip =
                route.map(way -> Duration.ofNanos(Math.max(0, way.cost() - 1_000L * way.hops()) * 1_000));
        return new Peer(
                node,
                record.map(NodeRecord::name).orElse(""),
                record.map(known -> HexFormat.of().formatHex(known.hostId().toByteArray()))
                        .orElse(""),
                engine.lsdb().incarnationOf(node),
                record.map(NodeRecord::locators).orElse(List.of()),
                record.map(NodeRecord::groups).orElse(List.of()),
                record.map(NodeRecord::tags).orElse(List.of()),
                // Not a copy of Map.copyOf's kind: that changes its order with every process, and JSON is made of this.
                record.map(known -> Collections.unmodifiableMap(new TreeMap<>(known.attributes())))
                        .orElse(Collections.emptySortedMap()),
                record.map(NodeRecord::bandwidth).orElse(Peer.Bandwidth.UNKNOWN),
                roundTrip,
                hops);
    }

    static List<Peer> peers(Engine engine, NodeId self) {
        List<Peer> peers = new ArrayList<>();
        for (NodeId node : engine.reachable()) {
            peers.add(peer(engine, self, node));
        }
        return peers;
    }

    static Peer find(List<Peer> peers, Peer self, String wanted) {
        List<Peer> all = new ArrayList<>(peers);
        all.add(self);
        // Ids are shown in lower case, but other tools may hand them on in capitals.
        String digits = wanted.toLowerCase(Locale.ROOT);
        List<Peer> byId =
                all.stream().filter(peer -> peer.id().toString().equals(digits)).toList();
        List<Peer> byName =
                all.stream().filter(peer -> peer.name().equals(wanted)).toList();
        List<Peer> byBeginning = wanted.length() < PREFIX_CHARS_MIN
                ? List.of()
                : all.stream()
                        .filter(peer -> peer.id().toString().startsWith(digits))
                        .toList();
        for (List<Peer> found : List.of(byId, byName, byBeginning)) {
            if (found.size() == 1) {
                return found.get(0);
            }
            if (found.size() > 1) {
                String fits = found == byName ? " nodes are called '" : " ids begin with '";
                throw new NodeNotFoundException(
                        found.size() + fits + wanted + "': name one by its id, " + candidates(found));
            }
        }
        throw new NodeNotFoundException(
                "no reachable node has the id, the name or 4 first digits of the id '" + wanted + "'");
    }

    private static String candidates(List<Peer> found) {
        List<String> shown = new ArrayList<>();
        for (Peer peer : found.subList(0, Math.min(found.size(), CANDIDATES_MAX))) {
            shown.add(peer.id() + " (" + peer.name() + ")");
        }
        int more = found.size() - shown.size();
        return String.join(" or ", shown) + (more == 0 ? "" : " or " + more + " more");
    }

    /** Links that were refused and what was asked for without a right, in order of time. */
    static List<Refusal> refusals(Engine engine, long nowNanos) {
        Instant now = Instant.now();
        Stream<Refusal> links = engine.refusals().stream()
                .map(refusal -> new Refusal(
                        now.minusNanos(nowNanos - refusal.atNanos()),
                        refusal.node().orElse(NodeId.ZERO),
                        refusal.locator(),
                        by(refusal.side()),
                        refusal.reason().name(),
                        refusal.text()));
        Stream<Refusal> denials = engine.denials().stream()
                .map(denial -> new Refusal(
                        now.minusNanos(nowNanos - denial.atNanos()),
                        denial.node(),
                        Optional.empty(),
                        by(denial.side()),
                        Outcome.Reason.NOT_PERMITTED.name(),
                        denial.text()));
        return Stream.concat(links, denials)
                .sorted(Comparator.comparing(Refusal::at))
                .toList();
    }

    private static Refusal.By by(Link.Side side) {
        return switch (side) {
            case OURS -> Refusal.By.THIS_NODE;
            case THEIRS -> Refusal.By.OTHER_NODE;
            case CARRIER -> Refusal.By.CONNECTION;
        };
    }

    static Topology topology(Engine engine, NodeId self) {
        List<Peer> peers = new ArrayList<>(peers(engine, self));
        peers.add(peer(engine, self, self));
        peers.sort(Comparator.comparing(Peer::id));
        TreeSet<NodeId> members = new TreeSet<>(engine.reachable());
        members.add(self);
        List<Topology.Link> links = new ArrayList<>();
        for (NodeId a : members) {
            for (Adjacencies.Adjacency there : engine.lsdb().adjacenciesOf(a)) {
                NodeId b = there.neighbor();
                if (a.compareTo(b) < 0 && members.contains(b)) {
                    for (Adjacencies.Adjacency back : engine.lsdb().adjacenciesOf(b)) {
                        if (back.neighbor().equals(a)) {
                            links.add(new Topology.Link(a, b, there.cost(), back.cost()));
                        }
                    }
                }
            }
        }
        return new Topology(self, peers, links);
    }

    /** @param beside what is counted outside the engine */
    static Statistics statistics(Engine engine, TreeMap<String, Long> beside) {
        TreeMap<String, Long> counters = engine.counters();
        counters.putAll(beside);
        Map<Outcome.Kind, Long> outcomes = new TreeMap<>();
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            outcomes.put(kind, engine.ledger().outcomes(kind));
        }
        List<LinkStatus> links = new ArrayList<>();
        for (LinkReport link : engine.linkReports()) {
            LinkStatistics.Snapshot figures = link.figures();
            links.add(new LinkStatus(
                    link.peer(),
                    link.locator().orElse(new Locator("unnamed", "unnamed")),
                    Duration.ofNanos(link.roundTripNanos()),
                    Duration.ofNanos(link.roundTripMinNanos()),
                    Duration.ofNanos(link.roundTripVariationNanos()),
                    Duration.ofNanos(link.clockOffsetNanos()),
                    link.clockDriftPartsPerBillion(),
                    figures.received().frameCount(),
                    figures.sent().frameCount(),
                    figures.received().bytes(),
                    figures.sent().bytes(),
                    figures.queue().frameCount(),
                    drops(figures),
                    new LinkStatus.Rates(rates(figures.received()), rates(figures.sent()))));
        }
        return new Statistics(
                engine.ledger().sent(),
                engine.ledger().inFlight(),
                outcomes,
                engine.endpoints().counts().taken(),
                engine.endpoints().counts().refused(),
                engine.forwardedCount(),
                counters,
                links,
                engine.endpoints().reports().stream()
                        .map(endpoint -> new EndpointStatus(
                                endpoint.name(),
                                endpoint.kind(),
                                endpoint.counts().taken(),
                                endpoint.counts().refused(),
                                endpoint.heldBytes()))
                        .toList(),
                new Statistics.Elsewhere(
                        engine.endpoints().elsewhere().taken(),
                        engine.endpoints().elsewhere().refused()));
    }

    private static Map<LinkStatus.Drop, Long> drops(LinkStatistics.Snapshot figures) {
        EnumMap<LinkStatus.Drop, Long> drops = new EnumMap<>(LinkStatus.Drop.class);
        figures.drops().forEach((reason, count) -> {
            LinkStatus.Drop why = switch (reason) {
                case QUEUE_FULL -> LinkStatus.Drop.QUEUE_FULL;
                case TOO_LONG -> LinkStatus.Drop.TOO_LONG;
                case MALFORMED -> LinkStatus.Drop.MALFORMED;
                case NOT_UP -> LinkStatus.Drop.NOT_UP;
            };
            drops.put(why, count);
        });
        return drops;
    }

    private static List<Long> rates(LinkStatistics.Traffic traffic) {
        List<Long> rates = new ArrayList<>();
        for (int age = 1; age <= LinkStatistics.INTERVALS; age++) {
            rates.add(traffic.bytesPerSecond(age));
        }
        return rates;
    }

    static List<DeadLetter> deadLetters(Engine engine, long nowNanos) {
        Instant now = Instant.now();
        List<DeadLetter> letters = new ArrayList<>();
        for (Ledger.Dead dead : engine.ledger().deadLetters()) {
            letters.add(new DeadLetter(
                    dead.ticket(),
                    now.minusNanos(nowNanos - dead.atNanos()),
                    dead.destination(),
                    dead.endpoint(),
                    dead.outcome(),
                    dead.payload().toByteArray()));
        }
        return letters;
    }
}
