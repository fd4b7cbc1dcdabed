package dev.weft.sim;

import dev.weft.core.base.InvariantError;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * One run: safety while faults rage, then quiet, then liveness: equal link-state databases, every node routed to every
 * other, every ticket ended. Deterministic: equal arguments give an equal {@link RunReport#traceHash}.
 */
public final class Simulation {
    /** Whether things go wrong. */
    public enum FaultLevel {
        NONE,
        SWARM
    }

    /** How long the mesh is left in peace before it must agree. */
    static final long QUIET_NANOS = 100_000_000_000L;

    /** Told now and then how far a run is. */
    public interface Progress {
        void at(long virtualNanos, long events);
    }

    /**
     * What to run.
     *
     * @param nodes 2 to 20,000
     * @param forNanos how long faults and load last; a quiet time follows
     */
    public record Plan(int nodes, long seed, long forNanos, FaultLevel faults) {
        public Plan {
            if (nodes < 2 || nodes > 20_000) {
                throw new IllegalArgumentException("nodes=" + nodes + " must be from 2 to 20000");
            }
            if (forNanos < 1_000_000_000L) {
                throw new IllegalArgumentException("a run of less than 1 s proves nothing");
            }
        }
    }

    private Simulation() {}

    public static RunReport run(Plan plan, Progress progress) {
        SwarmOptions options = plan.faults() == FaultLevel.NONE
                ? SwarmOptions.calm(plan.nodes())
                : SwarmOptions.swarm(plan.nodes(), new Prng(plan.seed()).fork(3));
        return run(plan, new World(options, plan.seed(), EngineConfig.DEFAULT), progress);
    }

    static RunReport run(Plan plan, World world, Progress progress) {
        try {
            world.start(Math.min(plan.forNanos() / 4, 2_000_000_000L));
            long nextReportNanos = 0;
            while (world.violations.isEmpty() && world.events.step(plan.forNanos())) {
                if (world.events.nowNanos() >= nextReportNanos) {
                    progress.at(world.events.nowNanos(), world.events.happenedCount());
                    nextReportNanos += 1_000_000_000L;
                }
            }
            if (world.violations.isEmpty()) {
                world.stopFaults();
            }
            while (world.violations.isEmpty() && world.events.step(plan.forNanos() + QUIET_NANOS)) {
                if (world.events.nowNanos() >= nextReportNanos) {
                    progress.at(world.events.nowNanos(), world.events.happenedCount());
                    nextReportNanos += 10_000_000_000L;
                }
            }
            if (world.violations.isEmpty()) {
                requireAgreement(world);
                world.journal.requireAllSettled();
            }
        } catch (InvariantError broken) {
            world.violations.add("engine invariant", broken.getMessage() + " at " + broken.getStackTrace()[1]);
        }
        return RunReport.of(plan.seed(), world, dot(world));
    }

    private static void requireAgreement(World world) {
        for (SimNode a : world.nodes()) {
            for (SimNode b : world.nodes()) {
                if (a != b && a.mesh().equals(b.mesh())) {
                    for (String difference : a.differencesFrom(b)) {
                        world.violations.add("the mesh agrees once it is left in peace", difference);
                    }
                }
            }
        }
    }

    private static String dot(World world) {
        List<String> lines = new ArrayList<>();
        lines.add("graph mesh {");
        for (SimNode node : world.nodes()) {
            Engine engine = node.engine();
            if (engine == null) {
                lines.add("  \"" + node.index + "\" [style=dashed];");
                continue;
            }
            for (SimNode other : world.nodes()) {
                if (other.index > node.index && engine.neighbors().contains(other.id())) {
                    lines.add("  \"" + node.index + "\" -- \"" + other.index + "\";");
                }
            }
        }
        lines.add("}");
        return String.join("\n", lines);
    }
}
