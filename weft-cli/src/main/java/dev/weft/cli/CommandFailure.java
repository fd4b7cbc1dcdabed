package dev.weft.cli;

import java.util.ArrayList;
import java.util.List;

/** Ends a command with a message for people and an exit code. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final ArrayList<String> lines;

    CommandFailure(ExitCode exitCode, String message) {
        this(exitCode, List.of(message));
    }

    /** Several things are wrong: a line each. */
    CommandFailure(ExitCode exitCode, List<String> lines) {
        super(String.join("; ", lines), null, false, false);
        this.exitCode = exitCode;
        this.lines = new ArrayList<>(lines);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
