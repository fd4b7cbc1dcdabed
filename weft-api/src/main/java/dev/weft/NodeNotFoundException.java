package dev.weft;

/** No node, or more than one, fits what was asked for. */
public final class NodeNotFoundException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NodeNotFoundException(String message) {
        super(message);
    }
}
