package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.NodeId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the way to a node. */
@Command(name = "route", mixinStandardHelpOptions = true, description = "Show the way to a node.")
final class RouteCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Mixin
    TargetOptions target = new TargetOptions();

    @Option(names = "--json", description = "One object; default one line of text.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        target.patience();
        try (Mesh mesh = join.joinBriefly()) {
            List<NodeId> way = mesh.route(target.find(mesh).id());
            if (way.isEmpty()) {
                throw new CommandFailure(ExitCode.NOT_FOUND, "there is no way to " + target.node + " now");
            }
            if (json) {
                System.out.println(new Json()
                        .put("nodes", way.stream().map(NodeId::toString).toList())
                        .put("hops", way.size() - 1)
                        .put("sealed", mesh.isSealed(way.get(way.size() - 1))));
            } else {
                String nodes =
                        String.join(" -> ", way.stream().map(NodeId::brief).toList());
                System.out.println(mesh.isSealed(way.get(way.size() - 1)) ? nodes + "  sealed" : nodes);
            }
        }
        return ExitCode.OK.code();
    }
}
