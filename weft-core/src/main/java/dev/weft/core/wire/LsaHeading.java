package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.Check;

/**
 * Names one edition of one advertisement. Protobuf:
 * <pre>
 *   1 origin 16 bytes   2 kind varint   3 incarnation varint   4 sequence varint
 * </pre>
 */
public record LsaHeading(LsaKey key, LsaVersion version) {
    static final int BYTES_MAX = 48;

    /** Writes it as an element of a repeated field. */
    void encode(int field, ProtoWriter proto, WireWriter out) {
        int bytes = ProtoWriter.NODE_ID_BYTES
                + ProtoWriter.numberBytes(key.kind().code())
                + ProtoWriter.numberBytes(version.incarnation())
                + ProtoWriter.numberBytes(version.sequence());
        proto.message(field, bytes);
        int begin = out.length();
        new ProtoWriter(out)
                .nodeId(1, key.origin())
                .number(2, key.kind().code())
                .number(3, version.incarnation())
                .number(4, version.sequence());
        Check.that(out.length() == begin + bytes, "a heading of %d bytes, not %d", out.length() - begin, bytes);
    }

    static LsaHeading decode(ProtoReader in) throws MalformedFrame {
        NodeId origin = NodeId.ZERO;
        int kind = 0;
        long incarnation = 0;
        long sequence = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> origin = in.nodeId("origin");
                case 2 -> kind = in.numberWithin("kind", 1, 255);
                case 3 -> incarnation = in.number("incarnation");
                case 4 -> sequence = in.number("sequence");
                default -> {}
            }
        }
        return new LsaHeading(new LsaKey(origin, LsaKind.ofCode(kind)), new LsaVersion(incarnation, sequence));
    }
}
