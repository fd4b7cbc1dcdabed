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
    /** The loop's own. */
    private final ArrayDeque<Runnable> gathered = new ArrayDeque<>();

    AfterTurn(Loop loop, Executor given) {
        this.loop = loop;
        this.given = given;
    }

    @Override
    public void execute(Runnable task) {
        if (!loop.isInLoop()) {
            given.execute(task);
            return;
        }
        gathered.add(task);
        // Not all that happens on the loop is a turn of the engine, and ends with a flush.
        if (gathered.size() == 1 && !loop.tryExecute(this::flush)) {
            flush();
        }
    }

    /** On the loop, while the engine is at rest. What comes meanwhile goes too. */
    void flush() {
        for (Runnable task = gathered.poll(); task != null; task = gathered.poll()) {
            Callbacks.tell(given::execute, task);
        }
    }
}
