package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.Peer;
import dev.weft.Probed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the way to a node, hop by hop. */
@Command(name = "ping", mixinStandardHelpOptions = true, description = "Measure the way to a node, hop by hop.")
final class PingCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Parameters(paramLabel = "NODE", description = "An id, the beginning of one, or a name.")
    String node = "";

    @Option(names = "--count", paramLabel = "N", description = "How often; 1.")
    int count = 1;

    @Option(names = "--timeout", paramLabel = "TIME", description = "How long to wait for answers; 2s.")
    String timeout = "2s";

    @Option(names = "--json", description = "One object a line.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Duration wait = Text.duration(timeout);
        boolean reached = false;
        try (Mesh mesh = join.joinBriefly()) {
            Peer target = mesh.find(node);
            for (int i = 0; i < count; i++) {
                List<Probed> way =
                        mesh.probe(target.id(), wait).toCompletableFuture().join();
                for (Probed hop : way) {
                    reached |= hop.node().equals(target.id()) && hop.roundTrip().isPresent();
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
        return (reached ? ExitCode.OK : ExitCode.TIMED_OUT).code();
    }
}
