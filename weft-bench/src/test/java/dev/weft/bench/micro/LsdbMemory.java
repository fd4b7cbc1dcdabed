package dev.weft.bench.micro;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Flooding;
import dev.weft.core.topology.TopologyConfig;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.WireReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.Optional;

/**
 * How much heap a node of the mesh takes in the link-state database: the difference after garbage collection between
 * a database of that many nodes, as filled by floods from a neighbor, and none. Prints a Markdown table.
 */
public final class LsdbMemory {
    private static final NodeId SELF = new NodeId(1, 1);
    private static final NodeId NEIGHBOR = new NodeId(1, 2);

    private LsdbMemory() {}

    public static void main(String[] args) throws MalformedFrame {
        System.out.println("| nodes | heap of the database | per node | of which advertisements as sent |");
        System.out.println("|---|---|---|---|");
        measure(100); // what the first run leaves behind for good is not the database's
        for (int nodes : new int[] {1_000, 10_000}) {
            System.out.println(measure(nodes));
        }
    }

    private static String measure(int nodes) throws MalformedFrame {
        long before = usedAfterCollection();
        Flooding flooding = new Flooding(SELF, 1, TopologyConfig.DEFAULT, new Prng(1), Edition::read, new Nowhere());
        flooding.handleLinkUp(NEIGHBOR, 0);
        fill(flooding, nodes);
        long heap = usedAfterCollection() - before;
        return String.format(
                "| %,d | %,d KiB | %,d B | %,d B |",
                nodes, heap >> 10, heap / nodes, flooding.lsdb().bytes() / nodes);
    }

    /** In its own frame, so that what it makes on the way is garbage when it returns. */
    private static void fill(Flooding flooding, int nodes) throws MalformedFrame {
        RandomMesh mesh = new RandomMesh(nodes, 42);
        for (int i = 0; i < nodes; i++) {
            flood(flooding, mesh.linksAnnounced(i, 1));
            flood(flooding, mesh.recordAnnounced(i));
        }
    }

    private static void flood(Flooding flooding, Lsa lsa) throws MalformedFrame {
        ByteView bytes = new Flood(List.of(new Flood.Item(1, lsa))).encode();
        WireReader in = new WireReader(ByteView.of(bytes.toByteArray()));
        FrameType.decode(in);
        flooding.handleFlood(NEIGHBOR, Flood.decode(in), 1_000_000_000L);
        flooding.flush(1_000_000_000L);
    }

    private static long usedAfterCollection() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < 4; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    private static final class Nowhere implements Flooding.Output {
        @Override
        public void send(NodeId neighbor, Frame frame) {}

        @Override
        public void adjacenciesChanged(NodeId origin) {}

        @Override
        public void recordChanged(NodeId origin, Optional<NodeRecord> before) {}

        @Override
        public void sealRecordChanged(NodeId origin) {}

        @Override
        public void laterLifeOfThisNode(long incarnation) {}
    }
}
