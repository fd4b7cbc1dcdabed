package dev.weft;

import java.time.Duration;

/**
 * How a connection is to be made and used. Immutable.
 *
 * @param timeout for how long nothing may be heard of the other node while it owes an answer: 1 ms to 1 hour. It owes one
 *     from the call that connects on, and from then on while anything sent, or the end, is not acknowledged; whatever comes
 *     of it for this connection counts, were it that there is no room. A reader that pauses, or a slow path, therefore never
 *     breaks a connection, however long it takes. Where the time is over connecting fails, or the connection ends, with
 *     {@link Outcome.Reason#TIMEOUT}, or with {@link Outcome.Reason#NO_ROUTE} if no way is known then. A connection with
 *     nothing to acknowledge lasts until the other node is out of reach for as long, and for 60 s at least
 * @param priority 0, the lowest, to 7
 * @param retriesMax how often in a row something may be sent again without an answer before the connection is given up,
 *     though its timeout is not over ({@link Outcome.Reason#RETRIES}): 0 to 1,000,000, which means until the timeout
 * @param routing which way
 * @param secrecy who may read along, both ways
 */
public record ConnectOptions(Duration timeout, int priority, int retriesMax, Routing routing, Secrecy secrecy) {
    /** 30 s, of middling priority, the best way. */
    public static final ConnectOptions DEFAULT = new ConnectOptions(
            Duration.ofSeconds(30),
            SendOptions.PRIORITY_DEFAULT,
            SendOptions.RETRIES_UNBOUNDED,
            Routing.BEST,
            Secrecy.BY_POLICY);

    public ConnectOptions {
        SendOptions.requireTimeout("connection", timeout);
        SendOptions.requirePriority(priority);
        SendOptions.requireRetries(retriesMax);
    }

    public ConnectOptions withTimeout(Duration other) {
        return new ConnectOptions(other, priority, retriesMax, routing, secrecy);
    }

    public ConnectOptions withPriority(int other) {
        return new ConnectOptions(timeout, other, retriesMax, routing, secrecy);
    }

    public ConnectOptions withRetries(int most) {
        return new ConnectOptions(timeout, priority, most, routing, secrecy);
    }

    public ConnectOptions withRouting(Routing other) {
        return new ConnectOptions(timeout, priority, retriesMax, other, secrecy);
    }

    public ConnectOptions withSecrecy(Secrecy other) {
        return new ConnectOptions(timeout, priority, retriesMax, routing, other);
    }
}
