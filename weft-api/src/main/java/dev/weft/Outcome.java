package dev.weft;

import java.time.Duration;
import java.util.Locale;

/**
 * What became of a send. Every ticket ends in exactly one.
 *
 * @param kind the verdict
 * @param reason why; {@link Reason#NONE} where delivered
 * @param roundTrip from the first transmission to the acknowledgement; zero unless delivered or rejected by the peer
 * @param hops how many links the message crossed; 0 on this node or when unknown
 */
public record Outcome(Kind kind, Reason reason, Duration roundTrip, int hops) {
    /** The five ways a send can end. */
    public enum Kind {
        /** The destination's endpoint has taken the message. */
        DELIVERED,
        /** The destination, or this node, has refused the message; it was not delivered. */
        REJECTED,
        /** There was no way to the destination; it was not delivered. */
        UNDELIVERABLE,
        /** The timeout passed before the message left this node; it was not delivered. */
        EXPIRED,
        /** A copy left this node and no answer told its fate: it may have been delivered, once. */
        UNKNOWN
    }

    /** Why a send did not end in a delivery. */
    public enum Reason {
        NONE,
        NO_ENDPOINT,
        QUEUE_FULL,
        TOO_LARGE,
        LIMIT,
        WRONG_KIND,
        NO_ROUTE,
        NODE_GONE,
        DESTINATION_RESTARTED,
        TIMEOUT,
        SENDER_CLOSED,
        /** The retry limit of the send was reached. */
        RETRIES,
        /** The other end has closed the connection, or does not know it any more. */
        CONNECTION_RESET,
        /** The member has fallen out of the group's flow because it was too slow. */
        DETACHED,
        /** The authority of the mesh has not given this node the right to send to that endpoint or group. */
        NOT_PERMITTED,
        /** {@link Secrecy#SEALED} is demanded, here or there, and the message is not, or cannot be, sent so. */
        NOT_SEALED
    }

    public boolean isDelivered() {
        return kind == Kind.DELIVERED;
    }

    /** An outcome that no answer from the destination led to. */
    public static Outcome of(Kind kind, Reason reason) {
        return new Outcome(kind, reason, Duration.ZERO, 0);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case DELIVERED -> "delivered in " + roundTrip.toNanos() / 1_000 + " µs over " + hops + " hops";
            case REJECTED, UNDELIVERABLE, EXPIRED, UNKNOWN ->
                kind.name().toLowerCase(Locale.ROOT) + " ("
                        + reason.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ")";
        };
    }
}
