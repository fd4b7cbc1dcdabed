package dev.weft.bench.scenario;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * S2: one message there and back, the next when it has come. Each end is bound to a core of its own, for otherwise
 * the figures tell where the scheduler put them.
 */
final class Latency {
    private static final List<String> HEAP = List.of("-Xms256m", "-Xmx1g");

    private static final class Row {
        private final Figures p50 = new Figures();
        private final Figures ratio = new Figures();
        private final Figures p99 = new Figures();
        private final Figures p999 = new Figures();
        private final Figures cpu = new Figures();
        private String remark = "";
    }

    private final Options options;
    private final Ensemble.Shape shape;

    Latency(Options options, int relays) {
        this.options = options;
        this.shape = new Ensemble.Shape(
                Role.PINGER,
                Role.ECHO,
                relays,
                1,
                relays == 0 ? Ensemble.Placing.ONE_CORE_EACH : Ensemble.Placing.ANYWHERE);
    }

    String run() throws InterruptedException {
        StringBuilder table = new StringBuilder();
        table.append(
                "| bytes | system | p50 µs: median (min–max) | ratio to netty | p99 µs | p99.9 µs | CPU s per M | remarks"
                        + " |\n");
        table.append("|---|---|---|---|---|---|---|---|\n");
        for (int size : options.sizes()) {
            Map<Contender, Row> rows = new LinkedHashMap<>();
            for (int round = 0; round < options.runs(); round++) {
                round(size, round, rows);
            }
            rows.forEach((contender, row) -> table.append(line(size, contender, row)));
        }
        return table.toString();
    }

    private void round(int size, int round, Map<Contender, Row> rows) throws InterruptedException {
        Map<Contender, Double> medians = new LinkedHashMap<>();
        List<Contender> all = new ArrayList<>(options.contenders());
        all.removeIf(contender -> !contender.isInstalled()
                || shape.relays() > 0 && contender.relaying() == Contender.Relaying.NOT_MEASURED);
        Collections.rotate(all, -round);
        for (Contender contender : all) {
            Row row = rows.computeIfAbsent(contender, any -> new Row());
            try {
                medians.put(contender, measure(contender, size, row));
                System.err.printf(
                        "round %d, %d B, %s: p50 %s µs%n",
                        round + 1, size, contender.word(), Figures.brief(medians.get(contender)));
            } catch (IOException failed) {
                row.remark = "failed: " + failed.getMessage();
                System.err.printf("round %d, %d B, %s: %s%n", round + 1, size, contender.word(), row.remark);
            }
        }
        Double base = medians.get(Contender.NETTY);
        if (base != null) {
            medians.forEach((contender, median) -> rows.get(contender).ratio.add(median / base));
        }
    }

    private double measure(Contender contender, int size, Row row) throws IOException, InterruptedException {
        try (Ensemble ensemble = Ensemble.start(contender, size, options, shape, HEAP)) {
            ensemble.warmUp(() -> ensemble.origin().ask("ping 500"));
            long cpuBefore = ensemble.cpu().toNanos();
            ensemble.origin().say("ping " + 1_000 * options.seconds());
            String[] words = ensemble.origin().answer().split(" ");
            double cpuSeconds = (ensemble.cpu().toNanos() - cpuBefore) / 1e9;
            double p50 = Double.parseDouble(words[1]) / 1e3;
            row.p50.add(p50);
            row.p99.add(Double.parseDouble(words[2]) / 1e3);
            row.p999.add(Double.parseDouble(words[3]) / 1e3);
            row.cpu.add(cpuSeconds * 1e6 / Math.max(1, Long.parseLong(words[0])));
            return p50;
        }
    }

    private static String line(int size, Contender contender, Row row) {
        return "| " + size + " | " + contender.word() + " | " + row.p50.text() + " | " + row.ratio.text() + " | "
                + row.p99.text() + " | " + row.p999.text() + " | " + row.cpu.text() + " | " + row.remark + " |\n";
    }
}
