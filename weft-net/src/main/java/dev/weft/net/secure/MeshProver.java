package dev.weft.net.secure;

import dev.weft.MeshKey;
import dev.weft.core.base.ByteView;
import dev.weft.core.link.Prover;
import dev.weft.core.wire.Hello;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Proves membership by HMAC-SHA-256 (RFC 2104) with a key derived from the mesh key. The keys may be replaced at run
 * time. Used on the node's loop alone.
 */
public final class MeshProver implements Prover {
    private final SecureRandom random = new SecureRandom();
    private List<SubKey> keys;

    /** @param keys at most {@value MeshKey#KEYS_MAX}; none makes a node that proves and demands nothing */
    public MeshProver(List<MeshKey> keys) {
        this.keys = derive(keys);
    }

    /** From now on these are valid, and no others. */
    public void replace(List<MeshKey> next) {
        keys = derive(next);
    }

    @Override
    public boolean isKeyed() {
        return !keys.isEmpty();
    }

    @Override
    public ByteView nonce() {
        byte[] nonce = new byte[Hello.NONCE_BYTES];
        random.nextBytes(nonce);
        return ByteView.of(nonce);
    }

    @Override
    public List<ByteView> prove(ByteView transcript) {
        byte[] bytes = transcript.toByteArray();
        List<ByteView> proofs = new ArrayList<>();
        for (SubKey key : keys) {
            proofs.add(ByteView.of(key.mac(bytes)));
        }
        return proofs;
    }

    @Override
    public boolean accepts(ByteView transcript, ByteView proof) {
        byte[] bytes = transcript.toByteArray();
        byte[] shown = proof.toByteArray();
        boolean accepted = false;
        for (SubKey key : keys) {
            accepted |= MessageDigest.isEqual(key.mac(bytes), shown);
        }
        return accepted;
    }

    private static List<SubKey> derive(List<MeshKey> keys) {
        if (keys.size() > MeshKey.KEYS_MAX) {
            throw new IllegalArgumentException(
                    keys.size() + " mesh keys: at most " + MeshKey.KEYS_MAX + " can be valid at a time");
        }
        return keys.stream().map(key -> SubKey.of(key, "weft/1 link")).toList();
    }
}
