package dev.weft;

/** A node could not be started: the message says what to change. */
public final class MeshStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MeshStartException(String message) {
        super(message);
    }

    public MeshStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
