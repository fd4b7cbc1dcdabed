package dev.weft.cli;

import dev.weft.DeadLetter;
import dev.weft.Mesh;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the messages of the joining node that did not reach their target. */
@Command(
        name = "dead",
        mixinStandardHelpOptions = true,
        description = "List dead letters. A command's node is new and has none until a daemon keeps them.")
final class DeadCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Option(names = "--json", description = "One object a line; default one line of text each.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (Mesh mesh = join.joinBriefly()) {
            for (DeadLetter letter : mesh.deadLetters()) {
                System.out.println(
                        json
                                ? new Json()
                                        .put("ticket", letter.ticket())
                                        .put("at", letter.at().toString())
                                        .put("node", letter.destination().toString())
                                        .put("endpoint", letter.endpoint())
                                        .put(
                                                "outcome",
                                                letter.outcome().kind().name().toLowerCase(Locale.ROOT))
                                        .put(
                                                "reason",
                                                letter.outcome().reason().name().toLowerCase(Locale.ROOT))
                                : letter.at() + "  " + letter.destination().brief() + "/"
                                        + Text.harmless(letter.endpoint()) + "  " + letter.outcome());
            }
        }
        return ExitCode.OK.code();
    }
}
