package dev.weft.core.authority;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.Revoked;
import java.util.TreeMap;

/**
 * Brings the newest list of revocations to every neighbor, and so to the whole mesh: each end of a link tells which list
 * it has, whoever has the newer one sends it, and does so again every second until the other has it. Driven by the
 * engine.
 */
public final class Takeback {
    /** What this machine wants and reports. May not call back in. */
    public interface Output {
        void send(NodeId neighbor, Frame frame);

        /** A newer list holds from now on; whoever is on it is to be cut off. */
        void adopted();
    }

    private static final long REPEAT_NANOS = 1_000_000_000L;
    private static final long UNTOLD = -1;

    private final Register register;
    private final Output out;
    /** The number of the list that each neighbor has said to have. */
    private final TreeMap<NodeId, Long> theirs = new TreeMap<>();

    private long repeatNanos = Deadlines.NEVER;

    public Takeback(Register register, Output out) {
        this.register = register;
        this.out = out;
    }

    public void handleLinkUp(NodeId neighbor, long nowNanos) {
        if (register.isPresent()) {
            theirs.put(neighbor, UNTOLD);
            tell(neighbor);
            repeat(nowNanos);
        }
    }

    public void handleLinkDown(NodeId neighbor) {
        theirs.remove(neighbor);
    }

    public void handleRevoked(NodeId neighbor, Revoked revoked, long nowNanos) {
        if (!theirs.containsKey(neighbor)) {
            return;
        }
        long number = revoked.next() - 1;
        theirs.put(neighbor, number);
        if (!revoked.list().isEmpty() && register.adopt(revoked.list()) == Register.Adoption.ADOPTED) {
            spread(nowNanos);
            out.adopted();
        }
        if (number != register.revocationsNumber()) {
            tell(neighbor);
            repeat(nowNanos);
        } else if (!revoked.list().isEmpty()) {
            // So that it is not sent again.
            tell(neighbor);
        }
    }

    /** A list has come from elsewhere: from a file, or from the application. */
    public Register.Adoption adopt(ByteView list, long nowNanos) {
        Register.Adoption adoption = register.adopt(list);
        if (adoption == Register.Adoption.ADOPTED) {
            spread(nowNanos);
            out.adopted();
        }
        return adoption;
    }

    public void handleTime(long nowNanos) {
        if (nowNanos < repeatNanos) {
            return;
        }
        repeatNanos = Deadlines.NEVER;
        spread(nowNanos);
    }

    public long nextDeadlineNanos() {
        return repeatNanos;
    }

    private void spread(long nowNanos) {
        for (NodeId neighbor : theirs.navigableKeySet()) {
            if (theirs.getOrDefault(neighbor, UNTOLD) != register.revocationsNumber()) {
                tell(neighbor);
                repeat(nowNanos);
            }
        }
    }

    /** Tells which list is here, and the list where the neighbor has said that it has an older one. */
    private void tell(NodeId neighbor) {
        long ours = register.revocationsNumber();
        long known = theirs.getOrDefault(neighbor, UNTOLD);
        ByteView list = known != UNTOLD && known < ours
                ? ByteView.of(register.revocations().orElseThrow().bytes())
                : ByteView.EMPTY;
        out.send(neighbor, new Revoked(list, ours + 1));
    }

    private void repeat(long nowNanos) {
        repeatNanos = Math.min(repeatNanos, nowNanos + REPEAT_NANOS);
    }
}
