package dev.weft.core.base;

/** Something that cannot be has happened: a bug of ours. The engine that meets it stops; the process goes on. */
public final class InvariantError extends AssertionError {
    private static final long serialVersionUID = 1L;

    public InvariantError(String message) {
        super(message);
    }
}
