package dev.weft.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

/**
 * Looks each time round at what no event of the system tells of, memory that other processes write, and lets the loop
 * sleep only when all of it agrees. So others have to wake the loop only when it sleeps, not whenever it looks at something
 * else.
 *
 * <p>Stands before the loop's own handler of events. Runs on the loop's thread.
 */
final class Lookout implements IoHandler {
    private static final Loop.Watched[] NONE = {};

    private final IoHandler events;
    /** Never changed, for what is watched may come and go while all are looked at. */
    private Loop.Watched[] watched = NONE;

    Lookout(IoHandler events) {
        this.events = events;
    }

    void add(Loop.Watched added) {
        Loop.Watched[] more = new Loop.Watched[watched.length + 1];
        System.arraycopy(watched, 0, more, 0, watched.length);
        more[watched.length] = added;
        watched = more;
    }

    void remove(Loop.Watched gone) {
        for (int i = 0; i < watched.length; i++) {
            if (watched[i] == gone) {
                Loop.Watched[] fewer = new Loop.Watched[watched.length - 1];
                System.arraycopy(watched, 0, fewer, 0, i);
                System.arraycopy(watched, i + 1, fewer, i, fewer.length - i);
                watched = fewer;
                return;
            }
        }
    }

    @Override
    public int run(IoHandlerContext context) {
        Loop.Watched[] all = watched;
        boolean busy = work(all);
        if (busy && context.canBlock()) {
            // Mostly that was all, and the loop can sleep without asking the system first.
            busy = work(all);
        }
        boolean sleeps = !busy && context.canBlock() && letSleep(all);
        try {
            return events.run(sleeps || all.length == 0 ? context : new Awake(context));
        } finally {
            for (Loop.Watched one : all) {
                one.wakeUp();
            }
        }
    }

    private static boolean work(Loop.Watched[] all) {
        boolean some = false;
        for (Loop.Watched one : all) {
            some |= one.work();
        }
        return some;
    }

    private static boolean letSleep(Loop.Watched[] all) {
        for (Loop.Watched one : all) {
            if (!one.letSleep()) {
                return false;
            }
        }
        return true;
    }

    /** For a loop that has something to do. */
    private record Awake(IoHandlerContext context) implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return context.delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return context.deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long activeNanos) {
            context.reportActiveIoTime(activeNanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return context.shouldReportActiveIoTime();
        }
    }

    @Override
    public void initialize() {
        events.initialize();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return events.register(handle);
    }

    @Override
    public void wakeup() {
        events.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return events.isCompatible(handleType);
    }

    @Override
    public void prepareToDestroy() {
        events.prepareToDestroy();
    }

    @Override
    public void destroy() {
        events.destroy();
    }
}
