package dev.weft.net;

import dev.weft.core.base.ByteView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes down every call, and which of them break the promises that {@link Transport} makes to handlers. */
final class RecordingHandler implements ConnectionHandler {
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Loop loop;
    private final List<String> calls = new ArrayList<>();
    private final List<ByteView> frames = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private @Nullable Connection connection;
    private @Nullable String why;
    private @Nullable String inside;
    private Consumer<Connection> opening = to -> {};
    private boolean admits = true;
    private BiConsumer<Connection, ByteView> answer = (to, frame) -> {};

    RecordingHandler(Loop loop) {
        this.loop = loop;
    }

    /** What to do within {@link #onOpen}. */
    RecordingHandler opening(Consumer<Connection> action) {
        opening = action;
        return this;
    }

    /** Takes whoever is at the other end for a stranger; otherwise everyone is let in at once. */
    RecordingHandler admittingNobody() {
        admits = false;
        return this;
    }

    private void open(Connection to) {
        if (admits) {
            to.admit();
        }
        opening.accept(to);
    }

    /** What to do within {@link #onFrame}. */
    RecordingHandler answering(BiConsumer<Connection, ByteView> action) {
        answer = action;
        return this;
    }

    /** What an acceptor does with this handler. */
    RecordingHandler accept(Connection accepted) {
        call("accept", () -> connection = accepted, () -> open(accepted));
        return this;
    }

    @Override
    public void onOpen(Connection opened) {
        call("onOpen", () -> connection = opened, () -> open(opened));
    }

    @Override
    public void onFrame(Connection from, ByteView frame) {
        call("onFrame", () -> frames.add(frame), () -> answer.accept(from, frame));
    }

    @Override
    public void onReadComplete(Connection from) {
        call("onReadComplete", () -> {}, () -> {});
    }

    @Override
    public void onWritable(Connection to) {
        call("onWritable", () -> {}, () -> {});
    }

    @Override
    public void onClosed(String reason) {
        call("onClosed", () -> why = reason, () -> {});
    }

    private void call(String name, Runnable record, Runnable action) {
        synchronized (this) {
            if (!loop.isInLoop()) {
                broken.add(name + " on " + Thread.currentThread().getName());
            }
            if (inside != null) {
                broken.add(name + " from within " + inside);
            }
            if (calls.contains("onClosed")) {
                broken.add(name + " after onClosed");
            }
            if (name.equals("onOpen") && !calls.isEmpty()) {
                broken.add("onOpen after " + calls.get(0));
            }
            // Twice the same in a row says no more than once, and there may be very many.
            if (calls.isEmpty() || !calls.get(calls.size() - 1).equals(name)) {
                calls.add(name);
            }
            record.run();
            inside = name;
            notifyAll();
        }
        try {
            action.run();
        } finally {
            synchronized (this) {
                inside = null;
            }
        }
    }

    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    /** The names of the calls, repetitions left out. */
    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    synchronized List<ByteView> frames() {
        return List.copyOf(frames);
    }

    Connection awaitConnection() {
        await("a connection", () -> connection != null);
        return connection;
    }

    List<ByteView> awaitFrames(int count) {
        await(count + " frames", () -> frames.size() >= count);
        return frames();
    }

    String awaitClosed() {
        await("the end", () -> why != null);
        return why;
    }

    void awaitCall(String name) {
        await(name, () -> calls.contains(name));
    }

    private synchronized void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        try {
            while (!condition.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (left <= 0 || why != null && !condition.getAsBoolean()) {
                    throw new AssertionError("waited for " + what + ", saw " + calls + " with " + frames.size()
                            + " frames" + (why == null ? "" : ", ended by: " + why));
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }
}
