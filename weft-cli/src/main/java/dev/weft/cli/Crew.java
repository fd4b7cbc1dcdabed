package dev.weft.cli;

import dev.weft.sim.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a simulation: one asks, the others help. They meet some ten thousand times a second for a few hundred
 * microseconds, so who waits spins for a while before it sleeps, and nobody waits for a helper that has not come.
 *
 * <p>Used by {@link SimCommand}, from one thread.
 */
final class Crew implements Workers, AutoCloseable {
    /** Some 100 µs: about as long as the world takes between two windows. */
    private static final int SPINS_MAX = 4_000;

    private static final long PAUSE_NANOS = 20_000;

    /** What is to be done at once, and how far it is. */
    private static final class Round {
        private final int count;
        private final Piece piece;
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();

        private Round(int count, Piece piece) {
            this.count = count;
            this.piece = piece;
        }

        /** Takes piece after piece, until none is left to begin. */
        private void help() {
            for (int number = begun.getAndIncrement(); number < count; number = begun.getAndIncrement()) {
                try {
                    piece.run(number);
                } finally {
                    ended.incrementAndGet();
                }
            }
        }

        private boolean isOver() {
            return ended.get() >= count;
        }
    }

    private final class Helper extends Thread {
        private volatile boolean isAsleep;

        private Helper(int number) {
            super("simulation-" + number);
            setDaemon(true);
        }

        @Override
        public void run() {
            Round last = null;
            while (!isClosed) {
                Round next = round;
                if (next == null || next == last) {
                    awaitOther(last);
                } else {
                    next.help();
                    last = next;
                }
            }
        }

        private void awaitOther(@Nullable Round last) {
            for (int spins = 0; spins < SPINS_MAX; spins++) {
                if (round != last) {
                    return;
                }
                Thread.onSpinWait();
            }
            isAsleep = true;
            while (round == last && !isClosed) {
                LockSupport.park(Crew.this);
            }
            isAsleep = false;
        }

        private void wake() {
            if (isAsleep) {
                LockSupport.unpark(this);
            }
        }
    }

    private final Helper[] helpers;
    private volatile @Nullable Round round;
    private volatile boolean isClosed;

    /** @param workers whoever asks, and so many less one who help */
    Crew(int workers) {
        helpers = new Helper[workers - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
            helpers[i].start();
        }
    }

    @Override
    public void run(int count, Piece piece) {
        if (count == 1 || helpers.length == 0) {
            Workers.NONE.run(count, piece);
            return;
        }
        Round mine = new Round(count, piece);
        round = mine;
        for (Helper helper : helpers) {
            helper.wake();
        }
        mine.help();
        for (int spins = 0; !mine.isOver(); spins++) {
            if (spins < SPINS_MAX) {
                Thread.onSpinWait();
            } else {
                // A helper has been taken off its processor in the middle of a piece.
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
