package dev.weft.cli;

import dev.weft.NodeId;
import dev.weft.Peer;
import dev.weft.Topology;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Draws a small mesh for a terminal: its nodes on a ring in order of their names, and a line for each link that both of
 * its ends announce. Asked by the demo; no state, any thread.
 */
final class TopologyPicture {
    private static final int NODES_MAX = 12;

    /** A cell is about twice as high as it is wide. */
    private static final int WIDTH = 41;

    private static final int HEIGHT = 13;

    private final char[][] cells = new char[HEIGHT][WIDTH];

    private TopologyPicture() {
        for (char[] row : cells) {
            Arrays.fill(row, ' ');
        }
    }

    /** @return nothing where the mesh has too many nodes to be drawn so */
    static List<String> of(Topology topology) {
        if (topology.peers().size() > NODES_MAX) {
            return List.of();
        }
        List<Peer> ring = new ArrayList<>(topology.peers());
        ring.sort(Comparator.comparing(Peer::name).thenComparing(Peer::id));
        TreeMap<NodeId, int[]> places = new TreeMap<>();
        for (int i = 0; i < ring.size(); i++) {
            double angle = 2 * Math.PI * i / ring.size() - Math.PI / 2;
            int column = (int) Math.round((WIDTH - 7) / 2.0 * Math.cos(angle)) + WIDTH / 2;
            int row = (int) Math.round((HEIGHT - 1) / 2.0 * Math.sin(angle)) + HEIGHT / 2;
            places.put(ring.get(i).id(), new int[] {column, row});
        }
        TopologyPicture picture = new TopologyPicture();
        for (Topology.Link link : topology.links()) {
            int[] a = places.get(link.a());
            int[] b = places.get(link.b());
            if (a != null && b != null) {
                picture.line(a, b);
            }
        }
        for (Peer peer : ring) {
            int[] place = places.getOrDefault(peer.id(), new int[] {0, 0});
            picture.label(Text.harmless(peer.name()), place);
        }
        return picture.lines();
    }

    /** One dot for each row or column between the two, whichever are more. */
    private void line(int[] from, int[] to) {
        int columns = to[0] - from[0];
        int rows = to[1] - from[1];
        int steps = Math.max(Math.abs(columns) / 2, Math.abs(rows));
        for (int step = 1; step < steps; step++) {
            int column = from[0] + Math.round((float) columns * step / steps);
            int row = from[1] + Math.round((float) rows * step / steps);
            cells[row][column] = '.';
        }
    }

    /** A blank on either side keeps lines off the name. */
    private void label(String name, int[] place) {
        String cut = name.length() > 6 ? name.substring(0, 6) : name;
        int begin = Math.max(0, Math.min(WIDTH - cut.length(), place[0] - cut.length() / 2));
        for (int i = -1; i <= cut.length(); i++) {
            int column = begin + i;
            if (column >= 0 && column < WIDTH) {
                cells[place[1]][column] = i < 0 || i == cut.length() ? ' ' : cut.charAt(i);
            }
        }
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (char[] row : cells) {
            lines.add(new String(row).stripTrailing());
        }
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }
}
