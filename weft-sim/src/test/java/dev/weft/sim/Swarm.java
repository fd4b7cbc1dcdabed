package dev.weft.sim;

import java.util.Locale;

/** Runs many seeds from the command line: first seed, how many, nodes, seconds, none, crashes or swarm. */
final class Swarm {
    private Swarm() {}

    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        int runs = Integer.parseInt(args[1]);
        int nodes = Integer.parseInt(args[2]);
        long seconds = Long.parseLong(args[3]);
        Simulation.FaultLevel faults = Simulation.FaultLevel.valueOf(args[4].toUpperCase(Locale.ROOT));
        int failed = 0;
        for (long seed = first; seed < first + runs; seed++) {
            long began = System.nanoTime();
            RunReport report = Simulation.run(
                    new Simulation.Plan(nodes, seed, seconds * 1_000_000_000L, faults), (virtual, events) -> {});
            System.out.println(seed + " " + (report.isGood() ? "ok" : "FAILED") + " " + report.events() + " events "
                    + (System.nanoTime() - began) / 1_000_000 + " ms " + report.outcomes() + " " + report.copies() + " "
                    + report.mesh() + " " + report.traceHash()
                    + (report.isGood() ? "" : " " + report.options() + " " + report.faults()));
            if (!report.isGood()) {
                failed++;
                report.violations().forEach(v -> System.out.println("   " + v));
                if (runs == 1) {
                    report.lastEvents().forEach(System.out::println);
                }
            }
        }
        System.out.println(failed + " of " + runs + " failed");
    }
}
