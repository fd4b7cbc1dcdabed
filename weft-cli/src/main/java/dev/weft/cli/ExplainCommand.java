package dev.weft.cli;

import dev.weft.Mesh;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says why there is, or is not, a way to a node. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Say why a node can or cannot be reached: who refused whom, and for what.")
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Parameters(
            paramLabel = "NODE",
            description = "An id, the beginning of one (4 digits or more), a name, or a locator as tcp/host:port.")
    String node = "";

    @Option(names = "--json", description = "One object; default text.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Explanation own;
        try (Mesh mesh = join.joinBriefly()) {
            own = Explanation.of(mesh, node);
        }
        List<ExplainDoor.Answer> running = ExplainDoor.ask(join.meetingPlace(), node);
        boolean isReached = own.way() == Explanation.Way.REACHED
                || running.stream().anyMatch(answer -> answer.explanation().way() == Explanation.Way.REACHED);
        if (json) {
            System.out.println(new Json()
                    .put("node", own.node())
                    .put("reachable", isReached)
                    .put("standing", own.standing())
                    .put("refusals", own.refusals())
                    .put("running", lines(running)));
        } else {
            own.standing().forEach(System.out::println);
            own.refusals().forEach(System.out::println);
            lines(running).forEach(System.out::println);
            boolean isUnexplained = own.refusals().isEmpty()
                    && running.stream()
                            .allMatch(answer -> answer.explanation().refusals().isEmpty());
            if (!isReached && isUnexplained) {
                System.out.println("nobody refused a link: the node is not running, or not where this one looks");
            }
        }
        return (isReached ? ExitCode.OK : ExitCode.NOT_FOUND).code();
    }

    private static List<String> lines(List<ExplainDoor.Answer> running) {
        List<String> lines = new ArrayList<>();
        for (ExplainDoor.Answer answer : running) {
            lines.add("as node " + answer.node() + " sees it, which runs here:");
            answer.explanation().standing().forEach(line -> lines.add("  " + line));
            answer.explanation().refusals().forEach(line -> lines.add("  " + line));
        }
        return lines;
    }
}
