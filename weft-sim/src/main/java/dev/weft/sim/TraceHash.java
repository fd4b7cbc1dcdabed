package dev.weft.sim;

import dev.weft.core.base.Prng;

/** A running hash of all that happened; equal for equal runs on every JVM. */
final class TraceHash {
    private long state = 0x5745_4654L;

    void add(long value) {
        state = Prng.mix(state * 0x9e3779b97f4a7c15L + value);
    }

    /** What happened in another's sight. */
    void add(TraceHash other) {
        add(other.state);
    }

    String hex() {
        return String.format("%016x", state);
    }
}
