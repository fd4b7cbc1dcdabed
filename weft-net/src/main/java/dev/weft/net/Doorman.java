package dev.weft.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides at the door whether a connection that somebody has opened may begin its handshake, and who has to leave when
 * too many are at it. A source is an IPv4 address or a /64 of IPv6 (RFC 4291 §2.5.4: the smallest that one host is
 * given).
 *
 * <p>When there is no room, the handshake that has been under way for the longest goes: an honest one takes some
 * milliseconds, so it is gone from here long before it is the oldest, unless thousands knock in that time. One
 * transport's own, used on its loop.
 */
final class Doorman {
    static final int HALF_OPEN_MAX = 256;
    static final int HALF_OPEN_PER_SOURCE_MAX = 128;
    static final int BURST_MAX = 256;
    static final int SOURCES_MAX = 4_096;

    /** 64 in a second. */
    static final long TOKEN_NANOS = 15_625_000L;

    /** A handshake that has begun. Closed where it must make room. */
    interface Guest {
        void turnOut();
    }

    /** What was counted. */
    enum Count {
        ADMITTED,
        /** Turned away because its source knocked too often. */
        TOO_OFTEN,
        /** Turned out during the handshake, to make room for a later one. */
        TURNED_OUT,
        /** The handshake came to nothing: not TLS, not ours, too slow. */
        FAILED,
        COMPLETED
    }

    private static final class Source {
        final Set<Guest> halfOpen = new LinkedHashSet<>();
        int tokens = BURST_MAX;
        long tokenNanos;

        Source(long nowNanos) {
            tokenNanos = nowNanos;
        }

        void refill(long nowNanos) {
            long earned = (nowNanos - tokenNanos) / TOKEN_NANOS;
            tokens = (int) Math.min(BURST_MAX, tokens + earned);
            tokenNanos += earned * TOKEN_NANOS;
        }
    }

    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final Map<Guest, Source> halfOpen = new LinkedHashMap<>();
    private final long[] counts = new long[Count.values().length];

    /** Whether a guest may begin; one that may is to be reported by {@link #completed} or {@link #failed}. */
    boolean admits(InetAddress from, Guest guest, long nowNanos) {
        Source source = sourceOf(from, nowNanos);
        source.refill(nowNanos);
        if (source.tokens == 0) {
            counts[Count.TOO_OFTEN.ordinal()]++;
            return false;
        }
        source.tokens--;
        counts[Count.ADMITTED.ordinal()]++;
        if (source.halfOpen.size() >= HALF_OPEN_PER_SOURCE_MAX) {
            turnOut(source.halfOpen.iterator().next());
        } else if (halfOpen.size() >= HALF_OPEN_MAX) {
            turnOut(halfOpen.keySet().iterator().next());
        }
        halfOpen.put(guest, source);
        source.halfOpen.add(guest);
        return true;
    }

    void completed(Guest guest) {
        if (leave(guest)) {
            counts[Count.COMPLETED.ordinal()]++;
        }
    }

    void failed(Guest guest) {
        if (leave(guest)) {
            counts[Count.FAILED.ordinal()]++;
        }
    }

    int halfOpenCount() {
        return halfOpen.size();
    }

    int sourceCount() {
        return sources.size();
    }

    /** By stable names. */
    TreeMap<String, Long> counters() {
        TreeMap<String, Long> counters = new TreeMap<>();
        for (Count count : Count.values()) {
            String name = count.name().toLowerCase(Locale.ROOT).replace('_', '-');
            counters.put("handshake." + name, counts[count.ordinal()]);
        }
        counters.put("handshake.half-open", (long) halfOpen.size());
        return counters;
    }

    private void turnOut(Guest guest) {
        if (leave(guest)) {
            counts[Count.TURNED_OUT.ordinal()]++;
            guest.turnOut();
        }
    }

    private boolean leave(Guest guest) {
        @Nullable Source source = halfOpen.remove(guest);
        return source != null && source.halfOpen.remove(guest);
    }

    private Source sourceOf(InetAddress from, long nowNanos) {
        String name = nameOf(from);
        // The one seen last goes to the end, so the first is the one that was quiet the longest.
        @Nullable Source known = sources.remove(name);
        if (known == null && sources.size() >= SOURCES_MAX) {
            forgetQuietest();
        }
        Source source = known == null ? new Source(nowNanos) : known;
        sources.put(name, source);
        return source;
    }

    /** At most {@value #HALF_OPEN_MAX} have a handshake under way, so one of the first few that have none is near. */
    private void forgetQuietest() {
        for (Map.Entry<String, Source> entry : sources.entrySet()) {
            if (entry.getValue().halfOpen.isEmpty()) {
                sources.remove(entry.getKey());
                return;
            }
        }
    }

    private static String nameOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
    }
}
