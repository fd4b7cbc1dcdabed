package dev.weft;

import java.time.Duration;

/**
 * How what is sent from here over the connections that a listener takes is to travel. Whoever connects says the same of the
 * other direction with {@link ConnectOptions}. Immutable.
 *
 * @param timeout for how long nothing may be heard of the other node while it owes an answer: 1 ms to 1 hour; see
 *     {@link ConnectOptions}
 * @param priority 0, the lowest, to 7
 * @param retriesMax how often in a row something may be sent again without an answer: 0 to 1,000,000
 * @param routing which way
 * @param secrecy who may read along, both ways
 */
public record ListenOptions(Duration timeout, int priority, int retriesMax, Routing routing, Secrecy secrecy) {
    /** 30 s, of middling priority, the best way. */
    public static final ListenOptions DEFAULT = new ListenOptions(
            Duration.ofSeconds(30),
            SendOptions.PRIORITY_DEFAULT,
            SendOptions.RETRIES_UNBOUNDED,
            Routing.BEST,
            Secrecy.BY_POLICY);

    public ListenOptions {
        SendOptions.requireTimeout("connection", timeout);
        SendOptions.requirePriority(priority);
        SendOptions.requireRetries(retriesMax);
    }

    public ListenOptions withTimeout(Duration other) {
        return new ListenOptions(other, priority, retriesMax, routing, secrecy);
    }

    public ListenOptions withPriority(int other) {
        return new ListenOptions(timeout, other, retriesMax, routing, secrecy);
    }

    public ListenOptions withRetries(int most) {
        return new ListenOptions(timeout, priority, most, routing, secrecy);
    }

    public ListenOptions withRouting(Routing other) {
        return new ListenOptions(timeout, priority, retriesMax, other, secrecy);
    }

    public ListenOptions withSecrecy(Secrecy other) {
        return new ListenOptions(timeout, priority, retriesMax, routing, other);
    }
}
