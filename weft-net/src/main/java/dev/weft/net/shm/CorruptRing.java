package dev.weft.net.shm;

/** The other process has written something into the shared file that cannot be: the link to it ends. */
final class CorruptRing extends Exception {
    private static final long serialVersionUID = 1L;

    CorruptRing(String what) {
        super(what, null, false, false);
    }

    /** What cannot be. */
    String what() {
        String message = getMessage();
        return message == null ? "the shared memory is corrupt" : message;
    }
}
