package dev.weft.node;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Claim;
import dev.weft.core.flow.Manner;
import dev.weft.core.flow.Send;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What sends to one endpoint in one manner have in common. On any thread. */
final class Course {
    private final NodeId node;
    private final String endpoint;
    private final SendOptions options;
    private final Manner manner;
    private final long timeoutNanos;
    private final SendBudget.Flow flow;
    /** The latest, which whoever made it may add to; null where it has an outcome. */
    private volatile @Nullable Burst open;
    /** How much the last two bursts had; only a guess at the next one, so threads may see any of the latest. */
    private int lastBytes;

    private int lastButOneBytes;

    /** Another one has its place among the {@link Courses}; written before that one can be found there. */
    private boolean hasLeft;

    Course(NodeId node, String endpoint, SendOptions options, Manner manner) {
        this.node = node;
        this.endpoint = endpoint;
        this.options = options;
        this.manner = manner;
        this.timeoutNanos = options.timeout().toNanos();
        this.flow = new SendBudget.Flow(node, endpoint, options.kind(), options.priority());
    }

    boolean leadsTo(NodeId other, String otherEndpoint) {
        return Objects.equals(endpoint, otherEndpoint) && Objects.equals(node, other);
    }

    /** Whether sends with these options go by it. */
    boolean isIn(SendOptions others) {
        return Objects.equals(options, others);
    }

    /** Whether it still has its place and all of this is the very same that it was made of, as it mostly is. */
    boolean isVery(NodeId sameNode, String sameEndpoint, SendOptions sameOptions) {
        return node == sameNode && endpoint == sameEndpoint && options == sameOptions && !hasLeft;
    }

    void leavePlace() {
        hasLeft = true;
    }

    /**
     * How many bytes the next burst may have packed: as many as the larger of the last two that were taken, for the loop takes long
     * ones and short ones by turns, and room that turns out too small is copied.
     */
    int expectedBytes() {
        return Math.max(lastBytes, lastButOneBytes);
    }

    /** A burst was taken with so many bytes packed, 0 where it was one message. */
    void noteTaken(int bytes) {
        lastButOneBytes = lastBytes;
        lastBytes = bytes;
    }

    boolean isUnderWay() {
        return open != null;
    }

    /** A burst has its outcome. One that begins at this very time may be let go of too, and is not added to any more. */
    void ended(Burst burst) {
        if (open == burst) {
            open = null;
        }
    }

    NodeId node() {
        return node;
    }

    String endpoint() {
        return endpoint;
    }

    SendBudget.Flow flow() {
        return flow;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    /** Adds a message, whose bytes are copied, to what this thread has handed over before; null where it cannot. */
    @Nullable
    TicketEnd add(byte[] payload, Burst.Numbers numbers) {
        Burst present = open;
        return present == null ? null : present.add(payload, numbers);
    }

    /** The same with a handler in place of a ticket; its number, or 0 where it cannot. */
    long add(byte[] payload, Burst.Numbers numbers, Consumer<Outcome> handler) {
        Burst present = open;
        return present == null ? 0 : present.add(payload, numbers, handler);
    }

    /** A message, whose bytes are copied, to be handed over and added to as long as it has not been taken. */
    Burst begin(SendBudget.Account account, byte[] payload, long number, @Nullable Consumer<Outcome> handler) {
        Burst begun = new Burst(this, account, payload.clone(), number, handler);
        open = begun;
        return begun;
    }

    Send send(Claim claim, List<ByteView> messages) {
        return new Send(claim, node, endpoint, options.kind(), manner, messages, timeoutNanos);
    }
}
