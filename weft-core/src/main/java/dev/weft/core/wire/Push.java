package dev.weft.core.wire;

/** How a node wants news of a neighbor: it asks a few to push at once, and the others only what these have missed. */
public enum Push {
    EAGER(1),
    LAZY(2);

    private final int code;

    Push(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Push ofCode(int code) {
        return code == LAZY.code ? LAZY : EAGER;
    }
}
