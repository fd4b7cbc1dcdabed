package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.Peer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures latency and throughput to a node, through the mesh. */
@Command(
        name = "perf",
        mixinStandardHelpOptions = true,
        description = "Measure latency and throughput to a node that runs `weft up`, through the mesh.")
final class PerfCommand implements Callable<Integer> {
    private static final int SIZE_MAX = 16 << 20;

    @Mixin
    JoinOptions join = new JoinOptions();

    @Mixin
    TargetOptions target = new TargetOptions();

    @Option(names = "--size", paramLabel = "BYTES", description = "Of each message, 0 to 16777216; default 1024.")
    int size = 1_024;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "How long each of the two is measured, 100ms to 1h; default 3s.")
    String time = "3s";

    @Option(names = "--json", description = "One object; default text. Progress goes to stderr either way.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Duration each = Text.duration(time);
        if (each.toMillis() < 100 || each.toMillis() > 3_600_000) {
            throw new CommandFailure(ExitCode.USAGE, "--for " + time + " must be from 100ms to 1h");
        }
        if (size < 0 || size > SIZE_MAX) {
            throw new CommandFailure(ExitCode.USAGE, "--size " + size + " must be from 0 to " + SIZE_MAX);
        }
        target.patience();
        try (Mesh mesh = join.joinBriefly()) {
            Peer peer = target.find(mesh);
            PerfRun run = new PerfRun(mesh, peer.id(), size, Duration.ofSeconds(1), this::progress);
            System.err.println("one message of " + size + " bytes at a time ...");
            PerfRun.Latency latency = run.latency(each);
            System.err.println("as many as go through ...");
            PerfRun.Throughput throughput = run.throughput(each);
            System.out.println(json ? object(peer, latency, throughput) : text(peer, latency, throughput));
            return throughput.failed() == 0 ? ExitCode.OK.code() : ExitCode.FAILED.code();
        }
    }

    private void progress(Duration since, double perSecond) {
        System.err.printf(
                Locale.ROOT,
                "%5.1f s  %,.0f messages/s  %,.1f MB/s%n",
                since.toNanos() / 1e9,
                perSecond,
                megabytes(perSecond));
    }

    private double megabytes(double messages) {
        return messages * size / 1e6;
    }

    private String text(Peer peer, PerfRun.Latency latency, PerfRun.Throughput throughput) {
        return String.format(
                Locale.ROOT,
                "to %s over %d %s, %d bytes a message%n"
                        + "there and back  p50 %s  p90 %s  p99 %s  longest %s  (%,d messages)%n"
                        + "throughput      %,.0f messages/s  %,.1f MB/s  %s of processor time a million, this end%n"
                        + "delivered       %,d  not delivered %,d",
                Text.harmless(peer.name()),
                latency.hops(),
                latency.hops() == 1 ? "hop" : "hops",
                size,
                micros(latency.p50()),
                micros(latency.p90()),
                micros(latency.p99()),
                micros(latency.max()),
                latency.count(),
                throughput.perSecond(),
                megabytes(throughput.perSecond()),
                String.format(Locale.ROOT, "%.2f s", cpuPerMillion(throughput)),
                throughput.delivered(),
                throughput.failed());
    }

    private Json object(Peer peer, PerfRun.Latency latency, PerfRun.Throughput throughput) {
        return new Json()
                .put("node", peer.id().toString())
                .put("hops", latency.hops())
                .put("bytes", size)
                .put("roundTrips", latency.count())
                .put("p50Micros", latency.p50() / 1e3)
                .put("p90Micros", latency.p90() / 1e3)
                .put("p99Micros", latency.p99() / 1e3)
                .put("maxMicros", latency.max() / 1e3)
                .put("messagesPerSecond", Math.round(throughput.perSecond()))
                .put("bytesPerSecond", Math.round(throughput.perSecond() * size))
                .put("cpuSecondsPerMillion", cpuPerMillion(throughput))
                .put("delivered", throughput.delivered())
                .put("failed", throughput.failed());
    }

    private static double cpuPerMillion(PerfRun.Throughput throughput) {
        double seconds = throughput.cpu().toNanos() / 1e9;
        return Math.round(seconds / Math.max(1, throughput.delivered()) * 1e9) / 1e3;
    }

    private static String micros(long nanos) {
        return String.format(Locale.ROOT, "%.0f µs", nanos / 1e3);
    }
}
