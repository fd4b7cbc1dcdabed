package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * The links of a node. Protobuf: field 1, repeated, each:
 * <pre>
 *   1 neighbor  16 bytes
 *   2 label     varint   1..2,097,151: the node's own number for the link
 *   3 cost      varint   1..16,777,215
 * </pre>
 *
 * @param links at most 1,024, in ascending order of neighbor, none twice
 */
public record Adjacencies(List<Adjacency> links) {
    public static final int LINKS_MAX = 1_024;
    public static final int COST_MAX = (1 << 24) - 1;

    private static final int ENTRY_BYTES_MAX = 64;

    /** One link. */
    public record Adjacency(NodeId neighbor, int label, int cost) {
        public Adjacency {
            Check.that(label >= 1 && label <= RouteHeader.LABEL_MAX, "label %d", label);
            Check.that(cost >= 1 && cost <= COST_MAX, "cost %d", cost);
        }
    }

    public Adjacencies {
        links = List.copyOf(links);
        Check.that(links.size() <= LINKS_MAX, "%d links", links.size());
        for (int i = 1; i < links.size(); i++) {
            Check.that(links.get(i - 1).neighbor().compareTo(links.get(i).neighbor()) < 0, "links out of order");
        }
    }

    public ByteView encode() {
        WireWriter out = new WireWriter();
        ProtoWriter proto = new ProtoWriter(out);
        for (Adjacency link : links) {
            WireWriter entry = new WireWriter(ENTRY_BYTES_MAX);
            new ProtoWriter(entry)
                    .nodeId(1, link.neighbor())
                    .number(2, link.label())
                    .number(3, link.cost());
            proto.element(1, entry.view());
        }
        return out.view();
    }

    public static Adjacencies decode(ByteView content) throws MalformedFrame {
        List<Adjacency> links = new ArrayList<>();
        ProtoReader in = new ProtoReader(content);
        while (in.next()) {
            if (in.field() == 1) {
                if (links.size() == LINKS_MAX) {
                    throw new MalformedFrame("adjacencies", "more than " + LINKS_MAX);
                }
                Adjacency link = entry(in.message("adjacency", ENTRY_BYTES_MAX));
                if (!links.isEmpty() && links.get(links.size() - 1).neighbor().compareTo(link.neighbor()) >= 0) {
                    throw new MalformedFrame("adjacencies", "not in ascending order");
                }
                links.add(link);
            }
        }
        return new Adjacencies(links);
    }

    private static Adjacency entry(ProtoReader in) throws MalformedFrame {
        NodeId neighbor = NodeId.ZERO;
        int label = 0;
        int cost = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> neighbor = in.nodeId("neighbor");
                case 2 -> label = in.numberWithin("label", 1, RouteHeader.LABEL_MAX);
                case 3 -> cost = in.numberWithin("cost", 1, COST_MAX);
                default -> {}
            }
        }
        if (label == 0 || cost == 0) {
            throw new MalformedFrame("adjacency", "without label or cost");
        }
        return new Adjacency(neighbor, label, cost);
    }
}
