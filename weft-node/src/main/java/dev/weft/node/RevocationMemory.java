package dev.weft.node;

import dev.weft.MeshStartException;
import dev.weft.Revocations;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Keeps the newest list of revocations in the state directory, so that a node that starts anew while nobody else is
 * there still knows who was thrown out. Written beside the loop, for a disk may be slow.
 */
final class RevocationMemory {
    private static final String FILE = "revocations";

    private final StateDirectory state;
    private final Executor executor;
    private long written;

    RevocationMemory(StateDirectory state, Executor executor) {
        this.state = state;
        this.executor = executor;
    }

    /** @throws MeshStartException if there is a list and it cannot be read: without it somebody might get in again */
    Optional<Revocations> recall() {
        try {
            return state.read(FILE).map(lines -> Revocations.parse(String.join("\n", lines)));
        } catch (IllegalArgumentException e) {
            throw new MeshStartException(
                    "the list of revocations in the state directory is damaged: hand the node the newest list"
                            + " (--revocations FILE) and remove the damaged one; " + e.getMessage(),
                    e);
        }
    }

    void keep(Revocations newest) {
        try {
            executor.execute(() -> write(newest));
        } catch (RejectedExecutionException closing) {
            // The callbacks end before the loop does where they are the application's own.
            write(newest);
        }
    }

    private synchronized void write(Revocations list) {
        if (list.content().number() > written) {
            written = list.content().number();
            state.write(FILE, list.text().lines().toList());
        }
    }
}
