package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.wire.GroupHeading;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupSeal;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;

/**
 * A key of this node's for what it sends to some nodes: seals, vouches to each of them, counts, and says who may have it.
 *
 * <p>Called by {@link GroupSeals} alone.
 */
final class SenderKey {
    private final long incarnation;
    private final long number;
    private final Sealer sealer;
    /** What all members are told. */
    private final ByteView secret;
    /** What none of them is: the keys of each are made of it. */
    private final ByteView master;

    private final Sealer.Cipher cipher;
    private final SortedSet<NodeId> audience;
    private final long flow;
    private final List<NodeId> order;
    private final long bornNanos;
    /** In the order of the members; empty until something is sealed, and when nothing more will be. */
    private List<ByteView> memberKeys = List.of();

    private long latest = -1;
    private long sealedCount;
    private long bytes;

    SenderKey(long incarnation, long number, Sealer sealer, SortedSet<NodeId> audience, long flow, long bornNanos) {
        this.incarnation = incarnation;
        this.number = number;
        this.sealer = sealer;
        this.secret = sealer.secret();
        this.master = sealer.secret();
        this.cipher = sealer.cipher(secret);
        this.audience = audience;
        this.order = List.copyOf(audience);
        this.flow = flow;
        this.bornNanos = bornNanos;
    }

    long number() {
        return number;
    }

    Sealer.Cipher cipher() {
        return cipher;
    }

    SortedSet<NodeId> audience() {
        return audience;
    }

    boolean isWorn(Sealer.Terms terms, long nowNanos) {
        return nowNanos - bornNanos >= terms.associationNanos()
                || sealedCount >= terms.framesMax()
                || bytes >= terms.bytesMax();
    }

    /** Whether the last that it can have sealed was so long ago. */
    boolean isOver(Sealer.Terms terms, long keptNanos, long nowNanos) {
        return nowNanos - bornNanos >= terms.associationNanos() + keptNanos;
    }

    /** Whose messages it seals. */
    long flow() {
        return flow;
    }

    /** What one of the audience is told. */
    GroupKey keyFor(NodeId member, long floor) {
        Check.that(audience.contains(member), "a key for one of the audience");
        int place = Collections.binarySearch(order, member);
        return new GroupKey(incarnation, number, secret, place, sealer.memberKey(master, member), flow, floor);
    }

    /** Messages of the flow in their order, each once: their numbers are the nonces. */
    GroupSeal seal(GroupHeading heading, ByteView payload) {
        Check.that(heading.message() > latest, "message %d sealed after %d", heading.message(), latest);
        latest = heading.message();
        sealedCount++;
        bytes += payload.length();
        ByteView associated = heading.associated(number);
        ByteView sealed = cipher.seal(latest, associated, payload);
        return new GroupSeal(number, tags(sealer.digest(associated, sealed)), sealed);
    }

    private ByteView tags(ByteView digest) {
        if (memberKeys.isEmpty()) {
            memberKeys = new ArrayList<>(audience.size());
            audience.forEach(member -> memberKeys.add(sealer.memberKey(master, member)));
        }
        WireWriter tags = new WireWriter(memberKeys.size() * GroupSeal.VOUCHER_BYTES);
        memberKeys.forEach(key -> tags.u64(sealer.tag(key, digest)));
        return tags.taken();
    }

    /** By which one of the audience vouches for an answer; empty for any other. */
    OptionalLong code(NodeId member, ByteView statement) {
        int place = Collections.binarySearch(order, member);
        if (place < 0) {
            return OptionalLong.empty();
        }
        ByteView key = memberKeys.isEmpty() ? sealer.memberKey(master, member) : memberKeys.get(place);
        return OptionalLong.of(sealer.tag(key, statement));
    }

    /** It seals no more; members may still ask for it. */
    void retire() {
        memberKeys = List.of();
    }
}
