package dev.weft.core.discovery;

import dev.weft.Locator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds the dials to where only open beacons lead, for anybody can send those, and name whom he likes: one each 100 ms
 * in all, and one to an address in a minute.
 *
 * <p>Called by {@link Dialler} alone.
 */
final class OpenDials {
    static final long SPACING_NANOS = 100_000_000L;
    static final long ADDRESS_NANOS = 60_000_000_000L;

    /** When each was dialled, the longest ago first: as many as the spacing lets be in the time that they are kept. */
    private final LinkedHashMap<String, Long> dialledNanos = new LinkedHashMap<>();

    private long nextNanos = Long.MIN_VALUE;
    private long refusedCount;

    /** When the next dial may be made at all. */
    long nextNanos() {
        return nextNanos;
    }

    /** Whether an address has had its dial. */
    boolean isSpent(Locator locator, long nowNanos) {
        for (Iterator<Map.Entry<String, Long>> eldest = dialledNanos.entrySet().iterator();
                eldest.hasNext() && nowNanos - eldest.next().getValue() >= ADDRESS_NANOS; ) {
            eldest.remove();
        }
        boolean isSpent = dialledNanos.containsKey(locator.address());
        refusedCount += isSpent ? 1 : 0;
        return isSpent;
    }

    void take(Locator locator, long nowNanos) {
        dialledNanos.put(locator.address(), nowNanos);
        nextNanos = nowNanos + SPACING_NANOS;
    }

    /** Dials that were not made because their address has had one. */
    long refusedCount() {
        return refusedCount;
    }
}
