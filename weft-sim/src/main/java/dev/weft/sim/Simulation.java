package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.core.base.InvariantError;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.route.SpfBackoff;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;

/**
 * One run: safety while faults rage, then quiet, then liveness: equal link-state databases, every node routed to every
 * other, every ticket ended. Deterministic: equal arguments give an equal {@link RunReport#traceHash}.
 */
public final class Simulation {
    /** Whether things go wrong. */
    public enum FaultLevel {
        NONE,
        /** Nodes die and come back, and nothing else. */
        CRASHES,
        /** Whatever the seed draws. */
        SWARM
    }

    /** How long the mesh may take to agree once it is left in peace. */
    static final long QUIET_NANOS = 150_000_000_000L;

    /** How often it is looked at meanwhile, and how often in a row it must agree. */
    private static final long LOOK_NANOS = 2_000_000_000L;

    private static final int CALM_LOOKS = 3;

    /** How exactly it is noted when all nodes first knew the same. */
    private static final long AGREEMENT_LOOK_NANOS = 100_000_000L;

    /** How many nodes' routes are compared with the oracle's. */
    private static final int ORACLE_NODES_MAX = 1024;

    private static final int ORACLE_LOOKS_MAX = 100;
    private static final long ORACLE_LOOK_NANOS = 300_000_000L;

    /** Told now and then how far a run is. */
    public interface Progress {
        void at(long virtualNanos, long events);
    }

    /**
     * What to run.
     *
     * @param nodes 2 to 20,000
     * @param forNanos how long faults and load last, at least 1 s; a quiet time follows
     * @param reduction what is left out of the world that the seed grows into
     * @param plant a bug put in on purpose
     */
    public record Plan(int nodes, long seed, long forNanos, FaultLevel faults, Reduction reduction, Plant plant) {
        public Plan {
            if (nodes < 2 || nodes > 20_000) {
                throw new IllegalArgumentException("nodes=" + nodes + " must be from 2 to 20000");
            }
            if (forNanos < 1_000_000_000L) {
                throw new IllegalArgumentException("a run of less than 1 s proves nothing");
            }
        }

        public Plan(int nodes, long seed, long forNanos, FaultLevel faults) {
            this(nodes, seed, forNanos, faults, Reduction.NONE, Plant.NONE);
        }

        Plan withNodes(int changed) {
            return new Plan(changed, seed, forNanos, faults, reduction, plant);
        }

        Plan withForNanos(long changed) {
            return new Plan(nodes, seed, changed, faults, reduction, plant);
        }

        public Plan withReduction(Reduction changed) {
            return new Plan(nodes, seed, forNanos, faults, changed, plant);
        }

        public Plan withPlant(Plant changed) {
            return new Plan(nodes, seed, forNanos, faults, reduction, changed);
        }

        /** The command that runs it again. */
        public String replay() {
            long millis = forNanos / 1_000_000;
            return "./weft sim --nodes " + nodes + " --seed " + seed + " --for "
                    + (millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms")
                    + " --faults " + faults.name().toLowerCase(Locale.ROOT)
                    + reduction.options()
                    + (plant == Plant.NONE ? "" : " --plant " + plant.word());
        }

        private SwarmOptions options() {
            return switch (faults) {
                case NONE -> reduction.of(SwarmOptions.calm(nodes));
                case CRASHES -> reduction.of(SwarmOptions.crashing(nodes));
                case SWARM -> reduction.of(SwarmOptions.swarm(nodes, new Prng(seed).fork(3)));
            };
        }
    }

    private Simulation() {}

    public static RunReport run(Plan plan, Progress progress) {
        return run(plan, Workers.NONE, progress);
    }

    /** The same, whoever does it. */
    public static RunReport run(Plan plan, Workers workers, Progress progress) {
        World.Guard guard = plan.faults() == FaultLevel.SWARM
                        && new Prng(plan.seed()).fork(5).chance(250_000)
                ? World.Guard.CREDENTIALED
                : World.Guard.KEYED;
        World world = new World(
                plan.options(), plan.seed(), EngineConfig.DEFAULT, plan.plant().applications(), guard);
        return run(plan, world, workers, progress);
    }

    static RunReport run(Plan plan, World world, Progress progress) {
        return run(plan, world, Workers.NONE, progress);
    }

    static RunReport run(Plan plan, World world, Workers workers, Progress progress) {
        Windows windows = new Windows(world, workers);
        try {
            world.start(Math.min(plan.forNanos() / 4, 2_000_000_000L));
            long nextReportNanos = 0;
            long nextAgreementNanos = 0;
            while (world.violations.isEmpty() && windows.step(plan.forNanos())) {
                if (world.events.nowNanos() >= nextReportNanos) {
                    progress.at(world.events.nowNanos(), world.events.happenedCount());
                    nextReportNanos += 1_000_000_000L;
                }
                if (!world.traffic.hasConverged() && world.events.nowNanos() >= nextAgreementNanos) {
                    nextAgreementNanos = world.events.nowNanos() + AGREEMENT_LOOK_NANOS;
                    if (agrees(world)) {
                        world.traffic.converged(world);
                    }
                }
            }
            if (world.violations.isEmpty()) {
                world.stopFaults();
            }
            int calmLooks = 0;
            long quietNanos = 0;
            while (world.violations.isEmpty() && quietNanos < QUIET_NANOS && calmLooks < CALM_LOOKS) {
                quietNanos += LOOK_NANOS;
                while (world.violations.isEmpty() && windows.step(plan.forNanos() + quietNanos)) {}
                progress.at(world.events.nowNanos(), world.events.happenedCount());
                calmLooks = isCalm(world) ? calmLooks + 1 : 0;
            }
            if (world.violations.isEmpty()) {
                requireAgreement(world);
                requireRightRoutes(world, windows, plan);
                world.journal.requireAllSettled();
                world.groups.requireAllEnded();
                world.sessions.requireAllOver();
            }
            world.overBudget.forEach(who -> world.violations.add("nobody says too much who means well", who));
        } catch (InvariantError broken) {
            world.violations.add("engine invariant", broken.getMessage() + " at " + broken.getStackTrace()[1]);
        }
        return RunReport.of(plan.seed(), world, dot(world));
    }

    /** Nothing is left to wait for: all that {@link #requireAgreement} demands holds, as far as a quick look can tell. */
    private static boolean isCalm(World world) {
        return agrees(world) && world.journal.open() == 0 && world.groups.open() == 0 && world.sessions.open() == 0;
    }

    /** Every node knows the same as the others, and a way to each of them. */
    private static boolean agrees(World world) {
        Map<Community, Long> hashes = new LinkedHashMap<>();
        Map<Community, Integer> sizes = new LinkedHashMap<>();
        for (SimNode node : honest(world)) {
            sizes.merge(node.community(), 1, Integer::sum);
        }
        for (SimNode node : honest(world)) {
            Engine engine = node.engine();
            if (engine == null) {
                return false;
            }
            Long first = hashes.putIfAbsent(node.community(), engine.lsdbHash());
            boolean equal = first == null || first == engine.lsdbHash();
            if (!equal || engine.reachable().size() != sizes.getOrDefault(node.community(), 0) - 1) {
                return false;
            }
        }
        return true;
    }

    private static void requireAgreement(World world) {
        for (SimNode a : honest(world)) {
            for (SimNode b : honest(world)) {
                if (a != b && a.community().equals(b.community())) {
                    for (String difference : a.differencesFrom(b)) {
                        world.violations.add("the mesh agrees once it is left in peace", difference);
                    }
                }
            }
        }
    }

    /**
     * Looks at a node's routes when they are made from all that it knows, and all nodes know the same: measured costs
     * go on changing, and routes follow within the delay of {@link SpfBackoff}. Of more than
     * {@link #ORACLE_NODES_MAX} nodes a sample is looked at, drawn from the seed.
     */
    private static void requireRightRoutes(World world, Windows windows, Plan plan) {
        List<SimNode> unseen = sample(honest(world), new Prng(plan.seed()).fork(4));
        long beganNanos = world.events.nowNanos();
        for (int look = 1; !unseen.isEmpty() && look <= ORACLE_LOOKS_MAX && world.violations.isEmpty(); look++) {
            Map<Community, RouteOracle> oracles = new LinkedHashMap<>();
            unseen.removeIf(node -> {
                Engine engine = node.engine();
                if (engine == null || !engine.routesAreCurrent() || !knowsWhatAllKnow(world, node)) {
                    return false;
                }
                oracles.computeIfAbsent(node.community(), community -> new RouteOracle(members(world, community)))
                        .wrongRoutesOf(node)
                        .forEach(wrong -> world.violations.add("routes are the cheapest", wrong));
                return true;
            });
            while (world.violations.isEmpty() && windows.step(beganNanos + look * ORACLE_LOOK_NANOS)) {}
        }
        for (SimNode node : unseen) {
            world.violations.add("routes come to rest", "node " + node.index + " has never had routes of the day");
        }
    }

    private static List<SimNode> sample(List<SimNode> nodes, Prng draws) {
        List<SimNode> sample = new ArrayList<>(nodes);
        while (sample.size() > ORACLE_NODES_MAX) {
            sample.remove(draws.below(sample.size()));
        }
        return sample;
    }

    /** Nobody owes impostors a mesh of their own: they are refused by most of those whom they would choose. */
    private static List<SimNode> honest(World world) {
        return world.nodes().stream()
                .filter(node -> !node.community().equals(Community.IMPOSTORS))
                .toList();
    }

    private static List<SimNode> members(World world, Community community) {
        return world.nodes().stream()
                .filter(node -> node.community().equals(community))
                .toList();
    }

    private static boolean knowsWhatAllKnow(World world, SimNode node) {
        Engine engine = node.engine();
        for (SimNode other : world.nodes()) {
            Engine theirs = other.engine();
            if (engine != null
                    && theirs != null
                    && other.community().equals(node.community())
                    && theirs.lsdbHash() != engine.lsdbHash()) {
                return false;
            }
        }
        return true;
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
            SortedSet<NodeId> neighbors = engine.neighbors();
            for (SimNode other : world.nodes()) {
                if (other.index > node.index && neighbors.contains(other.id())) {
                    lines.add("  \"" + node.index + "\" -- \"" + other.index + "\";");
                }
            }
        }
        lines.add("}");
        return String.join("\n", lines);
    }
}
