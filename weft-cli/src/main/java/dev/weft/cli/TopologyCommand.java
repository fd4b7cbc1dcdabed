package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.Topology;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows nodes and links. */
@Command(name = "topology", mixinStandardHelpOptions = true, description = "Show the nodes and links of the mesh.")
final class TopologyCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Option(names = "--dot", description = "For Graphviz; default a table of round trips in ms.")
    boolean dot;

    @Option(
            names = "--json",
            description = "One object a line: nodes, then links; costs are 1000 for the hop and 1 a microsecond.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        if (dot && json) {
            throw new CommandFailure(ExitCode.USAGE, "--dot and --json exclude each other");
        }
        try (Mesh mesh = join.joinBriefly()) {
            Topology topology = mesh.topology();
            if (json) {
                topology.peers().forEach(peer -> System.out.println(PeersCommand.object(peer)));
                topology.links()
                        .forEach(link -> System.out.println(new Json()
                                .put("a", link.a().toString())
                                .put("b", link.b().toString())
                                .put("costFromA", link.costFromA())
                                .put("costFromB", link.costFromB())));
            } else {
                (dot ? TopologyDrawing.dot(topology) : TopologyDrawing.table(topology)).forEach(System.out::println);
            }
        }
        return ExitCode.OK.code();
    }
}
