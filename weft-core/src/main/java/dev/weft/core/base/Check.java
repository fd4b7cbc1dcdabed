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

    /**
     * The same where the message tells numbers: it is put together only when it is needed, for this stands on every way
     * that data takes.
     *
     * @param format as for {@link String#format}, with a {@code %d} for each value
     * @throws InvariantError unless {@code condition} holds
     */
    public static void that(boolean condition, String format, long value) {
        if (!condition) {
            throw new InvariantError(String.format(format, value));
        }
    }

    /** As {@link #that(boolean, String, long)} with two numbers. */
    public static void that(boolean condition, String format, long value, long other) {
        if (!condition) {
            throw new InvariantError(String.format(format, value, other));
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
