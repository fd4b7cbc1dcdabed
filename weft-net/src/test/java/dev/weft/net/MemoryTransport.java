package dev.weft.net;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.link.Assurance;
import dev.weft.core.wire.EncodedFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Frames within one process: {@code memory/name}, between the transports that share a {@link Hub}. Loses and reorders
 * nothing; with all of them on one loop, every run takes the same course.
 */
final class MemoryTransport implements Transport {
    private static final int HIGH_BYTES = 512 << 10;
    private static final int LOW_BYTES = 128 << 10;

    /** Where transports find each other. */
    static final class Hub {
        private final ConcurrentMap<String, Waiting> waiting = new ConcurrentHashMap<>();
    }

    private record Waiting(MemoryTransport transport, Acceptor acceptor) {}

    private final Loop loop;
    private final Hub hub;
    /** Touched on the loop only. */
    private final Set<End> ends = new LinkedHashSet<>();

    private volatile boolean closed;

    MemoryTransport(Loop loop, Hub hub) {
        this.loop = loop;
        this.hub = hub;
    }

    @Override
    public String scheme() {
        return "memory";
    }

    @Override
    public Listener listen(Locator at, Acceptor acceptor) throws IOException {
        if (closed) {
            throw new IOException("cannot listen at " + at + ": the transport is closed");
        }
        Waiting waiting = new Waiting(this, acceptor);
        if (hub.waiting.putIfAbsent(at.address(), waiting) != null) {
            throw new IOException("cannot listen at " + at + ": address already in use");
        }
        return new Listener() {
            @Override
            public Locator locator() {
                return at;
            }

            @Override
            public void close() {
                hub.waiting.remove(at.address(), waiting);
            }
        };
    }

    @Override
    public void dial(Locator to, ConnectionHandler handler) {
        Waiting waiting = closed ? null : hub.waiting.get(to.address());
        if (waiting == null) {
            loop.tryExecute(() -> handler.onClosed("nobody listens at " + to));
            return;
        }
        End near = new End(this, to);
        End far = new End(waiting.transport, new Locator("memory", "dialled-" + to.address()));
        near.other = far;
        far.other = near;
        near.handler = handler;
        ends.add(near);
        if (!waiting.transport.loop.tryExecute(() -> waiting.transport.accept(to, waiting, far))) {
            near.end("nobody listens at " + to);
        }
    }

    private void accept(Locator at, Waiting waiting, End far) {
        End near = far.peerEnd();
        if (!hub.waiting.containsValue(waiting)) {
            near.transport.loop.tryExecute(() -> near.end("nobody listens at " + at));
            return;
        }
        near.transport.loop.tryExecute(near::open);
        ends.add(far);
        far.handler = waiting.acceptor.accept(far);
    }

    @Override
    public void close() {
        closed = true;
        hub.waiting.values().removeIf(waiting -> waiting.transport == this);
        loop.tryExecute(() -> {
            for (End end : List.copyOf(ends)) {
                end.breakOff("the transport was closed");
            }
        });
    }

    /** One end of a connection; all of it is touched on its transport's loop only. */
    private static final class End implements Connection {
        private final MemoryTransport transport;
        private final Locator peer;
        private final List<ByteView> written = new ArrayList<>();
        private @Nullable End other;
        private @Nullable ConnectionHandler handler;
        private long underWay;
        private boolean full;
        private boolean ended;

        private End(MemoryTransport transport, Locator peer) {
            this.transport = transport;
            this.peer = peer;
        }

        private End peerEnd() {
            End known = other;
            Check.that(known != null, "an end without another");
            return known;
        }

        private void open() {
            if (!ended) {
                handler.onOpen(this);
            }
        }

        @Override
        public Locator peer() {
            return peer;
        }

        @Override
        public Assurance assurance() {
            return Assurance.SAME_USER;
        }

        @Override
        public boolean isOpen() {
            return !ended;
        }

        @Override
        public boolean isWritable() {
            return !full && !ended;
        }

        @Override
        public void write(EncodedFrame encoded) {
            ByteView frame = encoded.whole();
            Check.that(transport.loop.isInLoop(), "written on another thread than the loop's");
            Check.that(
                    frame.length() >= 1 && frame.length() <= FrameSplitter.FRAME_BYTES_MAX,
                    "a frame of %d bytes",
                    frame.length());
            written.add(frame);
            underWay += frame.length();
            full |= underWay > HIGH_BYTES;
        }

        @Override
        public void flush() {
            if (!written.isEmpty() && !ended) {
                List<ByteView> frames = List.copyOf(written);
                End to = peerEnd();
                to.transport.loop.tryExecute(() -> to.receive(frames));
            }
            written.clear();
        }

        @Override
        public void close() {
            flush();
            breakOff("this end closed the connection");
        }

        private void receive(List<ByteView> frames) {
            long taken = 0;
            for (ByteView frame : frames) {
                if (ended) {
                    return;
                }
                handler.onFrame(this, frame);
                taken += frame.length();
            }
            if (!ended) {
                handler.onReadComplete(this);
            }
            long bytes = taken;
            End from = peerEnd();
            from.transport.loop.tryExecute(() -> from.taken(bytes));
        }

        private void taken(long bytes) {
            underWay -= bytes;
            if (full && underWay < LOW_BYTES) {
                full = false;
                if (!ended) {
                    handler.onWritable(this);
                }
            }
        }

        private void breakOff(String why) {
            if (!ended) {
                end(why);
                End gone = peerEnd();
                gone.transport.loop.tryExecute(() -> gone.end("the other end closed the connection"));
            }
        }

        private void end(String why) {
            if (!ended) {
                ended = true;
                transport.ends.remove(this);
                // Later, for this may be the handler's own doing, or that of an acceptor that has yet to name it.
                transport.loop.tryExecute(() -> handler.onClosed(why));
            }
        }
    }
}
