package dev.weft.core.wire;

/**
 * A member has something sealed from the node it asks, and not the key, or waits for what may have been given up.
 * Answered with a {@link GroupKey} where the key
 * was made for the asker too. Behind the type byte and the {@link RouteHeader}:
 * <pre>
 *   +-------------+------------+
 *   | incarnation | key number |
 *   |    varint   |   varint   |
 *   +-------------+------------+
 * </pre>
 */
public record GroupKeyWant(long incarnation, long number) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.GROUP_KEY_WANT;
    }

    public static GroupKeyWant decode(WireReader in) throws MalformedFrame {
        long incarnation = in.varint("incarnation");
        long number = in.varint("key number");
        in.expectEnd(FrameType.GROUP_KEY_WANT);
        return new GroupKeyWant(incarnation, number);
    }

    @Override
    public void encodeBody(WireWriter out) {
        out.varint(incarnation).varint(number);
    }
}
