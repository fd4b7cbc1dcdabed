package dev.weft.core.flow;

import dev.weft.Routing;
import dev.weft.Secrecy;
import dev.weft.WhenFull;
import dev.weft.core.base.Check;
import dev.weft.core.wire.RouteHeader;

/**
 * How the messages of a flow travel; messages to one endpoint that travel in different manners are different flows.
 *
 * @param priority 0 to 7, 7 the highest
 * @param whenFull what becomes of a message that finds no room
 * @param retriesMax how often a fragment may be sent again: 0 to 1,000,000
 * @param routing which way
 * @param secrecy whether they are sealed whatever their way
 */
public record Manner(int priority, WhenFull whenFull, int retriesMax, Routing routing, Secrecy secrecy) {
    /** More than any timeout leaves time for. */
    public static final int RETRIES_UNBOUNDED = 1_000_000;

    public static final Manner DEFAULT =
            new Manner(RouteHeader.PRIORITY_DEFAULT, WhenFull.WAIT, RETRIES_UNBOUNDED, Routing.BEST);

    /** Of no secrecy of its own. */
    public Manner(int priority, WhenFull whenFull, int retriesMax, Routing routing) {
        this(priority, whenFull, retriesMax, routing, Secrecy.BY_POLICY);
    }

    public Manner {
        Check.within("priority", priority, 0, RouteHeader.PRIORITY_MAX);
        Check.within("retries", retriesMax, 0, RETRIES_UNBOUNDED);
    }

    /** The same, sealed at least where something else is. */
    public Manner with(Secrecy least) {
        return least == Secrecy.BY_POLICY || secrecy == least
                ? this
                : new Manner(priority, whenFull, retriesMax, routing, least);
    }
}
