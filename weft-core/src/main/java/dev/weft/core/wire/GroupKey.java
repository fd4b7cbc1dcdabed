package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * The key of what its sender has sealed for many, to one of them. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +-------------+------------+-------------+--------+----------+-------------+--------+
 *   | incarnation | key number | secret (28) | place  | own (32) | flow number | floor  |
 *   |    varint   |   varint   |             | varint |          |    varint   | varint |
 *   +-------------+------------+-------------+--------+----------+-------------+--------+
 * </pre>
 * Over a relay it travels sealed, as every routed frame does where anything is sealed at all. So what it says is the
 * sender's word, as what stands around a message on its way is not. The secret is the same for all members; the member's
 * own key is known to it and the sender alone.
 *
 * @param incarnation the life of the sender in which the key is used
 * @param number the sender's number for it
 * @param secret what the cipher is made of
 * @param place which of the tags of a {@link GroupSeal} is for this member, from 0
 * @param own by which the sender makes that tag, and the member the code of its answers
 * @param flow the sender's number for the flow whose messages the key is for
 * @param floor the first message of it that the member is to wait for now
 */
public record GroupKey(long incarnation, long number, ByteView secret, int place, ByteView own, long flow, long floor)
        implements Frame {
    /** A key of AES-128 and the salt of its nonces, both drawn at random. */
    public static final int SECRET_BYTES = 16 + 12;

    /** A key of HMAC-SHA256. */
    public static final int OWN_BYTES = 32;

    public GroupKey {
        Check.that(secret.length() == SECRET_BYTES, "a secret of %d bytes", secret.length());
        Check.that(own.length() == OWN_BYTES, "a member's key of %d bytes", own.length());
        Check.that(place >= 0 && place < GroupSeal.MEMBERS_MAX, "place %d", place);
    }

    @Override
    public FrameType type() {
        return FrameType.GROUP_KEY;
    }

    public static GroupKey decode(WireReader in) throws MalformedFrame {
        long incarnation = in.varint("incarnation");
        long number = in.varint("key number");
        ByteView secret = in.bytes("secret", SECRET_BYTES);
        int place = in.varintWithin("place", 0, GroupSeal.MEMBERS_MAX - 1);
        ByteView own = in.bytes("own", OWN_BYTES);
        long flow = in.varint("flow number");
        long floor = in.varint("floor");
        in.expectEnd(FrameType.GROUP_KEY);
        return new GroupKey(incarnation, number, secret, place, own, flow, floor);
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(incarnation)
                .varint(number)
                .bytes(secret)
                .varint(place)
                .bytes(own)
                .varint(flow)
                .varint(floor);
    }

    /** Nothing of the secrets. */
    @Override
    public String toString() {
        return "GroupKey[incarnation=" + incarnation + ", number=" + number + ", flow=" + flow + ", floor=" + floor
                + "]";
    }
}
