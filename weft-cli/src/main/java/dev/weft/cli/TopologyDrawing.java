package dev.weft.cli;

import dev.weft.NodeId;
import dev.weft.Peer;
import dev.weft.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Draws a topology for a terminal, and for Graphviz. */
final class TopologyDrawing {
    private static final int MATRIX_NODES_MAX = 16;

    private TopologyDrawing() {}

    /** A matrix of measured round trips over direct links where the mesh is small, else a list of links. */
    static List<String> table(Topology topology) {
        return topology.peers().size() <= MATRIX_NODES_MAX ? matrix(topology) : list(topology);
    }

    static List<String> dot(Topology topology) {
        List<String> lines = new ArrayList<>();
        lines.add("graph mesh {");
        for (Peer peer : topology.peers()) {
            String label = Text.harmless(peer.name()).replace("\\", "\\\\").replace("\"", "\\\"");
            lines.add("  \"" + peer.id() + "\" [label=\"" + label + "\"];");
        }
        for (Topology.Link link : topology.links()) {
            lines.add(
                    "  \"" + link.a() + "\" -- \"" + link.b() + "\" [label=\"" + roundTrip(link.costFromA()) + "\"];");
        }
        lines.add("}");
        return lines;
    }

    private static List<String> matrix(Topology topology) {
        TreeMap<NodeId, TreeMap<NodeId, Integer>> costs = new TreeMap<>();
        for (Topology.Link link : topology.links()) {
            costs.computeIfAbsent(link.a(), id -> new TreeMap<>()).put(link.b(), link.costFromA());
            costs.computeIfAbsent(link.b(), id -> new TreeMap<>()).put(link.a(), link.costFromB());
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> heading = new ArrayList<>(List.of("link RTT"));
        topology.peers().forEach(peer -> heading.add(Text.harmless(peer.name())));
        rows.add(heading);
        for (Peer from : topology.peers()) {
            List<String> row = new ArrayList<>(List.of(Text.harmless(from.name())));
            for (Peer to : topology.peers()) {
                Integer cost = costs.getOrDefault(from.id(), new TreeMap<>()).get(to.id());
                row.add(from.id().equals(to.id()) ? "." : cost == null ? "-" : roundTrip(cost));
            }
            rows.add(row);
        }
        return Text.columns(rows);
    }

    private static List<String> list(Topology topology) {
        TreeMap<NodeId, String> names = new TreeMap<>();
        topology.peers().forEach(peer -> names.put(peer.id(), Text.harmless(peer.name())));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("LINK", "", "RTT"));
        for (Topology.Link link : topology.links()) {
            rows.add(List.of(
                    names.getOrDefault(link.a(), link.a().brief()),
                    names.getOrDefault(link.b(), link.b().brief()),
                    roundTrip(link.costFromA())));
        }
        return Text.columns(rows);
    }

    /** A link costs 1,000 for the hop and 1 for each microsecond of its round trip. */
    static String roundTrip(int cost) {
        return String.format(Locale.ROOT, "%.2fms", (cost - 1_000) / 1e3);
    }
}
