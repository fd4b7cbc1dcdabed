package dev.weft.sim;

import dev.weft.core.engine.Engine;
import java.util.LinkedHashMap;
import java.util.Map;

/** What membership costs: the bytes that links exchange for themselves, and when all nodes first knew the same. */
final class MeshTraffic {
    private long joinBytes;
    private long convergedNanos = -1;

    boolean hasConverged() {
        return convergedNanos >= 0;
    }

    void converged(World world) {
        convergedNanos = world.events.nowNanos();
        joinBytes = controlBytes(world);
    }

    private static long controlBytes(World world) {
        return world.nodes().stream().mapToLong(SimNode::controlBytes).sum();
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
        all.put("controlBytesPerNode", controlBytes(world) / nodes);
        all.put("joinBytesPerNode", joinBytes / nodes);
        all.put("lsdbBytesPerNode", lsdbBytes / nodes);
        all.put("routeComputationsPerNode", computations / nodes);
        return all;
    }
}
