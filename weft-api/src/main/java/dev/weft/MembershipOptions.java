package dev.weft;

/**
 * How much a membership's inbox holds, and what happens when its application is too slow for it. Immutable.
 *
 * @param whenFull what becomes of a message that does not fit
 * @param messagesMax how many messages may wait: 1 to 1,000,000. Under {@code BLOCK} and {@code DETACH} what a sender has
 *     sent in one turn is taken whole or not at all, so an empty inbox takes up to 256 messages, whatever is said here
 * @param bytesMax how many bytes may wait: 1 to 1 GiB; one message of any size always fits an empty inbox
 * @param secrecy whether messages are taken that are not sealed, as they are where the mesh has nothing to seal with
 */
public record MembershipOptions(WhenFull whenFull, int messagesMax, long bytesMax, Secrecy secrecy) {
    /** What to do when the inbox is full. Only the first lets a slow member slow the others. */
    public enum WhenFull {
        /** Have the sender wait, as long as its send's timeout allows. */
        BLOCK,
        /** Drop the oldest message that waits. */
        DROP_OLDEST,
        /** Keep only the newest message, always. */
        LATEST_ONLY,
        /**
         * Fall out: put back this message and all after it, until {@link Membership#catchUp}. Nobody waits meanwhile;
         * senders keep what is put back, up to a bound and until their timeout, to be fetched then.
         */
        DETACH
    }

    /** 4,096 messages and 16 MiB; the sender waits. */
    public static final MembershipOptions BLOCK =
            new MembershipOptions(WhenFull.BLOCK, 4_096, 16L << 20, Secrecy.BY_POLICY);

    public MembershipOptions {
        if (messagesMax < 1 || messagesMax > 1_000_000 || bytesMax < 1 || bytesMax > 1L << 30) {
            throw new IllegalArgumentException("an inbox of " + messagesMax + " messages and " + bytesMax
                    + " bytes must have 1 to 1,000,000 and 1 to 1 GiB");
        }
    }

    public MembershipOptions withWhenFull(WhenFull policy) {
        return new MembershipOptions(policy, messagesMax, bytesMax, secrecy);
    }

    public MembershipOptions withMessagesMax(int messages) {
        return new MembershipOptions(whenFull, messages, bytesMax, secrecy);
    }

    public MembershipOptions withBytesMax(long bytes) {
        return new MembershipOptions(whenFull, messagesMax, bytes, secrecy);
    }

    public MembershipOptions withSecrecy(Secrecy other) {
        return new MembershipOptions(whenFull, messagesMax, bytesMax, other);
    }
}
