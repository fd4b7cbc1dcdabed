package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;

/**
 * What a flow to many carries for a message where its name says that it is sealed: once for all members, whole, before
 * it is cut into fragments.
 * <pre>
 *   +------------+---------+-----------+----------+
 *   | key number | counter | encrypted | tag (16) |
 *   |   varint   | varint  |           |          |
 *   +------------+---------+-----------+----------+
 * </pre>
 *
 * @param key the sender's number for the key
 * @param counter never used twice with a key
 * @param sealed the encrypted message with its tag
 */
public record GroupSeal(long key, long counter, ByteView sealed) {
    /** By how much a message grows at most. */
    public static final int OVERHEAD_BYTES_MAX = 10 + 10 + Sealed.TAG_BYTES;

    private static final String LABEL = "weft/1 group";

    public static GroupSeal decode(ByteView payload) throws MalformedFrame {
        WireReader in = new WireReader(payload);
        long key = in.varint("key number");
        long counter = in.varint("counter");
        if (counter < 0) {
            throw new MalformedFrame("counter", "beyond 63 bits");
        }
        if (in.remaining() < Sealed.TAG_BYTES) {
            throw new MalformedFrame("sealed", in.remaining() + " bytes hold no tag");
        }
        return new GroupSeal(key, counter, in.rest());
    }

    public ByteView encode() {
        return new WireWriter(OVERHEAD_BYTES_MAX + sealed.length())
                .varint(key)
                .varint(counter)
                .bytes(sealed)
                .taken();
    }

    /** What is authenticated and not encrypted: whose message it is, for whom, and its number. */
    public static ByteView associated(NodeId origin, long incarnation, GroupName name, long key, long counter) {
        WireWriter out = new WireWriter(320);
        out.text(LABEL).nodeId(origin).varint(incarnation);
        name.encode(out);
        return out.varint(key).varint(counter).view();
    }
}
