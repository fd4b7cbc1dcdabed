package dev.weft.core.wire;

/** What a link-state advertisement speaks of; apart, so that the one can change without the other. */
public enum LsaKind {
    /** The links of a node, with labels and costs. */
    ADJACENCY(1),
    /** What a node says of itself. */
    NODE(2),
    /** What the authority of the mesh says of a node: a {@link dev.weft.Credential}. */
    CREDENTIAL(4),
    /** To which key frames for a node are sealed. */
    SEAL(5);

    private final int code;

    LsaKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static LsaKind ofCode(int code) throws MalformedFrame {
        return switch (code) {
            case 1 -> ADJACENCY;
            case 2 -> NODE;
            case 4 -> CREDENTIAL;
            case 5 -> SEAL;
            default -> throw new MalformedFrame("LSA kind", "unknown code " + code);
        };
    }
}
