package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * The key of what its sender has sealed for many, to one of them. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +-------------+------------+-------------+
 *   | incarnation | key number | secret (28) |
 *   |    varint   |   varint   |             |
 *   +-------------+------------+-------------+
 * </pre>
 * Over a relay it travels sealed, as every routed frame does where anything is sealed at all.
 *
 * @param incarnation the life of the sender in which the key is used
 * @param number the sender's number for it
 * @param secret what the cipher is made of
 */
public record GroupKey(long incarnation, long number, ByteView secret) implements Frame {
    /** A key of AES-128 and the salt of its nonces, both drawn at random. */
    public static final int SECRET_BYTES = 16 + 12;

    public GroupKey {
        Check.that(secret.length() == SECRET_BYTES, "a secret of %d bytes", secret.length());
    }

    @Override
    public FrameType type() {
        return FrameType.GROUP_KEY;
    }

    public static GroupKey decode(WireReader in) throws MalformedFrame {
        long incarnation = in.varint("incarnation");
        long number = in.varint("key number");
        ByteView secret = in.bytes("secret", SECRET_BYTES);
        in.expectEnd(FrameType.GROUP_KEY);
        return new GroupKey(incarnation, number, secret);
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(incarnation).varint(number).bytes(secret);
    }

    /** Nothing of the secret. */
    @Override
    public String toString() {
        return "GroupKey[incarnation=" + incarnation + ", number=" + number + "]";
    }
}
