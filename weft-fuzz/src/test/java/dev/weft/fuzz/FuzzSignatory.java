package dev.weft.fuzz;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A signatory without secrets, so that a script can play every other node: a key begins with its node's id, a signature
 * with a hash of what is signed. What was asked for waits until it is taken.
 */
final class FuzzSignatory implements Signatory {
    private final NodeId self;
    private final ArrayDeque<Checked> found = new ArrayDeque<>();

    FuzzSignatory(NodeId self) {
        this.self = self;
    }

    /** The verdicts found first, of those that have not been taken. */
    List<Checked> take(int count) {
        List<Checked> taken = new ArrayList<>();
        while (taken.size() < count && !found.isEmpty()) {
            taken.add(found.remove());
        }
        return taken;
    }

    static ByteView key(NodeId node) {
        return new WireWriter(Lsa.ORIGIN_KEY_BYTES)
                .nodeId(node)
                .bytes(ByteView.of(new byte[Lsa.ORIGIN_KEY_BYTES - NodeId.BYTES]))
                .view();
    }

    static ByteView signature(ByteView statement) {
        return new WireWriter(Lsa.SIGNATURE_BYTES)
                .u64(Prng.mix(statement.hash64()))
                .bytes(ByteView.of(new byte[Lsa.SIGNATURE_BYTES - Long.BYTES]))
                .view();
    }

    @Override
    public Demand demand() {
        return Demand.SIGNATURES;
    }

    @Override
    public ByteView publicKey() {
        return key(self);
    }

    @Override
    public ByteView sign(ByteView statement) {
        return signature(statement);
    }

    @Override
    public Verdict check(long task, Lsa lsa) {
        if (!lsa.originKey().equals(key(lsa.key().origin()))) {
            return Verdict.FORGED;
        }
        boolean genuine = lsa.signature().equals(signature(lsa.statement(Subject.MESH)));
        found.add(new Checked(task, genuine ? Verdict.GENUINE : Verdict.FORGED));
        return Verdict.LATER;
    }
}
