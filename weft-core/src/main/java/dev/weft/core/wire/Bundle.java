package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.InvariantError;
import java.util.ArrayList;
import java.util.List;

/**
 * Several whole messages that share one sequence number: what had gathered at the origin while it could not send. Each
 * message stands behind its length, a varint. Small messages so cost a byte or two each on the wire, and one frame's
 * worth of everything else for all of them (as the bundling of RFC 9260 §6.10).
 *
 * <p>Made by an origin's flow, taken apart by its destination.
 */
public final class Bundle {
    /** The most messages in one bundle; the fewest are two. */
    public static final int MESSAGES_MAX = 256;

    private Bundle() {}

    /** How many bytes a message takes up. */
    public static int bytesOf(int payloadBytes) {
        return WireWriter.varintBytes(payloadBytes) + payloadBytes;
    }

    public static ByteView pack(List<ByteView> messages) {
        Check.within("messages in a bundle", messages.size(), 2, MESSAGES_MAX);
        int bytes = 0;
        for (ByteView message : messages) {
            bytes += bytesOf(message.length());
        }
        WireWriter out = new WireWriter(bytes);
        for (ByteView message : messages) {
            out.lengthDelimited(message);
        }
        return out.taken();
    }

    /** The messages of a bundle that was checked as it was decoded, as slices, in their order. */
    public static List<ByteView> messages(ByteView packed) {
        try {
            return unpack(packed);
        } catch (MalformedFrame e) {
            throw new InvariantError("a bundle that was decoded cannot be read: " + e.getMessage());
        }
    }

    /** The messages, as slices, in their order. */
    static List<ByteView> unpack(ByteView packed) throws MalformedFrame {
        WireReader in = new WireReader(packed);
        List<ByteView> messages = new ArrayList<>();
        while (in.remaining() > 0) {
            if (messages.size() == MESSAGES_MAX) {
                throw new MalformedFrame("bundle", "more than " + MESSAGES_MAX + " messages");
            }
            messages.add(in.lengthDelimited("bundled message", Data.MESSAGE_BYTES_MAX));
        }
        if (messages.size() < 2) {
            throw new MalformedFrame("bundle", messages.size() + " messages, at least 2");
        }
        return messages;
    }
}
