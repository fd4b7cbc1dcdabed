package dev.weft.bench.scenario;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How many messages arrive per second while the source sends as fast as it may: S1 from one to one, S4 from one to
 * several, S5 through relays. Counted at the sinks, on their clocks; afterwards all that was sent must have come once.
 */
final class Throughput {
    private static final List<String> HEAP = List.of("-Xms256m", "-Xmx1g");

    private record Measured(double perSecond, double cpuPerMillion, double compilingPerMillion, String remark) {}

    private static final class Row {
        private final Figures rate = new Figures();
        private final Figures ratio = new Figures();
        private final Figures cpu = new Figures();
        private final Figures compiling = new Figures();
        private String remark = "";
    }

    private final Options options;
    private final Ensemble.Shape shape;

    Throughput(Options options, int relays, int sinks) {
        this.options = options;
        this.shape = new Ensemble.Shape(Role.SOURCE, Role.SINK, relays, sinks, Ensemble.Placing.ANYWHERE);
    }

    /** Returns a table; what happens meanwhile goes to stderr. */
    String run() throws InterruptedException {
        StringBuilder table = new StringBuilder();
        table.append(
                "| bytes | system | messages/s: median (min–max) | MB/s | ratio to netty | CPU s per M | of them compiling | remarks |\n");
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
        Map<Contender, Double> rates = new LinkedHashMap<>();
        for (Contender contender : inTurn(round)) {
            Row row = rows.computeIfAbsent(contender, any -> new Row());
            try {
                Measured measured = measure(contender, size);
                rates.put(contender, measured.perSecond());
                row.rate.add(measured.perSecond());
                row.cpu.add(measured.cpuPerMillion());
                row.compiling.add(measured.compilingPerMillion());
                row.remark = measured.remark().isEmpty() ? row.remark : measured.remark();
                System.err.printf(
                        "round %d, %d B, %s: %s/s, %s CPU s per M, %s of them compiling %s%n",
                        round + 1,
                        size,
                        contender.word(),
                        Figures.brief(measured.perSecond()),
                        Figures.brief(measured.cpuPerMillion()),
                        Figures.brief(measured.compilingPerMillion()),
                        measured.remark());
            } catch (IOException failed) {
                row.remark = "failed: " + failed.getMessage();
                System.err.printf("round %d, %d B, %s: %s%n", round + 1, size, contender.word(), row.remark);
            }
        }
        Double base = rates.get(Contender.NETTY);
        if (base != null) {
            rates.forEach((contender, rate) -> rows.get(contender).ratio.add(rate / base));
        }
    }

    /** Begins with another system in each round, so that none always follows the same. */
    private List<Contender> inTurn(int round) {
        List<Contender> all = new ArrayList<>(options.contenders());
        all.removeIf(contender -> !contender.isInstalled()
                || shape.relays() > 0 && contender.relaying() == Contender.Relaying.NOT_MEASURED);
        java.util.Collections.rotate(all, -round);
        return all;
    }

    private Measured measure(Contender contender, int size) throws IOException, InterruptedException {
        try (Ensemble ensemble = Ensemble.start(contender, size, options, shape, HEAP)) {
            ensemble.origin().ask("start");
            ensemble.warmUp(() -> TimeUnit.MILLISECONDS.sleep(100));
            List<long[]> before = marks(ensemble);
            long cpuBefore = ensemble.cpu().toNanos();
            long compilerBefore = ensemble.compilerCpu().toNanos();
            TimeUnit.SECONDS.sleep(options.seconds());
            List<long[]> after = marks(ensemble);
            long cpuNanos = ensemble.cpu().toNanos() - cpuBefore;
            long compilerNanos = ensemble.compilerCpu().toNanos() - compilerBefore;
            double perSecond = 0;
            long taken = 0;
            for (int i = 0; i < before.size(); i++) {
                long count = after.get(i)[1] - before.get(i)[1];
                perSecond += count * 1e9 / (after.get(i)[0] - before.get(i)[0]);
                taken += count;
            }
            return new Measured(
                    perSecond, perMillion(cpuNanos, taken), perMillion(compilerNanos, taken), account(ensemble));
        }
    }

    private static double perMillion(long nanos, long messages) {
        return nanos / 1e3 / Math.max(1, messages);
    }

    private static List<long[]> marks(Ensemble ensemble) throws IOException, InterruptedException {
        List<long[]> marks = new ArrayList<>();
        for (Child sink : ensemble.ends()) {
            String[] words = sink.ask("mark").split(" ");
            marks.add(new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])});
        }
        return marks;
    }

    /** Nothing where all that was sent has come once and is known to have come; otherwise what is wrong. */
    static String account(Ensemble ensemble) throws IOException, InterruptedException {
        String[] source = ensemble.origin().ask("stop").split(" ");
        long sent = Long.parseLong(source[0]);
        long acknowledged = Long.parseLong(source[1]);
        String remark = "";
        if (acknowledged != sent || !source[2].equals("0")) {
            remark += "sent " + sent + ", settled " + acknowledged + ", of these failed " + source[2] + ": "
                    + source[3].replace('_', ' ') + "; ";
        }
        for (Child sink : ensemble.ends()) {
            String[] words = sink.ask("sum").split(" ");
            long count = Long.parseLong(words[0]);
            if (count != sent || Long.parseLong(words[1]) != sent * (sent - 1) / 2) {
                remark += sink.name() + " has taken " + count + " of " + sent + "; ";
            }
        }
        return remark;
    }

    private static String line(int size, Contender contender, Row row) {
        if (row.rate.isEmpty()) {
            return "| " + size + " | " + contender.word() + " | – | – | – | – | – | " + row.remark + " |\n";
        }
        return "| " + size + " | " + contender.word() + " | " + row.rate.text() + " | "
                + Figures.brief(row.rate.median() * size / 1e6) + " | " + row.ratio.text() + " | " + row.cpu.text()
                + " | " + row.compiling.text() + " | " + row.remark + " |\n";
    }
}
