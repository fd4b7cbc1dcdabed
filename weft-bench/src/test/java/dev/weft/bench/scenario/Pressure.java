package dev.weft.bench.scenario;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What happens where the source could send twice as fast as the sink takes: through one relay, with nothing to hold the
 * source back but Weft itself. Heap after collection of each process, every tenth of the time; in the end all that was
 * sent must have come once.
 */
final class Pressure {
    private static final List<String> HEAP = List.of("-Xms256m", "-Xmx512m");
    private static final int STEPS = 10;

    private final Options options;

    Pressure(Options options) {
        this.options = options;
    }

    /** Returns a table for each size; what happens meanwhile goes to stderr. */
    String run() throws IOException, InterruptedException {
        StringBuilder tables = new StringBuilder();
        for (int size : options.sizes()) {
            for (Contender contender : options.contenders()) {
                tables.append(run(contender, size)).append('\n');
            }
        }
        return tables.toString();
    }

    private String run(Contender contender, int size) throws IOException, InterruptedException {
        Ensemble.Shape shape =
                new Ensemble.Shape(Role.SOURCE, Role.SINK, options.relays(), 1, Ensemble.Placing.ANYWHERE);
        try (Ensemble ensemble = Ensemble.start(contender, size, options, shape, HEAP)) {
            ensemble.origin().ask("press");
            ensemble.warmUp(() -> TimeUnit.MILLISECONDS.sleep(100));
            long free = perSecond(ensemble);
            Child sink = ensemble.ends().get(0);
            sink.ask("slow " + free / 2);
            StringBuilder table = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%s, %d B, %d relays: %s/s unhindered, sink slowed to half%n%n",
                    contender.word(),
                    size,
                    options.relays(),
                    Figures.brief((double) free)));
            table.append(
                    "| after | sent | taken | source's heap | relays' heap | sink's heap |\n|---|---|---|---|---|---|\n");
            for (int step = 1; step <= STEPS; step++) {
                TimeUnit.MILLISECONDS.sleep(options.seconds() * 1_000L / STEPS);
                String line = line(ensemble, step * options.seconds() / (double) STEPS);
                System.err.print(line);
                table.append(line);
            }
            sink.ask("slow 0");
            String remark = Throughput.account(ensemble);
            return table + "\n" + (remark.isEmpty() ? "All that was sent has come, once." : remark) + "\n";
        }
    }

    private static long perSecond(Ensemble ensemble) throws IOException, InterruptedException {
        Child sink = ensemble.ends().get(0);
        String[] before = sink.ask("mark").split(" ");
        TimeUnit.SECONDS.sleep(3);
        String[] after = sink.ask("mark").split(" ");
        double seconds = (Long.parseLong(after[0]) - Long.parseLong(before[0])) / 1e9;
        return Math.max(2, (long) ((Long.parseLong(after[1]) - Long.parseLong(before[1])) / seconds));
    }

    private static String line(Ensemble ensemble, double seconds) throws IOException, InterruptedException {
        Child sink = ensemble.ends().get(0);
        long relays = 0;
        for (Child child : ensemble.all()) {
            if (child != sink && child != ensemble.origin()) {
                relays += heap(child);
            }
        }
        return String.format(
                Locale.ROOT,
                "| %.0f s | %,d | %,d | %s | %s | %s |%n",
                seconds,
                Long.parseLong(ensemble.origin().ask("sent")),
                Long.parseLong(sink.ask("mark").split(" ")[1]),
                megabytes(heap(ensemble.origin())),
                megabytes(relays),
                megabytes(heap(sink)));
    }

    private static long heap(Child child) throws IOException, InterruptedException {
        return Long.parseLong(child.ask("hold heap"));
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
