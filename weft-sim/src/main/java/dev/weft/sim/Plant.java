package dev.weft.sim;

import java.util.Locale;

/** A bug put in on purpose: what a failure looks like, and whether the simulator finds it, is seen with these. */
public enum Plant {
    NONE,
    /** Applications say that they have a message, and take it 50 ms later: they may die in between. */
    HASTY;

    private static final long HASTE_NANOS = 50_000_000L;

    /** As on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    World.ApplicationFactory applications() {
        return switch (this) {
            case NONE -> new World.Honest();
            case HASTY ->
                world -> (node, payload) -> world.events.after(HASTE_NANOS, at -> {
                    if (node.isAlive()) {
                        world.journal.received(node.index, payload);
                    }
                });
        };
    }
}
