package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the groups of the mesh and who is in them. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        description = "List the groups of the mesh and their members.")
final class GroupsCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Option(names = "--json", description = "One object a line; default a table.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (Mesh mesh = join.joinBriefly()) {
            TreeMap<NodeId, String> names = new TreeMap<>();
            mesh.peers().forEach(peer -> names.put(peer.id(), peer.name()));
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("GROUP", "COUNT", "MEMBERS"));
            for (String group : mesh.groups()) {
                List<NodeId> members = mesh.group(group).members();
                if (json) {
                    System.out.println(new Json()
                            .put("group", group)
                            .put(
                                    "members",
                                    members.stream().map(NodeId::toString).toList()));
                }
                rows.add(List.of(
                        Text.harmless(group),
                        Integer.toString(members.size()),
                        String.join(
                                " ",
                                members.stream()
                                        .map(node -> Text.harmless(names.getOrDefault(node, node.brief())))
                                        .toList())));
            }
            if (!json) {
                Text.columns(rows).forEach(System.out::println);
            }
        }
        return ExitCode.OK.code();
    }
}
