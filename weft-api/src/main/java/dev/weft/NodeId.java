package dev.weft;

import java.util.UUID;

/**
 * The identity of a node: a UUID of version 8 (RFC 9562) made from the SHA-256 of the node's public key, so it
 * lasts as long as the key does. Ordered as an unsigned 128-bit number, equally on every node.
 *
 * @param high the first 8 bytes, big-endian
 * @param low the last 8 bytes, big-endian
 */
public record NodeId(long high, long low) implements Comparable<NodeId> {
    /** The size of a node id on the wire. */
    public static final int BYTES = 16;

    /** The smallest id; no key hashes to it, so it marks "no node yet". */
    public static final NodeId ZERO = new NodeId(0, 0);

    /**
     * Makes an id from the first 16 bytes of a digest, setting the version (8) and variant bits.
     *
     * @param digest at least 16 bytes, for example a SHA-256
     */
    public static NodeId fromDigest(byte[] digest) {
        if (digest.length < BYTES) {
            throw new IllegalArgumentException(
                    "a digest of " + digest.length + " bytes is too short for a node id: at least 16");
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 8; i++) {
            high = high << 8 | digest[i] & 0xff;
            low = low << 8 | digest[i + 8] & 0xff;
        }
        return new NodeId(high & ~0xf000L | 0x8000L, low & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L);
    }

    /**
     * Parses the usual form, {@code xxxxxxxx-xxxx-8xxx-xxxx-xxxxxxxxxxxx}.
     *
     * @throws IllegalArgumentException if the text is not a UUID
     */
    public static NodeId parse(String text) {
        UUID uuid = UUID.fromString(text);
        // Java's own parser takes groups of other lengths, fills up and cuts off.
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("'" + text + "' is not a UUID of 36 characters");
        }
        return new NodeId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    /** The same identity as a {@link UUID}. */
    public UUID uuid() {
        return new UUID(high, low);
    }

    /** The first 8 hexadecimal digits, for people and logs. */
    public String brief() {
        return toString().substring(0, 8);
    }

    /** Written out, for tables of a mesh are full of ids, and the one that a record comes with is slower. */
    @Override
    public boolean equals(Object other) {
        return other == this || other instanceof NodeId that && that.low == low && that.high == high;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(31 * high + low);
    }

    @Override
    public int compareTo(NodeId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return uuid().toString();
    }
}
