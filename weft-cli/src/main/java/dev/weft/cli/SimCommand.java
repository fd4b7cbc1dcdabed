package dev.weft.cli;

import dev.weft.sim.RunReport;
import dev.weft.sim.Simulation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the real engines on a virtual clock. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        description = "Run many engines on a virtual clock, with faults, and check what must hold.")
final class SimCommand implements Callable<Integer> {
    @Option(names = "--nodes", paramLabel = "N", description = "How many nodes, 2 to 20000; default 30.")
    int nodes = 30;

    @Option(names = "--seed", paramLabel = "S", description = "Where all chance comes from; default 1.")
    long seed = 1;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Virtual time of load and faults, as 250ms, 2s, 10m or 1h; default 60s.")
    String duration = "60s";

    @Option(names = "--faults", paramLabel = "LEVEL", description = "none or swarm; default swarm.")
    String faults = "swarm";

    @Option(names = "--runs", paramLabel = "N", description = "How many seeds, from --seed on; default 1.")
    int runs = 1;

    @Option(names = "--json", description = "Accepted for uniformity: the result is always JSON.")
    boolean json;

    @Override
    public Integer call() {
        Simulation.FaultLevel level = switch (faults) {
            case "none" -> Simulation.FaultLevel.NONE;
            case "swarm" -> Simulation.FaultLevel.SWARM;
            default -> throw new CommandFailure(ExitCode.USAGE, "--faults " + faults + " must be none or swarm");
        };
        Text.requireSome("--runs", runs);
        long forNanos = Text.duration(duration).toNanos();
        boolean good = true;
        for (long run = seed; run < seed + runs; run++) {
            good &= runOnce(run, forNanos, level);
        }
        return (good ? ExitCode.OK : ExitCode.FAILED).code();
    }

    private boolean runOnce(long run, long forNanos, Simulation.FaultLevel level) {
        long began = System.nanoTime();
        RunReport report = Simulation.run(
                plan(run, forNanos, level),
                (virtual, events) -> System.err.printf(
                        "seed %d: %d virtual s, %d events, %.1f s%n",
                        run, virtual / 1_000_000_000L, events, (System.nanoTime() - began) / 1e9));
        if (!report.isGood()) {
            System.err.println("REPLAY ./weft sim --nodes " + nodes + " --seed " + run + " --for " + duration
                    + " --faults " + faults);
            report.violations().forEach(violation -> System.err.println("BROKEN " + violation));
            report.lastEvents().forEach(System.err::println);
            System.err.println(report.dot());
        }
        System.out.println(new Json()
                .put("seed", run)
                .put("good", report.isGood())
                .put("options", report.options())
                .put("virtualSeconds", report.virtualNanos() / 1_000_000_000L)
                .put("wallSeconds", Math.round((System.nanoTime() - began) / 1e7) / 100.0)
                .put("events", report.events())
                .put("outcomes", report.outcomes())
                .put("copies", report.copies())
                .put("faults", report.faults())
                .put("mesh", report.mesh())
                .put("traceHash", report.traceHash()));
        return report.isGood();
    }

    private Simulation.Plan plan(long run, long forNanos, Simulation.FaultLevel level) {
        try {
            return new Simulation.Plan(nodes, run, forNanos, level);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }
}
