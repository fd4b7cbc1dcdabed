package dev.weft.core.wire;

/** Whether a node still wants a link. A link that both ends leave unwanted is closed. */
public enum Interest {
    WANTED(1),
    UNWANTED(2);

    private final int code;

    Interest(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Interest ofCode(int code) {
        return code == WANTED.code ? WANTED : UNWANTED;
    }
}
