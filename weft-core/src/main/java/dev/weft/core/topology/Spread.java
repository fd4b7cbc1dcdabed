package dev.weft.core.topology;

import java.util.Arrays;

/**
 * How far one edition of an advertisement has been brought to each neighbor, by the neighbors' slots. Asked and told
 * by {@link Flooding} and {@link Neighbor} alone.
 */
final class Spread {
    /** What a neighbor has of the edition, as far as this node knows. */
    enum State {
        /** It has it, or need not get it from here. */
        DONE,
        /** It gets it by others, most likely; held ready in case it does not. */
        LAZY,
        /** To be sent as soon as the neighbor may be spoken to. */
        QUEUED,
        /** Sent, not acknowledged. */
        SENT
    }

    private static final State[] STATES = State.values();

    private byte[] states = new byte[0];
    private long serial;
    private long sinceNanos;

    /** A new edition: nobody has been told. */
    void begin(long newSerial, int slots, State initial, long nowNanos) {
        serial = newSerial;
        sinceNanos = nowNanos;
        if (states.length < slots) {
            states = new byte[slots];
        }
        Arrays.fill(states, (byte) initial.ordinal());
    }

    /** The number of the change that brought this edition; rises with each change of the database. */
    long serial() {
        return serial;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    State state(int slot) {
        return slot < states.length ? STATES[states[slot]] : State.DONE;
    }

    void become(int slot, State state) {
        if (slot >= states.length) {
            states = Arrays.copyOf(states, slot + 4);
        }
        states[slot] = (byte) state.ordinal();
    }
}
