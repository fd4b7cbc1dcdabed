package dev.weft.cli;

import dev.weft.MeshBuilder;
import dev.weft.MeshStartException;
import dev.weft.NodeNotFoundException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The {@code weft} command. */
@Command(
        name = "weft",
        mixinStandardHelpOptions = true,
        version = "weft 0.1.0",
        description = "A mesh of processes: they find each other by name and exchange acknowledged messages.",
        subcommands = {
            UpCommand.class,
            PeersCommand.class,
            GroupsCommand.class,
            TopologyCommand.class,
            PingCommand.class,
            PerfCommand.class,
            RouteCommand.class,
            SendCommand.class,
            ListenCommand.class,
            PipeCommand.class,
            DeadCommand.class,
            StatsCommand.class,
            ConfigCommand.class,
            ExplainCommand.class,
            KeyCommand.class,
            AuthorityCommand.class,
            JoinCommand.class,
            SimCommand.class,
            DemoCommand.class,
            DemoNodeCommand.class,
            RehearseCommand.class
        })
public final class Main {
    @Option(names = "--verbose", description = "Show stack traces.", scope = CommandLine.ScopeType.INHERIT)
    boolean verbose;

    private final Joiner joiner;

    Main(Joiner joiner) {
        this.joiner = joiner;
    }

    public static void main(String[] args) {
        // JSON is UTF-8 whatever the locale, and a name must not become question marks in a bare container.
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
        System.exit(run(MeshBuilder::join, args));
    }

    Joiner joiner() {
        return joiner;
    }

    static int run(Joiner joiner, String... args) {
        Main main = new Main(joiner);
        CommandLine commands = new CommandLine(main);
        String[] version = commands.getCommandSpec().version();
        commands.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().version(version));
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (main.verbose) {
                failure.printStackTrace(command.getErr());
            }
            lines(failure).forEach(line -> command.getErr().println("weft: " + line));
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                return ExitCode.INTERRUPTED.code();
            }
            if (failure instanceof CommandFailure known) {
                return known.exitCode().code();
            }
            if (failure instanceof MeshStartException) {
                return ExitCode.NO_NODE.code();
            }
            return failure instanceof NodeNotFoundException ? ExitCode.NOT_FOUND.code() : ExitCode.FAILED.code();
        });
        return commands.execute(args);
    }

    private static List<String> lines(Exception failure) {
        if (failure instanceof InterruptedException) {
            return List.of("interrupted");
        }
        String message = failure.getMessage();
        List<String> lines = failure instanceof CommandFailure known
                ? known.lines()
                : List.of(message == null ? failure.toString() : message);
        // The names of other nodes may be in it.
        return lines.stream().map(Text::harmless).toList();
    }
}
