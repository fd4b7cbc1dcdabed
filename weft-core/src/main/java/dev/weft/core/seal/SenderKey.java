package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.GroupSeal;
import java.util.SortedSet;

/** A key of this node's for what it sends to some nodes: seals, counts, and says who may have it. */
final class SenderKey {
    private final GroupKey key;
    private final Sealer.Cipher cipher;
    private final SortedSet<NodeId> audience;
    private final long bornNanos;
    private long counter;
    private long bytes;

    SenderKey(GroupKey key, Sealer.Cipher cipher, SortedSet<NodeId> audience, long bornNanos) {
        this.key = key;
        this.cipher = cipher;
        this.audience = audience;
        this.bornNanos = bornNanos;
    }

    /** What they are told who may have it. */
    GroupKey key() {
        return key;
    }

    Sealer.Cipher cipher() {
        return cipher;
    }

    SortedSet<NodeId> audience() {
        return audience;
    }

    boolean isWorn(Sealer.Terms terms, long nowNanos) {
        return nowNanos - bornNanos >= terms.associationNanos()
                || counter >= terms.framesMax()
                || bytes >= terms.bytesMax();
    }

    /** Whether the last that it can have sealed was so long ago. */
    boolean isOver(Sealer.Terms terms, long keptNanos, long nowNanos) {
        return nowNanos - bornNanos >= terms.associationNanos() + keptNanos;
    }

    GroupSeal seal(NodeId self, GroupName name, ByteView payload) {
        long number = counter++;
        bytes += payload.length();
        ByteView associated = GroupSeal.associated(self, key.incarnation(), name, key.number(), number);
        return new GroupSeal(key.number(), number, cipher.seal(number, associated, payload));
    }
}
