package dev.weft.core.wire;

import dev.weft.core.base.ByteView;

/**
 * What a flow to many carries for a message where its name says that it is sealed: once for all members, whole, before
 * it is cut into fragments.
 * <pre>
 *   +------------+---------+-----------------------+-----------+----------+
 *   | key number | members | for each: its tag (8) | encrypted | tag (16) |
 *   |   varint   | varint  |                       |           |          |
 *   +------------+---------+-----------------------+-----------+----------+
 * </pre>
 * The message's number in its flow is its nonce, and its {@link GroupHeading} is authenticated with it.
 *
 * <p>The tag of 16 bytes shows that who has the key has sealed it, and all members have it. The tag of 8 bytes shows a
 * member that the sender has: only these two know the key of that one. A vector of authenticators (Castro and Liskov,
 * Practical Byzantine Fault Tolerance, 1999, section 5).
 *
 * @param key the sender's number for the key
 * @param tags of {@value #VOUCHER_BYTES} bytes each, in the order of the members' ids
 * @param sealed the encrypted message with its tag
 */
public record GroupSeal(long key, ByteView tags, ByteView sealed) {
    /** What a member finds for itself. */
    public static final int VOUCHER_BYTES = 8;

    /** As many as a message may be for. */
    public static final int MEMBERS_MAX = 1 << 16;

    /** By how much a message for the most members grows at most. */
    public static final int OVERHEAD_BYTES_MAX = overheadBytes(MEMBERS_MAX);

    public static GroupSeal decode(ByteView payload) throws MalformedFrame {
        WireReader in = new WireReader(payload);
        long key = in.varint("key number");
        int members = in.varintWithin("members", 0, MEMBERS_MAX);
        ByteView tags = in.bytes("tags", members * VOUCHER_BYTES);
        if (in.remaining() < Sealed.TAG_BYTES) {
            throw new MalformedFrame("sealed", in.remaining() + " bytes hold no tag");
        }
        return new GroupSeal(key, tags, in.rest());
    }

    /** Which key a message says that it is sealed with, of which the beginning is at hand; 0 where it says none. */
    public static long keyOf(ByteView beginning) {
        try {
            return new WireReader(beginning).varint("key number");
        } catch (MalformedFrame none) {
            return 0;
        }
    }

    /** For how many members its sender has sealed it, this one among them. */
    public int memberCount() {
        return tags.length() / VOUCHER_BYTES;
    }

    /** By how much a message for so many grows at most. */
    public static int overheadBytes(int members) {
        return 10 + 3 + members * VOUCHER_BYTES + Sealed.TAG_BYTES;
    }

    /** Whether a member finds this tag at its place; takes as long whatever stands there. */
    public boolean vouches(int place, long tag) {
        if (place >= memberCount()) {
            return false;
        }
        long difference = tag;
        for (int i = 0; i < VOUCHER_BYTES; i++) {
            long shown = tags.at(place * VOUCHER_BYTES + i) & 0xffL;
            difference ^= shown << Long.SIZE - Byte.SIZE * (i + 1);
        }
        return difference == 0;
    }

    public ByteView encode() {
        int members = memberCount();
        return new WireWriter(overheadBytes(members) + sealed.length())
                .varint(key)
                .varint(members)
                .bytes(tags)
                .bytes(sealed)
                .taken();
    }
}
