package dev.weft.core.engine;

import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which connection each dial of discovery has become, until it is a link or has come to nothing.
 *
 * <p>Called by {@link Machines} alone.
 */
final class Dials {
    private final TreeMap<Long, Long> connectionOfDial = new TreeMap<>();
    private final TreeMap<Long, Long> dialOfConnection = new TreeMap<>();

    void opened(long dial, long connection) {
        connectionOfDial.put(dial, connection);
        dialOfConnection.put(connection, dial);
    }

    boolean isUnderWay(long connection) {
        return dialOfConnection.containsKey(connection);
    }

    OptionalLong dialOf(long connection) {
        return optional(dialOfConnection.get(connection));
    }

    /** Takes out the dial that a connection belongs to: it has been decided. */
    OptionalLong takeDialOf(long connection) {
        Long dial = dialOfConnection.remove(connection);
        if (dial != null) {
            connectionOfDial.remove(dial);
        }
        return optional(dial);
    }

    /** Takes out the connection that a dial has become: nobody waits for it any more. */
    OptionalLong takeConnectionOf(long dial) {
        Long connection = connectionOfDial.remove(dial);
        if (connection != null) {
            dialOfConnection.remove(connection);
        }
        return optional(connection);
    }

    private static OptionalLong optional(@Nullable Long number) {
        return number == null ? OptionalLong.empty() : OptionalLong.of(number);
    }
}
