package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.WireWriter;

/**
 * Signatures of the simulator: a hash of the key and what is signed, which everyone can check and nobody but the owner
 * of the key makes, for no node of the simulation is so wicked. All around it is the real thing.
 */
final class StandInSignatory implements Signatory {
    /** Takes the verdict on a task, for later. */
    interface Desk {
        void later(Checked checked);
    }

    /** No check takes any time. */
    static final Desk AT_ONCE = checked -> {};

    /** In worlds of more nodes each check is done at once. */
    static final int SLOW_NODES_MAX = 64;

    private static final int KEY_BYTES = 8;

    private final ByteView publicKey;
    private final String mesh;
    private final SharedEditions editions;
    private final Timeline signer;
    private final Desk desk;

    StandInSignatory(
            StandInSealer.Identity identity, String mesh, SharedEditions editions, Timeline signer, Desk desk) {
        this.publicKey = publicKey(identity);
        this.mesh = mesh;
        this.editions = editions;
        this.signer = signer;
        this.desk = desk;
    }

    /** As long as a real one. */
    static ByteView publicKey(StandInSealer.Identity identity) {
        return new WireWriter(Lsa.ORIGIN_KEY_BYTES)
                .bytes(identity.publicKey())
                .bytes(ByteView.of(new byte[Lsa.ORIGIN_KEY_BYTES - KEY_BYTES]))
                .view();
    }

    static ByteView signature(ByteView publicKey, ByteView statement) {
        return Community.words(
                new Prng(Prng.mix(publicKey.hash64()) ^ statement.hash64()), Lsa.SIGNATURE_BYTES / Long.BYTES);
    }

    @Override
    public Demand demand() {
        return Demand.SIGNATURES;
    }

    @Override
    public ByteView publicKey() {
        return publicKey;
    }

    @Override
    public ByteView sign(ByteView statement) {
        signer.tell(() -> editions.said(statement));
        return signature(publicKey, statement);
    }

    @Override
    public Verdict check(long task, Lsa lsa) {
        if (desk == AT_ONCE && editions.isKept(lsa)) {
            // A thousand nodes would look at a million signatures, each of which is looked at a thousand times.
            return Verdict.GENUINE;
        }
        ByteView hash = StandInSealer.hashOf(lsa.originKey().slice(0, KEY_BYTES));
        if (!NodeId.fromDigest(hash.toByteArray()).equals(lsa.key().origin())) {
            return Verdict.FORGED;
        }
        boolean genuine = signature(lsa.originKey(), lsa.statement(mesh)).equals(lsa.signature());
        Verdict verdict = genuine ? Verdict.GENUINE : Verdict.FORGED;
        if (desk == AT_ONCE) {
            return verdict;
        }
        desk.later(new Checked(task, verdict));
        return Verdict.LATER;
    }
}
