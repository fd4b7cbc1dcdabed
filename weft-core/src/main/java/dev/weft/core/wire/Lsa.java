package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import org.jspecify.annotations.Nullable;

/**
 * A link-state advertisement: kept and passed on as the very bytes that its origin made. Protobuf:
 * <pre>
 *   1 origin       16 bytes
 *   2 kind         varint    1 adjacency, 2 node, 4 credential, 5 seal
 *   3 incarnation  varint    1..2^63-1
 *   4 sequence     varint    1..2^63-1
 *   5 content      0..32,568 bytes: an {@link Adjacencies}, a {@link NodeRecord}, a credential or a {@link SealRecord}
 *   6 origin key   65 bytes  a point of P-256, uncompressed (SEC 1 §2.3.3): the key that the origin's id is made of
 *  15 signature    64 bytes  ECDSA with SHA-256 by that key, r and s in 32 bytes each; always the last
 * </pre>
 * Who signs says so with both of the last; who does not with neither. What later versions add stands before the signature,
 * and is covered by it.
 *
 * @param content the encoded content
 * @param originKey empty where the advertisement is not signed
 * @param signature over what {@link #statement} says; empty where the advertisement is not signed
 * @param bytes all of it as its origin made it
 */
public record Lsa(
        LsaKey key, LsaVersion version, ByteView content, ByteView originKey, ByteView signature, ByteView bytes) {
    /** The largest advertisement, in bytes. */
    public static final int BYTES_MAX = 32 << 10;

    public static final int CONTENT_BYTES_MAX = BYTES_MAX - 200;

    public static final int ORIGIN_KEY_BYTES = 65;

    public static final int SIGNATURE_BYTES = 64;

    private static final int SIGNATURE_FIELD = 15;

    private static final int SIGNATURE_FIELD_BYTES = 2 + SIGNATURE_BYTES;

    private static final String LABEL = "weft/1 advertisement";

    /** Signs for the origin. */
    public interface Signer {
        ByteView sign(ByteView statement);
    }

    /** Makes a new edition of an own advertisement, unsigned. */
    public static Lsa originate(LsaKey key, LsaVersion version, ByteView content) {
        return unsigned(key, version, content, ByteView.EMPTY);
    }

    /** Makes a new edition of an own advertisement of a mesh. */
    public static Lsa originate(
            String mesh, LsaKey key, LsaVersion version, ByteView content, ByteView originKey, Signer signer) {
        Check.that(originKey.length() == ORIGIN_KEY_BYTES, "an origin key of %d bytes", originKey.length());
        Lsa unsigned = unsigned(key, version, content, originKey);
        ByteView signature = signer.sign(statement(mesh, unsigned.bytes()));
        Check.that(signature.length() == SIGNATURE_BYTES, "a signature of %d bytes", signature.length());
        WireWriter out = new WireWriter(unsigned.bytes().length() + SIGNATURE_FIELD_BYTES);
        out.bytes(unsigned.bytes());
        new ProtoWriter(out).bytes(SIGNATURE_FIELD, signature);
        return unsigned.in(out.view(), signature);
    }

    private static Lsa unsigned(LsaKey key, LsaVersion version, ByteView content, ByteView originKey) {
        Check.that(content.length() <= CONTENT_BYTES_MAX, "an advertisement of %d bytes", content.length());
        WireWriter out = new WireWriter(content.length() + 64 + 2 * ORIGIN_KEY_BYTES);
        new ProtoWriter(out)
                .nodeId(1, key.origin())
                .number(2, key.kind().code())
                .number(3, version.incarnation())
                .number(4, version.sequence())
                .bytes(5, content);
        int contentEnd = out.length();
        new ProtoWriter(out).bytes(6, originKey);
        ByteView bytes = out.view();
        return new Lsa(
                key,
                version,
                bytes.slice(contentEnd - content.length(), content.length()),
                bytes.slice(bytes.length() - originKey.length(), originKey.length()),
                ByteView.EMPTY,
                bytes);
    }

    /** What the signature of an advertisement in a mesh is made over. */
    public ByteView statement(String mesh) {
        Check.that(isSigned(), "an advertisement without a signature");
        return statement(mesh, bytes.slice(0, bytes.length() - SIGNATURE_FIELD_BYTES));
    }

    private static ByteView statement(String mesh, ByteView unsigned) {
        return new WireWriter(unsigned.length() + 128)
                .text(LABEL)
                .text(mesh)
                .lengthDelimited(unsigned)
                .view();
    }

    public boolean isSigned() {
        return !signature.isEmpty();
    }

    /** Editions that are here already and need not be read again. */
    public interface Known {
        Known NONE = (origin, kind, incarnation, sequence) -> null;

        /** The edition of exactly that version; null where it is not here. */
        @Nullable
        Lsa find(NodeId origin, LsaKind kind, long incarnation, long sequence);
    }

    public static Lsa decode(ByteView bytes) throws MalformedFrame {
        if (bytes.length() > BYTES_MAX) {
            throw new MalformedFrame("LSA", bytes.length() + " bytes, at most " + BYTES_MAX);
        }
        return decode(new ProtoReader(bytes), Known.NONE);
    }

    /** The same; what is known by origin, kind and version is given as it is known, and no further looked at. */
    static Lsa decode(ProtoReader in, Known known) throws MalformedFrame {
        NodeId origin = NodeId.ZERO;
        int kind = 0;
        long incarnation = 0;
        long sequence = 0;
        ByteView content = ByteView.EMPTY;
        ByteView originKey = ByteView.EMPTY;
        ByteView signature = ByteView.EMPTY;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> origin = in.nodeId("origin");
                case 2 -> kind = in.numberWithin("kind", 1, 255);
                case 3 -> incarnation = in.number("incarnation");
                case 4 -> sequence = in.number("sequence");
                case 5 -> {
                    Lsa same = known.find(origin, LsaKind.ofCode(kind), incarnation, sequence);
                    if (same != null) {
                        in.end();
                        return same;
                    }
                    content = in.bytes("content", CONTENT_BYTES_MAX);
                }
                case 6 -> originKey = exactly(ORIGIN_KEY_BYTES, "origin key", in);
                case SIGNATURE_FIELD -> signature = exactly(SIGNATURE_BYTES, "signature", in);
                default -> {}
            }
        }
        ByteView bytes = in.whole();
        boolean isLast = signature.isEmpty() || signature.offsetIn(bytes) + signature.length() == bytes.length();
        if (originKey.isEmpty() != signature.isEmpty() || !isLast) {
            throw new MalformedFrame("LSA", "origin key and signature come together, the signature last");
        }
        if (origin.equals(NodeId.ZERO) || incarnation == 0 || sequence == 0) {
            throw new MalformedFrame("LSA", "without origin, incarnation or sequence");
        }
        LsaKey key = new LsaKey(origin, LsaKind.ofCode(kind));
        return new Lsa(key, new LsaVersion(incarnation, sequence), content, originKey, signature, bytes);
    }

    private static ByteView exactly(int length, String field, ProtoReader in) throws MalformedFrame {
        ByteView value = in.bytes(field, length);
        if (value.length() != length) {
            throw new MalformedFrame(field, value.length() + " bytes, not " + length);
        }
        return value;
    }

    /** The same, free of the frame that it came in: for keeping. */
    public Lsa compact() {
        if (bytes.isCompact()) {
            return this;
        }
        ByteView kept = bytes.compact();
        return new Lsa(key, version, same(content, kept), same(originKey, kept), same(signature, kept), kept);
    }

    private ByteView same(ByteView part, ByteView kept) {
        return part.isEmpty() ? ByteView.EMPTY : kept.slice(part.offsetIn(bytes), part.length());
    }

    /** This one, not yet signed, at the beginning of longer bytes that end in its signature. */
    private Lsa in(ByteView longer, ByteView made) {
        return new Lsa(
                key,
                version,
                same(content, longer),
                same(originKey, longer),
                longer.slice(longer.length() - made.length(), made.length()),
                longer);
    }
}
