package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.Peer;
import dev.weft.Probed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the way to a node, hop by hop. */
@Command(name = "ping", mixinStandardHelpOptions = true, description = "Measure the way to a node, hop by hop.")
final class PingCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Mixin
    TargetOptions target = new TargetOptions();

    @Option(names = "--count", paramLabel = "N", description = "How often, a second apart; default 1.")
    int count = 1;

    @Option(names = "--timeout", paramLabel = "TIME", description = "How long to wait for answers; default 2s.")
    String timeout = "2s";

    @Option(names = "--json", description = "One object a line; default one line of text a hop.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Duration wait = Text.duration(timeout);
        target.patience();
        Text.requireSome("--count", count);
        boolean reached = false;
        try (Mesh mesh = join.joinBriefly()) {
            Peer peer = target.find(mesh);
            for (int i = 0; i < count; i++) {
                for (Probed hop : probe(mesh, peer, wait)) {
                    reached |= hop.node().equals(peer.id()) && hop.roundTrip().isPresent();
                    System.out.println(
                            json
                                    ? new Json()
                                            .put("node", hop.node().toString())
                                            .put("hops", hop.hops())
                                            .put(
                                                    "rttMicros",
                                                    hop.roundTrip()
                                                            .<Object>map(rtt -> rtt.toNanos() / 1_000)
                                                            .orElse(Json.NULL))
                                    : "hop " + hop.hops() + "  " + hop.node().brief() + "  "
                                            + hop.roundTrip().map(Text::millis).orElse("no answer"));
                }
                if (i + 1 < count) {
                    Thread.sleep(1_000);
                }
            }
        }
        if (!reached) {
            throw new CommandFailure(ExitCode.TIMED_OUT, "no answer from " + target.node + " within " + timeout);
        }
        return ExitCode.OK.code();
    }

    private static List<Probed> probe(Mesh mesh, Peer target, Duration wait) throws InterruptedException {
        try {
            return mesh.probe(target.id(), wait).toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new CommandFailure(ExitCode.FAILED, "the probe failed: " + e.getCause());
        }
    }
}
