package dev.weft.sim;

import java.util.ArrayList;
import java.util.List;

/** What should never have happened, in the order it did; the first one ends the run. */
final class Violations {
    private static final int KEPT_MAX = 10;

    /** A broken invariant. */
    record Violation(String invariant, String detail) {
        @Override
        public String toString() {
            return "'" + invariant + "' does not hold: " + detail;
        }
    }

    /** Somebody who tells of them, in time. */
    interface Witness {
        void saw(String invariant, String detail);
    }

    private final List<Violation> all = new ArrayList<>();

    void add(String invariant, String detail) {
        if (all.size() < KEPT_MAX) {
            all.add(new Violation(invariant, detail));
        }
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<Violation> all() {
        return List.copyOf(all);
    }
}
