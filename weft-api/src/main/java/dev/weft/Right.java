package dev.weft;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a node may be allowed to do by the authority of its mesh. The codes are part of credentials. */
public enum Right {
    /** Send to, or connect to, an endpoint; the subject is its name. */
    SEND(1, Subject.NAMED),
    /** Be in a group and send to it; the subject is its name, {@code ""} for everyone. */
    JOIN(2, Subject.NAMED),
    /** Call a service; the subject is its name. */
    CALL(3, Subject.NAMED),
    /** Offer a service; the subject is its name. */
    OFFER(4, Subject.NAMED),
    /** Be a broker. */
    BROKER(5, Subject.NONE),
    /** Ask the mesh queries. */
    QUERY(6, Subject.NONE),
    /** Administer other nodes. */
    ADMINISTER(7, Subject.NONE);

    /** Whether there is something that a right is about. */
    public enum Subject {
        NAMED,
        NONE
    }

    private final int code;
    private final Subject subject;

    Right(int code, Subject subject) {
        this.code = code;
        this.subject = subject;
    }

    int code() {
        return code;
    }

    public Subject subject() {
        return subject;
    }

    static Optional<Right> ofCode(int code) {
        return Arrays.stream(values()).filter(right -> right.code == code).findFirst();
    }

    static Optional<Right> ofWord(String word) {
        return Arrays.stream(values())
                .filter(right -> right.toString().equals(word))
                .findFirst();
    }

    /** As it is written in permissions. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
