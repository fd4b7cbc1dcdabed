package dev.weft.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
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

    /** Connections of one source, from the first byte of their handshake to their end. */
    static final int PRESENT_PER_SOURCE_MAX = 256;

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
        /** Turned away because its source has as many connections as one may have. */
        TOO_MANY,
        /** Turned away because there are as many connections as there may be in all. */
        NO_ROOM,
        /** Turned out during the handshake, to make room for a later one. */
        TURNED_OUT,
        /** The handshake came to nothing: not TLS, not ours, too slow. */
        FAILED,
        COMPLETED
    }

    private static final class Source {
        final Set<Guest> halfOpen = new LinkedHashSet<>();
        int present;
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
    private final Map<Guest, Source> present = new HashMap<>();
    private final long[] counts = new long[Count.values().length];

    /**
     * Whether a guest may begin; one that may is to be reported by {@link #completed} or {@link #failed}, and by
     * {@link #left} when its connection is at its end.
     */
    boolean admits(InetAddress from, Guest guest, long nowNanos) {
        Source source = sourceOf(from, nowNanos);
        source.refill(nowNanos);
        if (source.tokens == 0) {
            counts[Count.TOO_OFTEN.ordinal()]++;
            return false;
        }
        if (source.present >= PRESENT_PER_SOURCE_MAX) {
            counts[Count.TOO_MANY.ordinal()]++;
            return false;
        }
        source.tokens--;
        source.present++;
        present.put(guest, source);
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

    /** The connection of a guest is at its end. */
    void left(Guest guest) {
        // It may hear of that before the handshake that broke by it.
        failed(guest);
        @Nullable Source source = present.remove(guest);
        if (source != null) {
            source.present--;
        }
    }

    /** Somebody was turned away unheard, for there are too many already. */
    void hasNoRoom() {
        counts[Count.NO_ROOM.ordinal()]++;
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
        counters.put("handshake.present", (long) present.size());
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

    /** Only who has a connection is kept, and there are fewer connections than sources. */
    private void forgetQuietest() {
        for (Map.Entry<String, Source> entry : sources.entrySet()) {
            if (entry.getValue().present == 0) {
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
