package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * A link-state advertisement: kept and passed on as the very bytes that its origin made. Protobuf:
 * <pre>
 *   1 origin       16 bytes
 *   2 kind         varint    1 adjacency, 2 node, 4 credential, 5 seal
 *   3 incarnation  varint    1..2^63-1
 *   4 sequence     varint    1..2^63-1
 *   5 content      0..32,600 bytes: an {@link Adjacencies}, a {@link NodeRecord}, a credential or a {@link SealRecord}
 * </pre>
 *
 * @param content the encoded content
 * @param bytes all of it as its origin made it
 */
public record Lsa(LsaKey key, LsaVersion version, ByteView content, ByteView bytes) {
    /** The largest advertisement, in bytes. */
    public static final int BYTES_MAX = 32 << 10;

    public static final int CONTENT_BYTES_MAX = BYTES_MAX - 168;

    /** Makes a new edition of an own advertisement. */
    public static Lsa originate(LsaKey key, LsaVersion version, ByteView content) {
        Check.that(content.length() <= CONTENT_BYTES_MAX, "an advertisement of %d bytes", content.length());
        WireWriter out = new WireWriter(content.length() + 64);
        new ProtoWriter(out)
                .nodeId(1, key.origin())
                .number(2, key.kind().code())
                .number(3, version.incarnation())
                .number(4, version.sequence())
                .bytes(5, content);
        ByteView bytes = out.view();
        return new Lsa(key, version, bytes.slice(bytes.length() - content.length(), content.length()), bytes);
    }

    public static Lsa decode(ByteView bytes) throws MalformedFrame {
        if (bytes.length() > BYTES_MAX) {
            throw new MalformedFrame("LSA", bytes.length() + " bytes, at most " + BYTES_MAX);
        }
        ProtoReader in = new ProtoReader(bytes);
        NodeId origin = NodeId.ZERO;
        int kind = 0;
        long incarnation = 0;
        long sequence = 0;
        ByteView content = ByteView.EMPTY;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> origin = in.nodeId("origin");
                case 2 -> kind = in.numberWithin("kind", 1, 255);
                case 3 -> incarnation = in.number("incarnation");
                case 4 -> sequence = in.number("sequence");
                case 5 -> content = in.bytes("content", CONTENT_BYTES_MAX);
                default -> {}
            }
        }
        if (origin.equals(NodeId.ZERO) || incarnation == 0 || sequence == 0) {
            throw new MalformedFrame("LSA", "without origin, incarnation or sequence");
        }
        LsaKey key = new LsaKey(origin, LsaKind.ofCode(kind));
        return new Lsa(key, new LsaVersion(incarnation, sequence), content, bytes);
    }

    /** The same, free of the frame that it came in: for keeping. */
    public Lsa compact() {
        if (bytes.isCompact()) {
            return this;
        }
        ByteView kept = bytes.compact();
        ByteView keptContent =
                content.isEmpty() ? ByteView.EMPTY : kept.slice(content.offsetIn(bytes), content.length());
        return new Lsa(key, version, keptContent, kept);
    }
}
