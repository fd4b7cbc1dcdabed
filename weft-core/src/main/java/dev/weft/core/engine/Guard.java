package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Right;
import dev.weft.core.authority.Register;
import dev.weft.core.authority.Takeback;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.topology.Flooding;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.Revoked;
import java.util.TreeMap;

/**
 * Has the word of the mesh's authority obeyed on this node: shows this node's credential, learns those of others,
 * spreads revocations, has links judged again, and says who may do what here.
 *
 * <p>Called by {@link Engine}, {@link Machines}, {@link Arrivals} and {@link Groups}.
 */
final class Guard {
    /** What follows for the other machines. */
    interface Output {
        void send(NodeId neighbor, Frame frame);

        /** Every link is to be judged again. */
        void review(long nowNanos);

        /** A newer list of revocations holds. */
        void revocationsChanged();

        /** A node was refused something for want of a right. */
        void denied(NodeId node, Right right, String subject);
    }

    /** Credentials begin and end by the wall clock, which may be set; so it is looked at, not computed with. */
    private static final long LOOK_NANOS = 500_000_000L;

    private final Register register;
    private final Flooding flooding;
    private final Output out;
    private final Takeback takeback;
    private long lookNanos = Deadlines.NEVER;
    private long now;

    Guard(Register register, Flooding flooding, Output out) {
        this.register = register;
        this.flooding = flooding;
        this.out = out;
        this.takeback = new Takeback(register, new Takeback.Output() {
            @Override
            public void send(NodeId neighbor, Frame frame) {
                Guard.this.out.send(neighbor, frame);
            }

            @Override
            public void adopted() {
                Guard.this.out.revocationsChanged();
                Guard.this.out.review(now);
            }
        });
    }

    void start(long nowNanos) {
        if (register.isPresent()) {
            lookNanos = nowNanos;
            announce(nowNanos);
        }
    }

    /** This node has another credential. */
    void announce(long nowNanos) {
        register.notary()
                .credential()
                .ifPresent(credential -> flooding.originate(
                        LsaKind.CREDENTIAL, ByteView.of(credential.bytes()), Flooding.Haste.URGENT, nowNanos));
    }

    // ------------------------------------------------------------------ inputs

    void handleLinkUp(NodeId neighbor, long nowNanos) {
        now = nowNanos;
        takeback.handleLinkUp(neighbor, nowNanos);
    }

    void handleLinkDown(NodeId neighbor) {
        takeback.handleLinkDown(neighbor);
    }

    void handleRevoked(NodeId neighbor, Revoked revoked, long nowNanos) {
        now = nowNanos;
        takeback.handleRevoked(neighbor, revoked, nowNanos);
    }

    Register.Adoption adopt(ByteView list, long nowNanos) {
        now = nowNanos;
        return takeback.adopt(list, nowNanos);
    }

    /** A node's flooded credential is new, newer, or gone. */
    void credentialChanged(NodeId node) {
        flooding.lsdb()
                .credentialOf(node)
                .ifPresentOrElse(shown -> register.learn(node, shown), () -> register.forget(node));
    }

    void handleTime(long nowNanos) {
        now = nowNanos;
        takeback.handleTime(nowNanos);
        if (nowNanos >= lookNanos) {
            lookNanos = nowNanos + LOOK_NANOS;
            out.review(nowNanos);
        }
    }

    long nextDeadlineNanos() {
        return Math.min(lookNanos, takeback.nextDeadlineNanos());
    }

    // ------------------------------------------------------------------ questions

    Register register() {
        return register;
    }

    boolean isAwaited(NodeId origin, long nowNanos) {
        return register.isAwaited(origin, nowNanos);
    }

    /** What the policy says to a flow from another node; an answer to what this node has begun needs no right. */
    Acceptance check(FlowLabel flow) {
        return flow.answers() != 0 || permits(flow.origin(), Right.SEND, flow.endpoint())
                ? Acceptance.TAKEN
                : Acceptance.NOT_PERMITTED;
    }

    /** Whether a node may do that now; what is refused is counted and told. */
    boolean permits(NodeId node, Right right, String subject) {
        boolean permitted = register.permits(node, right, subject);
        if (!permitted) {
            out.denied(node, right, subject);
        }
        return permitted;
    }

    /**
     * Whether a connection that another node has begun may stand: not where the node's credential, as it is known now,
     * would not let it begin. Of a node of which nothing is known at the moment nothing new is known either.
     */
    boolean mayGoOn(FlowLabel flow) {
        return register.wouldPermit(flow.origin(), Right.SEND, flow.endpoint())
                || register.credentialOf(flow.origin()).isEmpty();
    }

    /** Whether a node is to be taken for a member of a group that it says it is in. */
    boolean isInGroup(NodeId node, String group) {
        return register.wouldPermit(node, Right.JOIN, group);
    }

    void count(TreeMap<String, Long> counters) {
        counters.put("authority.checked", register.checkedCount());
        counters.put("authority.denied", register.deniedCount());
        counters.put("authority.forged", register.forgedCount());
        counters.put("authority.known", (long) register.knownCount());
        counters.put("authority.revocations", register.revocationsNumber());
    }
}
