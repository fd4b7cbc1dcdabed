package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * To which key frames for a node are sealed, said by the node itself and flooded. Protobuf:
 * <pre>
 *   1 node key   1..128 bytes   the public key that the node id is made of, as SubjectPublicKeyInfo
 *   2 manner     varint         1 over relays, 2 always
 *   3 number     varint         1..2^63-1, grows with each prekey of a life
 *   4 prekey     1..128 bytes   a point of P-256, uncompressed (SEC 1 §2.3.3)
 *   5 signature  1..128 bytes   ECDSA with SHA-256 by the node key over what {@link #signed} says
 * </pre>
 * The core keeps and passes it on; whoever seals checks the signature first.
 */
public record SealRecord(ByteView nodeKey, Manner manner, long number, ByteView prekey, ByteView signature) {
    public static final int BYTES_MAX = 128;

    private static final String LABEL = "weft/1 prekey";

    /** What a node takes. */
    public enum Manner {
        /** Seals over relays; what comes straight from its origin is plain within the link. */
        RELAYED(1),
        /** Seals only. */
        ALWAYS(2);

        private final int code;

        Manner(int code) {
            this.code = code;
        }

        static Manner ofCode(int code) {
            return code == ALWAYS.code ? ALWAYS : RELAYED;
        }
    }

    public SealRecord {
        Check.that(number > 0, "prekey number %d", number);
        requireBytes(nodeKey);
        requireBytes(prekey);
        requireBytes(signature);
    }

    private static void requireBytes(ByteView field) {
        Check.that(!field.isEmpty() && field.length() <= BYTES_MAX, "a field of %d bytes", field.length());
    }

    /** What the signature is made over. */
    public static ByteView signed(
            String mesh, ByteView nodeKey, long incarnation, Manner manner, long number, ByteView prekey) {
        return new WireWriter(320)
                .text(LABEL)
                .text(mesh)
                .lengthDelimited(nodeKey)
                .u64(incarnation)
                .u8(manner.code)
                .u64(number)
                .lengthDelimited(prekey)
                .view();
    }

    public ByteView encode() {
        WireWriter out = new WireWriter(320);
        new ProtoWriter(out)
                .bytes(1, nodeKey)
                .number(2, manner.code)
                .number(3, number)
                .bytes(4, prekey)
                .bytes(5, signature);
        return out.view();
    }

    public static SealRecord decode(ByteView content) throws MalformedFrame {
        ByteView nodeKey = ByteView.EMPTY;
        ByteView prekey = ByteView.EMPTY;
        ByteView signature = ByteView.EMPTY;
        Manner manner = Manner.RELAYED;
        long number = 0;
        ProtoReader in = new ProtoReader(content);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> nodeKey = in.bytes("node key", BYTES_MAX);
                case 2 -> manner = Manner.ofCode(in.numberWithin("manner", 1, 255));
                case 3 -> number = in.number("prekey number");
                case 4 -> prekey = in.bytes("prekey", BYTES_MAX);
                case 5 -> signature = in.bytes("signature", BYTES_MAX);
                default -> {}
            }
        }
        if (number == 0 || nodeKey.isEmpty() || prekey.isEmpty() || signature.isEmpty()) {
            throw new MalformedFrame("seal record", "without number, keys or signature");
        }
        return new SealRecord(nodeKey, manner, number, prekey, signature);
    }
}
