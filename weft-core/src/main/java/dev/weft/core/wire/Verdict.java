package dev.weft.core.wire;

import dev.weft.Outcome;
import dev.weft.core.base.Check;

/**
 * What a member says to a frame for many. Six bits: 0 to 3 for the first four kinds, 4 and the code of the reason for
 * a refusal.
 *
 * @param kind what
 * @param reason why it was refused
 */
public record Verdict(Kind kind, Outcome.Reason reason) {
    /** What has become of the frame, and of its message, at the member. */
    public enum Kind {
        /** The member could not keep it, or does not have what was asked about: it is to be sent (again). */
        ABSENT,
        /** The frame is there; what becomes of the message is not decided yet. */
        HELD,
        /** The application has the message. */
        DELIVERED,
        /** The member does not know the flow (any more). */
        UNKNOWN_FLOW,
        /** The message was refused for good. */
        REFUSED
    }

    public static final Verdict ABSENT = new Verdict(Kind.ABSENT, Outcome.Reason.NONE);
    public static final Verdict HELD = new Verdict(Kind.HELD, Outcome.Reason.NONE);
    public static final Verdict DELIVERED = new Verdict(Kind.DELIVERED, Outcome.Reason.NONE);
    public static final Verdict UNKNOWN_FLOW = new Verdict(Kind.UNKNOWN_FLOW, Outcome.Reason.NONE);

    private static final Outcome.Reason[] REASONS = Outcome.Reason.values();

    public Verdict {
        Check.that((kind == Kind.REFUSED) == (reason != Outcome.Reason.NONE), "a refusal has a reason, nothing else");
    }

    public static Verdict refused(Outcome.Reason reason) {
        return new Verdict(Kind.REFUSED, reason);
    }

    static Verdict of(int code) throws MalformedFrame {
        return switch (code) {
            case 0 -> ABSENT;
            case 1 -> HELD;
            case 2 -> DELIVERED;
            case 3 -> UNKNOWN_FLOW;
            case 4 -> throw new MalformedFrame("verdict", "a refusal without a reason");
            // A reason of a later version is a refusal all the same.
            default -> refused(code - 4 < REASONS.length ? REASONS[code - 4] : Outcome.Reason.LIMIT);
        };
    }

    /** Whether it is the member's last word on a message. */
    public boolean isSettling() {
        return switch (kind) {
            case ABSENT, HELD, UNKNOWN_FLOW -> false;
            case DELIVERED, REFUSED -> true;
        };
    }

    int code() {
        return kind == Kind.REFUSED ? 4 + reason.ordinal() : kind.ordinal();
    }
}
