package dev.weft.core.wire;

import dev.weft.Credential;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * The sender takes the receiver's Hello, and proves that it knows the key of the mesh and that the
 * authority of the mesh has admitted it. Sent once the Hello was
 * accepted, again for every repetition of it, for the first one may have been lost, and again when the sender's keys
 * change. Protobuf body.
 * <pre>
 *   1 instance    varint    64 bits, not 0: the instance of the Hello that is accepted
 *   2 proofs      32 bytes  0..2, one for each key of the mesh that the sender has
 *   3 credential  bytes     0..4096: what the authority of the mesh says of the sender; absent where it has none
 *   4 possession  bytes     0..256: shows that the sender has the key that the credential is for; absent with it
 *   5 version     varint    1..65535: the one both ends speak from now on
 * </pre>
 */
public record Accept(long instance, List<ByteView> proofs, ByteView credential, ByteView possession, int version)
        implements Frame {
    public static final int PROOF_BYTES = 32;
    public static final int PROOFS_MAX = 2;
    public static final int CREDENTIAL_BYTES_MAX = Credential.BYTES_MAX;
    public static final int POSSESSION_BYTES_MAX = 256;

    /** From a node without a credential. */
    public Accept(long instance, List<ByteView> proofs, int version) {
        this(instance, proofs, ByteView.EMPTY, ByteView.EMPTY, version);
    }

    public Accept {
        if (instance == 0) {
            throw new IllegalArgumentException("instance must not be 0");
        }
        proofs = List.copyOf(proofs);
        Check.within("proof count", proofs.size(), 0, PROOFS_MAX);
        for (ByteView proof : proofs) {
            if (proof.length() != PROOF_BYTES) {
                throw new IllegalArgumentException("a proof has 32 bytes, not " + proof.length());
            }
        }
        Check.within("credential bytes", credential.length(), 0, CREDENTIAL_BYTES_MAX);
        Check.within("possession bytes", possession.length(), 0, POSSESSION_BYTES_MAX);
        if (credential.isEmpty() != possession.isEmpty()) {
            throw new IllegalArgumentException("a credential comes with a proof that its key is there");
        }
        Check.within("version", version, 1, VersionRange.VERSION_MAX);
    }

    public static Accept decode(WireReader in) throws MalformedFrame {
        ProtoReader proto = new ProtoReader(in);
        long instance = 0;
        List<ByteView> proofs = new ArrayList<>();
        ByteView credential = ByteView.EMPTY;
        ByteView possession = ByteView.EMPTY;
        int version = 0;
        while (proto.next()) {
            switch (proto.field()) {
                case 1 -> instance = proto.number64("instance");
                case 2 -> {
                    if (proofs.size() == PROOFS_MAX) {
                        throw new MalformedFrame("proofs", "more than " + PROOFS_MAX);
                    }
                    proofs.add(proto.bytes("proofs", PROOF_BYTES).compact());
                }
                case 3 ->
                    credential = proto.bytes("credential", CREDENTIAL_BYTES_MAX).compact();
                case 4 ->
                    possession = proto.bytes("possession", POSSESSION_BYTES_MAX).compact();
                case 5 -> version = proto.numberWithin("version", 1, VersionRange.VERSION_MAX);
                default -> {}
            }
        }
        try {
            return new Accept(instance, proofs, credential, possession, version);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame("ACCEPT", e);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.ACCEPT;
    }

    @Override
    public void encodeBody(WireWriter out) {
        ProtoWriter proto = new ProtoWriter(out).number(1, instance);
        for (ByteView proof : proofs) {
            proto.element(2, proof);
        }
        proto.bytes(3, credential).bytes(4, possession).number(5, version);
    }
}
