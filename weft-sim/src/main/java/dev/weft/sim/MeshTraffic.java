package dev.weft.sim;

import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireReader;
import java.util.LinkedHashMap;
import java.util.Map;

/** What membership costs: the bytes that links exchange for themselves, and when all nodes first knew the same. */
final class MeshTraffic {
    private long controlBytes;
    private long joinBytes;
    private long convergedNanos = -1;

    void arrived(ByteView frame) {
        try {
            if (FrameType.decode(new WireReader(frame)).scope() == FrameType.Scope.LINK) {
                controlBytes += frame.length();
            }
        } catch (MalformedFrame malformed) {
            // Whoever reads it for good says so.
            controlBytes += frame.length();
        }
    }

    boolean hasConverged() {
        return convergedNanos >= 0;
    }

    void converged(long nowNanos) {
        convergedNanos = nowNanos;
        joinBytes = controlBytes;
    }

    Map<String, Long> described(World world) {
        long nodes = world.nodes().size();
        long lsdbBytes = 0;
        long computations = 0;
        for (SimNode node : world.nodes()) {
            Engine engine = node.engine();
            if (engine != null) {
                lsdbBytes += engine.lsdb().bytes();
                computations += engine.counters().getOrDefault("route.computed", 0L);
            }
        }
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("convergedMillis", hasConverged() ? convergedNanos / 1_000_000 : -1);
        all.put("controlBytesPerNode", controlBytes / nodes);
        all.put("joinBytesPerNode", joinBytes / nodes);
        all.put("lsdbBytesPerNode", lsdbBytes / nodes);
        all.put("routeComputationsPerNode", computations / nodes);
        return all;
    }
}
