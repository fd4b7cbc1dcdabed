package dev.weft.net;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The one thread of a node: its connections are read and written here, its timers fire here, its engine runs here. */
public final class Loop implements AutoCloseable {
    /** What waits for the network. */
    public enum Kind {
        EPOLL,
        NIO;

        /** Epoll where it loads. */
        public static Kind best() {
            NettySettings.apply();
            return Epoll.isAvailable() ? EPOLL : NIO;
        }
    }

    /** Something scheduled. */
    public interface Cancellable {
        void cancel();
    }

    private final Kind kind;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop eventLoop;

    public Loop(String threadName, Kind kind) {
        NettySettings.apply();
        this.kind = kind;
        ThreadFactory threads = task -> daemon(task, threadName);
        this.group = new MultiThreadIoEventLoopGroup(1, threads, handlers(kind));
        this.eventLoop = group.next();
    }

    public Kind kind() {
        return kind;
    }

    /** Runs a task on the loop's thread, later. */
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    public Cancellable schedule(long delayNanos, Runnable task) {
        ScheduledFuture<?> scheduled = eventLoop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** Whether this thread runs no mesh, this one's or another's: two that waited for each other would wait for ever. */
    public static boolean mayWait() {
        return !(Thread.currentThread() instanceof LoopThread);
    }

    /**
     * To be called before anything that waits for what a mesh brings.
     *
     * @throws IllegalStateException on the thread of a mesh, this one's or another's: nothing would come while it waits
     */
    public static void requireMayWait() {
        if (!mayWait()) {
            throw new IllegalStateException(
                    "this would wait on the thread " + Thread.currentThread().getName()
                            + ", which runs a mesh: its callbacks run there, for they have an executor that runs them at once;"
                            + " wait on a thread of your own, or leave MeshBuilder.callbacks as it is");
        }
    }

    public boolean isInLoop() {
        return eventLoop.inEventLoop();
    }

    /** Whether {@link #execute} has come too late. */
    public boolean isClosed() {
        return group.isShuttingDown();
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /** Stops the thread; waits for it up to 2 s, unless called on it. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        if (!isInLoop()) {
            group.terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
        }
    }

    /** Runs a task, or says that the loop has closed. */
    public boolean tryExecute(Runnable task) {
        try {
            eventLoop.execute(task);
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new LoopThread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Netty keeps what belongs to a thread faster at hand in one of its own. */
    private static final class LoopThread extends FastThreadLocalThread {
        private LoopThread(Runnable task, String name) {
            super(task, name);
        }
    }

    private static IoHandlerFactory handlers(Kind kind) {
        return switch (kind) {
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }
}
