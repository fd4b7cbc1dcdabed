package dev.weft.cli;

import dev.weft.sim.Mishap;
import dev.weft.sim.Plant;
import dev.weft.sim.Reduction;
import dev.weft.sim.RunReport;
import dev.weft.sim.Shrinker;
import dev.weft.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the real engines on a virtual clock: one JSON object on stdout for each seed, in their order, and nothing else
 * there; progress, and of each run that failed what to know of it, on stderr.
 */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        description = "Run many engines on a virtual clock, with faults, and check what must hold.")
final class SimCommand implements Callable<Integer> {
    private static final int TRIES_MAX = 200;

    /** Few of fewer nodes have something to do at once. */
    private static final int NODES_SHARED_LEAST = 64;

    private static final int WORKERS_MAX = 64;

    @Option(names = "--nodes", paramLabel = "N", description = "How many nodes, 2 to 20000; default 30.")
    int nodes = 30;

    @Option(names = "--seed", paramLabel = "S", description = "Where all chance comes from; default 1.")
    long seed = 1;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Virtual time of load and faults, as 250ms, 2s, 10m or 1h; default 60s.")
    String duration = "60s";

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "How many threads; changes the time that it takes and nothing else;"
                    + " default the processors there are, 1 for fewer than " + NODES_SHARED_LEAST + " nodes.")
    @Nullable
    Integer workers;

    private long shrinkNanos;

    @Option(names = "--faults", paramLabel = "LEVEL", description = "none, crashes or swarm; default swarm.")
    String faults = "swarm";

    @Option(
            names = "--without",
            paramLabel = "FAULTS",
            split = ",",
            description = "Kinds of faults to leave out, as loss,crashes; everything else of the seed stays the same;"
                    + " default none left out.")
    List<String> without = new ArrayList<>();

    @Option(names = "--load", paramLabel = "PERCENT", description = "So much of the load, 1 to 100; default 100.")
    int load = 100;

    @Option(names = "--runs", paramLabel = "N", description = "How many seeds, from --seed on; default 1.")
    int runs = 1;

    @Option(
            names = "--shrink-for",
            paramLabel = "TIME",
            description = "How long to look for a smaller run that fails alike; 0s not at all; default 60s.")
    String shrinkFor = "60s";

    @Option(
            names = "--plant",
            hidden = true,
            paramLabel = "BUG",
            description = "Put a bug in, to see what a failure looks like: hasty; default none.")
    String plant = Plant.NONE.word();

    @Option(names = "--json", description = "Accepted for uniformity: the result is always JSON.")
    boolean json;

    @Override
    public Integer call() {
        Text.requireSome("--runs", runs);
        shrinkNanos = Text.duration(shrinkFor).toNanos();
        boolean good = true;
        try (Crew crew = new Crew(workers())) {
            for (long run = seed; run < seed + runs; run++) {
                good &= runOnce(plan(run), crew);
            }
        }
        return (good ? ExitCode.OK : ExitCode.FAILED).code();
    }

    private int workers() {
        Integer wanted = workers;
        if (wanted == null) {
            return nodes < NODES_SHARED_LEAST
                    ? 1
                    : Math.min(WORKERS_MAX, Runtime.getRuntime().availableProcessors());
        }
        if (wanted < 1 || wanted > WORKERS_MAX) {
            throw new CommandFailure(ExitCode.USAGE, "--workers " + wanted + " must be from 1 to " + WORKERS_MAX);
        }
        return wanted;
    }

    private boolean runOnce(Simulation.Plan plan, Crew crew) {
        long began = System.nanoTime();
        RunReport report = Simulation.run(
                plan,
                crew,
                (virtual, events) -> System.err.printf(
                        "seed %d: %d virtual s, %d events, %.1f s%n",
                        plan.seed(), virtual / 1_000_000_000L, events, (System.nanoTime() - began) / 1e9));
        long wallNanos = System.nanoTime() - began;
        Json result = new Json()
                .put("seed", plan.seed())
                .put("good", report.isGood())
                .put("options", report.options())
                .put("virtualSeconds", report.virtualNanos() / 1_000_000_000L)
                .put("wallSeconds", Math.round(wallNanos / 1e7) / 100.0)
                .put("events", report.events())
                .put("outcomes", report.outcomes())
                .put("copies", report.copies())
                .put("faults", report.faults())
                .put("mesh", report.mesh())
                .put("traceHash", report.traceHash());
        if (!report.isGood()) {
            System.err.println("REPLAY " + plan.replay());
            report.violations().forEach(violation -> System.err.println("BROKEN " + violation));
            report.lastEvents().forEach(System.err::println);
            System.err.println(report.dot());
            result.put("broken", report.brokenInvariant())
                    .put("replay", smallest(plan, report).replay());
        }
        System.out.println(result);
        return report.isGood();
    }

    /** What to look at in place of a run that failed. */
    private Simulation.Plan smallest(Simulation.Plan plan, RunReport report) {
        if (shrinkNanos == 0) {
            return plan;
        }
        long began = System.nanoTime();
        Simulation.Plan smallest =
                Shrinker.smallest(plan, report, TRIES_MAX, () -> System.nanoTime() - began > shrinkNanos);
        System.err.println("SMALLEST " + smallest.replay());
        return smallest;
    }

    private Simulation.Plan plan(long run) {
        try {
            TreeSet<Mishap> left = new TreeSet<>();
            without.forEach(word -> left.add(Mishap.parse(word)));
            return new Simulation.Plan(
                    nodes, run, Text.duration(duration).toNanos(), level(), new Reduction(left, load), planted());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private Simulation.FaultLevel level() {
        return switch (faults) {
            case "none" -> Simulation.FaultLevel.NONE;
            case "crashes" -> Simulation.FaultLevel.CRASHES;
            case "swarm" -> Simulation.FaultLevel.SWARM;
            default ->
                throw new CommandFailure(ExitCode.USAGE, "--faults " + faults + " must be none, crashes or swarm");
        };
    }

    private Plant planted() {
        for (Plant known : Plant.values()) {
            if (known.word().equals(plant)) {
                return known;
            }
        }
        throw new CommandFailure(ExitCode.USAGE, "--plant " + plant + " must be hasty or none");
    }
}
