package dev.weft.core.flow;

import dev.weft.core.base.Deadlines;

/** For how long nothing was heard of a flow's destination while something was outstanding, and when that is too long. */
final class Silence {
    /** How often, at least, something is sent again within the time after which a silent destination is given up. */
    private static final int PROBES_IN_PATIENCE = 6;

    private final long patienceNanos;
    private long heardNanos = -1;
    private long sinceNanos;
    private int unanswered;

    /** @param patienceNanos how long it may last; {@link Deadlines#NEVER} for as long as it likes */
    Silence(long patienceNanos) {
        this.patienceNanos = patienceNanos;
    }

    /** Something is outstanding again; from now on an answer is due. */
    void begin(long nowNanos) {
        sinceNanos = nowNanos;
    }

    void handleHeard(long nowNanos) {
        heardNanos = nowNanos;
        sinceNanos = nowNanos;
        unanswered = 0;
    }

    /** The timer has expired without a word. */
    void handleUnanswered() {
        unanswered++;
    }

    /** How often in a row the timer has expired without a word. */
    int unanswered() {
        return unanswered;
    }

    /** Whether nothing was heard since something was sent. */
    boolean hasLastedSince(long sentNanos) {
        return heardNanos < sentNanos;
    }

    /** When it has lasted for too long. */
    long endNanos() {
        return patienceNanos >= Deadlines.NEVER - sinceNanos ? Deadlines.NEVER : sinceNanos + patienceNanos;
    }

    /** The longest that may pass between two tries. */
    long probeNanos() {
        return patienceNanos / PROBES_IN_PATIENCE;
    }
}
