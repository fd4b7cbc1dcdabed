package dev.weft.cli;

/** What the command returns to the shell. */
enum ExitCode {
    OK(0),
    FAILED(1),
    USAGE(2),
    NO_NODE(3),
    NOT_FOUND(4),
    TIMED_OUT(5),
    /** As shells report a process that Ctrl-C has ended. */
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
