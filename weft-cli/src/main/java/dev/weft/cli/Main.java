package dev.weft.cli;

import dev.weft.MeshStartException;
import dev.weft.NodeNotFoundException;
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
            TopologyCommand.class,
            PingCommand.class,
            RouteCommand.class,
            SendCommand.class,
            ListenCommand.class,
            DeadCommand.class,
            StatsCommand.class,
            SimCommand.class,
            DemoCommand.class,
            DemoNodeCommand.class
        })
public final class Main {
    @Option(names = "--verbose", description = "Show stack traces.", scope = CommandLine.ScopeType.INHERIT)
    boolean verbose;

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        Main main = new Main();
        CommandLine commands = new CommandLine(main);
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (main.verbose) {
                failure.printStackTrace(command.getErr());
            }
            command.getErr().println("weft: " + String.valueOf(failure.getMessage()));
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
}
