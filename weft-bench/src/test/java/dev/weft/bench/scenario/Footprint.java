package dev.weft.bench.scenario;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * S7: what a system costs that does nothing. A sink is there; then a source's process is started, and the time taken
 * until it knows that its first message has arrived. Then both are left alone, and memory and processor time taken.
 * For Weft also what endpoints and flows hold.
 */
final class Footprint {
    private static final List<String> HEAP = List.of("-XX:+UseSerialGC", "-Xmx128m", "-Xshare:auto");
    private static final int HELD = 1_000;

    private static final class Row {
        private final Figures startMillis = new Figures();
        private final Figures startCpuMillis = new Figures();
        private final Figures residentMegabytes = new Figures();
        private final Figures serverMegabytes = new Figures();
        private final Figures idlePercent = new Figures();
        private final Figures endpointBytes = new Figures();
        private final Figures originFlowBytes = new Figures();
        private final Figures endFlowBytes = new Figures();
        private String remark = "";
    }

    private final Options options;
    private final Optional<Archives> archives;

    /** @param archives of classes for all processes; without, what the JVM has of its own */
    Footprint(Options options, Optional<Archives> archives) {
        this.options = options;
        this.archives = archives;
    }

    String run() throws InterruptedException {
        Map<Contender, Row> rows = new LinkedHashMap<>();
        for (int round = 0; round < options.runs(); round++) {
            for (Contender contender : options.contenders()) {
                if (!contender.isInstalled()) {
                    continue;
                }
                Row row = rows.computeIfAbsent(contender, any -> new Row());
                try {
                    if (round == 0 && archives.isPresent()) {
                        rehearse(contender, archives.get());
                    }
                    measure(contender, row);
                    System.err.printf(
                            "round %d, %s: first delivery after %s ms, %s MB, %s %% CPU%n",
                            round + 1,
                            contender.word(),
                            row.startMillis.text(),
                            row.residentMegabytes.text(),
                            row.idlePercent.text());
                } catch (IOException failed) {
                    row.remark = "failed: " + failed.getMessage();
                    System.err.printf("round %d, %s: %s%n", round + 1, contender.word(), row.remark);
                }
            }
        }
        StringBuilder table = new StringBuilder();
        table.append(
                "| system | JVM start to first delivery, ms | CPU time of that, ms | RSS of the sink idle, MB | of a server, MB | idle CPU of"
                        + " both, % of a core | heap per 1,000 endpoints, KB | heap per 1,000 flows at origin, KB | at"
                        + " destination, KB | remarks |\n");
        table.append("|---|---|---|---|---|---|---|---|---|---|\n");
        rows.forEach((contender, row) -> table.append("| " + contender.word() + " | " + row.startMillis.text() + " | "
                + row.startCpuMillis.text() + " | " + row.residentMegabytes.text() + " | " + row.serverMegabytes.text()
                + " | " + row.idlePercent.text()
                + " | " + row.endpointBytes.text() + " | " + row.originFlowBytes.text() + " | "
                + row.endFlowBytes.text() + " | " + row.remark + " |\n"));
        return table.toString();
    }

    /** A run whose processes write down which classes they have loaded. */
    private void rehearse(Contender contender, Archives to) throws IOException, InterruptedException {
        try (Ensemble ensemble = Ensemble.startEnds(contender, 64, options, with(to.rehearsing(contender)))) {
            ensemble.join();
            ensemble.origin().ask("one");
        }
        to.requireWritten(contender, List.of("sink0", "source0"));
    }

    private static List<String> with(List<String> more) {
        return Stream.concat(HEAP.stream(), more.stream()).toList();
    }

    private void measure(Contender contender, Row row) throws IOException, InterruptedException {
        List<String> jvmOptions =
                with(archives.map(made -> made.using(contender)).orElse(List.of()));
        try (Ensemble ensemble = Ensemble.startEnds(contender, 64, options, jvmOptions)) {
            long began = System.nanoTime();
            ensemble.join();
            ensemble.origin().ask("one");
            row.startMillis.add((System.nanoTime() - began) / 1e6);
            row.startCpuMillis.add((double) ensemble.origin().cpu().toMillis());
            TimeUnit.SECONDS.sleep(options.warmUpSeconds());
            long cpuBefore = ensemble.cpu().toNanos();
            long idleSince = System.nanoTime();
            TimeUnit.SECONDS.sleep(options.seconds());
            row.idlePercent.add(100.0 * (ensemble.cpu().toNanos() - cpuBefore) / (System.nanoTime() - idleSince));
            Child sink = ensemble.ends().get(0);
            row.residentMegabytes.add(sink.residentBytes() / 1e6);
            if (ensemble.residentBytesOfServer() > 0) {
                row.serverMegabytes.add(ensemble.residentBytesOfServer() / 1e6);
            }
            hold(ensemble, sink, row);
        }
    }

    private static void hold(Ensemble ensemble, Child sink, Row row) throws IOException, InterruptedException {
        if (sink.ask("hold endpoints 0").equals("none")) {
            return;
        }
        heap(sink); // the first collections free what the start has left behind
        long before = heap(sink);
        sink.ask("hold endpoints " + HELD);
        long open = heap(sink);
        row.endpointBytes.add((open - before) / 1e3);
        heap(ensemble.origin());
        long originBefore = heap(ensemble.origin());
        ensemble.origin().ask("hold flows " + sink.name() + " " + HELD);
        row.originFlowBytes.add((heap(ensemble.origin()) - originBefore) / 1e3);
        row.endFlowBytes.add((heap(sink) - open) / 1e3);
    }

    private static long heap(Child child) throws IOException, InterruptedException {
        return Long.parseLong(child.ask("hold heap"));
    }
}
