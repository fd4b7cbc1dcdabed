package dev.weft.bench.growth;

import dev.weft.sim.RunReport;
import dev.weft.sim.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What membership costs against the number of nodes, without faults, in the simulator: when all know all, what links
 * carry for themselves, and what a node keeps. The counts are the same on every machine; the processor time is not.
 */
public final class MeshGrowth {
    private static final long SEED = 42;
    private static final long FOR_NANOS = Duration.ofSeconds(60).toNanos();

    private MeshGrowth() {}

    private record Row(int nodes, RunReport report, double cpuSeconds) {
        double convergedSeconds() {
            return of("convergedMillis") / 1e3;
        }

        long of(String figure) {
            return report.mesh().getOrDefault(figure, 0L);
        }
    }

    /** {@code PICTURES NODES...}, in ascending order. */
    public static void main(String[] args) throws IOException {
        if (args.length < 3) {
            System.err.println("nodes: PICTURES and two numbers of nodes at least");
            System.exit(2);
        }
        Path pictures = Path.of(args[0]);
        Files.createDirectories(pictures);
        List<Row> rows = new ArrayList<>();
        System.out.printf("| nodes | events | all know all after (s) | control bytes per node until then | in all |"
                + " database per node (bytes) | route computations per node | processor time (s) |%n"
                + "|---|---|---|---|---|---|---|---|%n");
        for (String nodes : Arrays.asList(args).subList(1, args.length)) {
            Row row = run(Integer.parseInt(nodes));
            rows.add(row);
            System.out.printf(
                    Locale.ROOT,
                    "| %,d | %,d | %.1f | %,d | %,d | %,d | %,d | %.0f |%n",
                    row.nodes(),
                    row.report().events(),
                    row.convergedSeconds(),
                    row.of("joinBytesPerNode"),
                    row.of("controlBytesPerNode"),
                    row.of("lsdbBytesPerNode"),
                    row.of("routeComputationsPerNode"),
                    row.cpuSeconds());
        }
        draw(
                pictures.resolve("nodes-convergence.svg"),
                plot("Until all nodes know all", "s")
                        .line("after the first start", points(rows, Row::convergedSeconds)));
        draw(
                pictures.resolve("nodes-traffic.svg"),
                plot("Control traffic of a node in a minute", "bytes")
                        .line("until all know all", points(rows, row -> row.of("joinBytesPerNode")))
                        .line("in all", points(rows, row -> row.of("controlBytesPerNode"))));
        draw(
                pictures.resolve("nodes-memory.svg"),
                plot("Link-state database of a node", "bytes")
                        .line("as sent", points(rows, row -> row.of("lsdbBytesPerNode"))));
    }

    private static Row run(int nodes) {
        long before = Growth.cpuNanos();
        RunReport report = Simulation.run(
                new Simulation.Plan(nodes, SEED, FOR_NANOS, Simulation.FaultLevel.NONE), (virtual, events) -> {});
        if (!report.isGood()) {
            throw new IllegalStateException(nodes + " nodes: " + report.violations());
        }
        return new Row(nodes, report, (Growth.cpuNanos() - before) / 1e9);
    }

    private static Plot plot(String title, String unit) {
        return new Plot(title + ", simulated, no faults", "nodes", unit, Plot.Axis.LOGARITHMIC);
    }

    private static List<Plot.Point> points(List<Row> rows, ToDoubleFunction<Row> figure) {
        return rows.stream()
                .map(row -> new Plot.Point(row.nodes(), figure.applyAsDouble(row)))
                .toList();
    }

    private static void draw(Path file, Plot plot) throws IOException {
        Files.writeString(file, plot.svg());
    }
}
