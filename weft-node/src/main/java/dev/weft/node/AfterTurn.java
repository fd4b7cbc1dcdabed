package dev.weft.node;

import dev.weft.net.Loop;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Hands to the application's executor what a turn of the engine gives rise to, when the engine is at rest: an executor may run
 * it at once, on the loop's thread, and what the application asks for then must not find the engine in the middle of
 * something.
 */
final class AfterTurn implements Executor {
    private final Loop loop;
    private final Executor given;
    /** The loop's own, as is what follows. */
    private final ArrayDeque<Runnable> gathered = new ArrayDeque<>();

    private boolean handing;

    AfterTurn(Loop loop, Executor given) {
        this.loop = loop;
        this.given = given;
    }

    /** On any thread. Other threads than the loop's may hold locks that it waits for, so what they have runs there too. */
    @Override
    public void execute(Runnable task) {
        if (loop.isInLoop()) {
            gathered.add(task);
            // Not all that happens on the loop is a turn of the engine, and ends with a flush.
            if (gathered.size() == 1 && !handing) {
                flushLater();
            }
        } else if (!loop.tryExecute(() -> handBehind(task))) {
            given.execute(task);
        }
    }

    /** On the loop, between turns. */
    private void handBehind(Runnable task) {
        gathered.add(task);
        flush();
    }

    /**
     * On the loop, while the engine is at rest. What comes meanwhile goes later, behind what the network brings; and not
     * within what has caused it, where that has ended a turn.
     */
    void flush() {
        if (handing) {
            return;
        }
        handing = true;
        try {
            for (int left = gathered.size(); left > 0; left--) {
                Callbacks.tell(given::execute, gathered.remove());
            }
        } finally {
            handing = false;
        }
        if (!gathered.isEmpty()) {
            flushLater();
        }
    }

    private void flushLater() {
        if (!loop.tryExecute(this::flush)) {
            flush();
        }
    }
}
