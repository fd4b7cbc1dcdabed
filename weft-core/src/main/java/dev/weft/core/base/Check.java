package dev.weft.core.base;

/** Checks of what must hold. A failed invariant is our bug, never the peer's: see {@link InvariantError}. */
public final class Check {
    private Check() {}

    /** @throws InvariantError unless {@code condition} holds */
    public static void that(boolean condition, String message) {
        if (!condition) {
            throw new InvariantError(message);
        }
    }

    /** Checks a configured value, so that a wrong one is named together with what is allowed. */
    public static long within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + "=" + value + " must be from " + min + " to " + max);
        }
        return value;
    }
}
