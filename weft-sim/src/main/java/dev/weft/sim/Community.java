package dev.weft.sim;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.Prover;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Who belongs together: those of one mesh's name and one key. In place of cryptography stands a hash that no node of
 * the simulation inverts; the handshake around it is the real one.
 */
record Community(String mesh, long key) {
    /** The mesh that is simulated. */
    static final Community MEMBERS = new Community("mesh", 1);

    /** Another mesh that can be met. */
    static final Community STRANGERS = new Community("other", 2);

    /** Nodes that know the name of the mesh and not its key. */
    static final Community IMPOSTORS = new Community("mesh", 3);

    Prover prover(Prng nonces) {
        return new Prover() {
            @Override
            public boolean isKeyed() {
                return true;
            }

            @Override
            public ByteView nonce() {
                return words(nonces, Hello.NONCE_BYTES / 8);
            }

            @Override
            public List<ByteView> prove(ByteView transcript) {
                List<ByteView> proofs = new ArrayList<>(1);
                proofs.add(proof(transcript));
                return proofs;
            }

            @Override
            public boolean accepts(ByteView transcript, ByteView proof) {
                return proof.equals(proof(transcript));
            }
        };
    }

    private ByteView proof(ByteView transcript) {
        long seed = new WireWriter(16 + transcript.length())
                .u64(key)
                .bytes(transcript)
                .view()
                .hash64();
        return words(new Prng(seed), Accept.PROOF_BYTES / 8);
    }

    /** So many random words. */
    static ByteView words(Prng prng, int count) {
        WireWriter out = new WireWriter(8 * count);
        for (int i = 0; i < count; i++) {
            out.u64(prng.nextLong());
        }
        return out.view();
    }
}
