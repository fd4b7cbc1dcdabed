package dev.weft;

import java.time.Duration;

/**
 * How a connection is to be made and used. Immutable.
 *
 * @param timeout how long connecting may take, and how long anything sent may wait for its acknowledgement before the
 *     connection is given up: 1 ms to 1 hour
 * @param priority 0, the lowest, to 7
 * @param routing which way
 */
public record ConnectOptions(Duration timeout, int priority, Routing routing) {
    /** 30 s, of middling priority, the best way. */
    public static final ConnectOptions DEFAULT =
            new ConnectOptions(Duration.ofSeconds(30), SendOptions.PRIORITY_DEFAULT, Routing.BEST);

    public ConnectOptions {
        SendOptions.requireTimeout("connection", timeout);
        SendOptions.requirePriority(priority);
    }

    public ConnectOptions withTimeout(Duration other) {
        return new ConnectOptions(other, priority, routing);
    }

    public ConnectOptions withPriority(int other) {
        return new ConnectOptions(timeout, other, routing);
    }

    public ConnectOptions withRouting(Routing other) {
        return new ConnectOptions(timeout, priority, other);
    }
}
