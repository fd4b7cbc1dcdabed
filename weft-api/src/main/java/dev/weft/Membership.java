package dev.weft;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** This node's place in a group: its inbox, and the way out. Thread-safe. */
public interface Membership extends AutoCloseable {
    /**
     * What has come so far.
     *
     * @param taken messages that the inbox took
     * @param dropped taken ones that were dropped to make room
     * @param blocked offers that a full inbox put off, for the sender to wait
     * @param refused offers put back while it was detached; what their senders have kept may come again
     * @param missed at least how many messages their senders gave up for this member: of those that were sent in one
     *     turn of the sender's loop one counts
     */
    record Counts(long taken, long dropped, long blocked, long refused, long missed) {}

    String group();

    /**
     * Waits for the next message. Suits virtual threads: waits on no monitor.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if the membership is over and its inbox empty
     */
    GroupMessage receive() throws InterruptedException;

    /**
     * Waits for the next message, for so long at most.
     *
     * @return empty when none has come in time or the membership is over and its inbox empty
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<GroupMessage> receive(Duration timeout) throws InterruptedException;

    /**
     * Hands every message, from now on, to a handler on the mesh's callback executor, one at a time in order of
     * arrival. Replaces an earlier handler. {@link #receive()} is not to be used beside it.
     */
    void onMessage(Consumer<GroupMessage> handler);

    /** True after {@link MembershipOptions.WhenFull#DETACH} has made it fall out. */
    boolean isDetached();

    /**
     * Takes part again. What senders have kept for it comes first, in their order where they promised one; what they have
     * not, {@link GroupMessage#missed} tells. An inbox that is still full falls out again.
     */
    void catchUp();

    Counts counts();

    /** Leaves the group. What has been received stays to be taken. */
    @Override
    void close();
}
