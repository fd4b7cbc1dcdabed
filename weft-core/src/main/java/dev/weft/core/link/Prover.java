package dev.weft.core.link;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Hello;
import java.util.List;

/**
 * Knows the keys of the mesh: proves to a peer that this node is a member, and judges the peer's proofs. The
 * cryptography is outside the core, and another one in the simulator. Called by {@link Link}, on the engine's thread;
 * the keys may change between two calls.
 */
public interface Prover {
    /** A node without a key of the mesh: it proves nothing and demands nothing. */
    Prover KEYLESS = new Prover() {
        private static final ByteView NOTHING = ByteView.of(new byte[Hello.NONCE_BYTES]);

        @Override
        public boolean isKeyed() {
            return false;
        }

        @Override
        public ByteView nonce() {
            return NOTHING;
        }

        @Override
        public List<ByteView> prove(ByteView transcript) {
            return List.of();
        }

        @Override
        public boolean accepts(ByteView transcript, ByteView proof) {
            return false;
        }
    };

    boolean isKeyed();

    /** {@value Hello#NONCE_BYTES} bytes that nobody can foresee and that were never given out before. */
    ByteView nonce();

    /** One proof for each key that is valid now, at most {@link dev.weft.core.wire.Accept#PROOFS_MAX}. */
    List<ByteView> prove(ByteView transcript);

    /** Whether that proof was made of that transcript with a key that is valid now. Takes equally long for any proof. */
    boolean accepts(ByteView transcript, ByteView proof);
}
