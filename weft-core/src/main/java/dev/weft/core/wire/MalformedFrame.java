package dev.weft.core.wire;

/**
 * A peer's bytes are wrong. Closes the link they came over, and that link only. Carries no stack trace: it is an
 * answer, not an accident.
 */
public final class MalformedFrame extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedFrame(String field, String reason) {
        super(field + ": " + reason, null, false, false);
    }

    /** The bytes decode to values that the frame's record refuses. */
    public MalformedFrame(String field, IllegalArgumentException refusal) {
        this(field, String.valueOf(refusal.getMessage()));
    }
}
