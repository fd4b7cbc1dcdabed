package dev.weft.bench.scenario;

/** What a process does in a scenario. */
enum Role {
    /** Sends as fast as it may. */
    SOURCE,
    /** Counts what comes. */
    SINK,
    /** Sends one message and waits for it to come back. */
    PINGER,
    /** Sends back what comes. */
    ECHO,
    /** Stands between two others. */
    RELAY;

    /** Whether it is the one that begins the conversation. */
    boolean isOrigin() {
        return this == SOURCE || this == PINGER;
    }
}
