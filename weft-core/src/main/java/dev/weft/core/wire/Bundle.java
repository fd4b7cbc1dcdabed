package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.Arrays;
import java.util.List;

/**
 * Several whole messages that share one sequence number: what had gathered at the origin while it could not send. Each
 * message stands behind its length, a varint. Small messages so cost a byte or two each on the wire, and one frame's
 * worth of everything else for all of them (as the bundling of RFC 9260 §6.10).
 *
 * <p>Made by an origin's flow, taken apart as its destination decodes the {@link Data} that carries it.
 */
public final class Bundle {
    /** The most messages in one bundle; the fewest are two. */
    public static final int MESSAGES_MAX = 256;

    private Bundle() {}

    /** How many bytes a message takes up. */
    public static int bytesOf(int payloadBytes) {
        return WireWriter.varintBytes(payloadBytes) + payloadBytes;
    }

    static int bytesOf(List<ByteView> messages) {
        int bytes = 0;
        for (ByteView message : messages) {
            bytes += bytesOf(message.length());
        }
        return bytes;
    }

    static void check(List<ByteView> messages) {
        Check.within("messages in a bundle", messages.size(), 2, MESSAGES_MAX);
    }

    static void encode(List<ByteView> messages, WireWriter out) {
        for (ByteView message : messages) {
            out.lengthDelimited(message);
        }
    }

    /** The messages, as slices, in their order. */
    static List<ByteView> decode(WireReader in) throws MalformedFrame {
        ByteView[] messages = new ByteView[MESSAGES_MAX];
        int count = 0;
        while (in.remaining() > 0) {
            if (count == MESSAGES_MAX) {
                throw new MalformedFrame("bundle", "more than " + MESSAGES_MAX + " messages");
            }
            messages[count++] = in.lengthDelimited("bundled message", Data.MESSAGE_BYTES_MAX);
        }
        if (count < 2) {
            throw new MalformedFrame("bundle", count + " messages, at least 2");
        }
        return Arrays.asList(messages).subList(0, count);
    }
}
