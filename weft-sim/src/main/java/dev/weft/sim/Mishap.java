package dev.weft.sim;

import java.util.Locale;

/** What can be left out of the world that a seed grows into, one by one, without another draw being made for the rest. */
public enum Mishap {
    /** Frames that are lost, or held up on streams. */
    LOSS,
    /** Frames that arrive twice. */
    DUPLICATION,
    /** Frames that take longer than others. */
    JITTER,
    /** Links that carry little, and queues that hold little. */
    BANDWIDTH,
    /** Processes that die and come back, and memberships that change. */
    CRASHES,
    /** Cuts, one way and both ways, and partitions. */
    PARTITIONS,
    /** Processes that stand still, endpoints that close, inboxes that are full. */
    PAUSES,
    /** Clocks that run fast or slow. */
    DRIFT,
    /** Nodes of another mesh. */
    STRANGERS,
    /** Nodes without the key. */
    IMPOSTORS,
    /** Messages of more than 200 bytes. */
    LARGE,
    /** Connections. */
    SESSIONS,
    /** Applications that take slowly and have little room. */
    SLOWNESS;

    /** As on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if nothing is called so */
    public static Mishap parse(String word) {
        StringBuilder known = new StringBuilder();
        for (Mishap mishap : values()) {
            if (mishap.word().equals(word)) {
                return mishap;
            }
            known.append(known.isEmpty() ? "" : ", ").append(mishap.word());
        }
        throw new IllegalArgumentException("'" + word + "' is nothing to leave out: there are " + known);
    }
}
