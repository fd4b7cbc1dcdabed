package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import java.util.List;

/**
 * What a flow to many carries as one message of its own: one message of an application, or several that were sent to the
 * same members in one turn. Sealed, where it is sealed, and cut into fragments as a whole.
 * <pre>
 *   +--------+------------------------------------------------------+
 *   | several|  0: the message, to the end                          |
 *   |   u8   |  1: two or more messages, each behind its length     |
 *   +--------+------------------------------------------------------+
 * </pre>
 * The second is a {@link Bundle}.
 */
public final class Parcel {
    /** By how much one message grows. */
    public static final int OVERHEAD_BYTES = 1;

    private static final int ONE = 0;
    private static final int SEVERAL = 1;

    private Parcel() {}

    public static ByteView encode(List<ByteView> messages) {
        if (messages.size() == 1) {
            ByteView only = messages.get(0);
            return new WireWriter(OVERHEAD_BYTES + only.length())
                    .u8(ONE)
                    .bytes(only)
                    .taken();
        }
        Bundle.check(messages);
        WireWriter out = new WireWriter(OVERHEAD_BYTES + Bundle.bytesOf(messages)).u8(SEVERAL);
        Bundle.encode(messages, out);
        return out.taken();
    }

    /** The messages, as slices, in their order; at least one. */
    public static List<ByteView> decode(ByteView parcel) throws MalformedFrame {
        WireReader in = new WireReader(parcel);
        int several = in.u8("several");
        return switch (several) {
            case ONE -> List.of(in.rest());
            case SEVERAL -> Bundle.decode(in);
            default -> throw new MalformedFrame("several", several + " is neither 0 nor 1");
        };
    }
}
