package dev.weft.core.wire;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;

/**
 * What a destination needs to find the keys of an association, in every {@link Sealed} frame of it until the
 * destination has said that it has them. Nothing in it is secret.
 * <pre>
 *   +------------+---------------------+----------------+-----------------+-----------------------------+
 *   | origin (16)| origin's public key | origin         | number of the   | destination (16)            |
 *   |            | length varint, bytes| incarnation    | association     |                             |
 *   +------------+---------------------+----------------+-----------------+-----------------------------+
 *   | destination incarnation varint   | prekey varint  | encapsulated key: length varint, bytes        |
 *   +----------------------------------+----------------+-----------------------------------------------+
 * </pre>
 *
 * @param originKey the public key that the origin's node id is made of, as SubjectPublicKeyInfo
 * @param number the origin's number for the association: grows with each that it begins
 * @param prekey which of the destination's prekeys the keys are sealed to
 * @param encapsulated what RFC 9180 calls enc
 */
public record SealOpening(
        NodeId origin,
        ByteView originKey,
        long originIncarnation,
        long number,
        NodeId destination,
        long destinationIncarnation,
        long prekey,
        ByteView encapsulated) {
    /** A P-256 key as SubjectPublicKeyInfo has 91 bytes. */
    public static final int KEY_BYTES_MAX = 128;

    public SealOpening {
        Check.that(
                !originKey.isEmpty() && originKey.length() <= KEY_BYTES_MAX, "a key of %d bytes", originKey.length());
        Check.that(
                !encapsulated.isEmpty() && encapsulated.length() <= KEY_BYTES_MAX,
                "an encapsulated key of %d bytes",
                encapsulated.length());
    }

    static SealOpening decode(WireReader in) throws MalformedFrame {
        NodeId origin = in.nodeId("origin");
        ByteView originKey = in.lengthDelimited("origin key", KEY_BYTES_MAX);
        long originIncarnation = in.varint("origin incarnation");
        long number = in.varint("association number");
        NodeId destination = in.nodeId("destination");
        long destinationIncarnation = in.varint("destination incarnation");
        long prekey = in.varint("prekey");
        ByteView encapsulated = in.lengthDelimited("encapsulated key", KEY_BYTES_MAX);
        if (originKey.isEmpty() || encapsulated.isEmpty()) {
            throw new MalformedFrame("opening", "without a key");
        }
        return new SealOpening(
                origin,
                originKey,
                originIncarnation,
                number,
                destination,
                destinationIncarnation,
                prekey,
                encapsulated);
    }

    void encode(WireWriter out) {
        out.nodeId(origin).lengthDelimited(originKey).varint(originIncarnation).varint(number);
        out.nodeId(destination).varint(destinationIncarnation).varint(prekey).lengthDelimited(encapsulated);
    }
}
