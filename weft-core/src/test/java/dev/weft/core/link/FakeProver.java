package dev.weft.core.link;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.WireWriter;
import java.util.List;

/** Keys are numbers, and proofs are hashes that nobody here inverts. */
final class FakeProver implements Prover {
    private final Prng nonces;
    private List<Long> keys;

    FakeProver(long seed, Long... keys) {
        this.nonces = new Prng(seed);
        this.keys = List.of(keys);
    }

    void replace(Long... next) {
        keys = List.of(next);
    }

    @Override
    public boolean isKeyed() {
        return !keys.isEmpty();
    }

    @Override
    public ByteView nonce() {
        return words(nonces, Hello.NONCE_BYTES / 8);
    }

    @Override
    public List<ByteView> prove(ByteView transcript) {
        return keys.stream().map(key -> proof(key, transcript)).toList();
    }

    @Override
    public boolean accepts(ByteView transcript, ByteView proof) {
        return keys.stream().anyMatch(key -> proof(key, transcript).equals(proof));
    }

    private static ByteView proof(long key, ByteView transcript) {
        long seed = new WireWriter().u64(key).bytes(transcript).view().hash64();
        return words(new Prng(seed), Accept.PROOF_BYTES / 8);
    }

    static ByteView words(Prng prng, int count) {
        WireWriter out = new WireWriter();
        for (int i = 0; i < count; i++) {
            out.u64(prng.nextLong());
        }
        return out.view();
    }
}
