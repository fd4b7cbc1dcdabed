package dev.weft.core.link;

import dev.weft.Locator;
import dev.weft.core.base.Check;
import java.util.Optional;

/**
 * What the owner of a {@link Link} knows of the connection below it before anything was said.
 *
 * @param dialNumber counts the dials of this process from 1, so that both ends can tell the newer of two; 0 where the
 *     other end dialled
 * @param observed the locator at which this end sees the other, where there is one
 * @param assurance what is known of the other end beside what it says
 * @param openingNanos how long it has been there already, as for the handshake of TLS; counts as time of the link's own
 */
public record Connection(long dialNumber, Optional<Locator> observed, Assurance assurance, long openingNanos) {
    /** Who opened a connection. */
    public enum Direction {
        DIALLED,
        ACCEPTED
    }

    public Connection {
        Check.that(dialNumber >= 0, "dial number %d", dialNumber);
        Check.that(openingNanos >= 0, "opened in %d ns", openingNanos);
    }

    /** @param dialNumber larger than that of every earlier dial of this process */
    public static Connection dialled(long dialNumber, Locator observed) {
        Check.that(dialNumber > 0, "dials are counted from 1");
        return new Connection(dialNumber, Optional.of(observed), Assurance.PLAIN, 0);
    }

    public static Connection accepted(Locator observed) {
        return new Connection(0, Optional.of(observed), Assurance.PLAIN, 0);
    }

    /** Accepted from where an address says nothing, as with Unix domain sockets. */
    public static Connection accepted() {
        return new Connection(0, Optional.empty(), Assurance.PLAIN, 0);
    }

    /** The same connection, of which more is known. */
    public Connection with(Assurance known) {
        return new Connection(dialNumber, observed, known, openingNanos);
    }

    /** The same connection, which has been there for so long. */
    public Connection after(long nanos) {
        return new Connection(dialNumber, observed, assurance, nanos);
    }

    public Direction direction() {
        return dialNumber > 0 ? Direction.DIALLED : Direction.ACCEPTED;
    }
}
