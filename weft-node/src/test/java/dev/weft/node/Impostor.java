package dev.weft.node;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireReader;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Loop;
import dev.weft.net.TcpTransport;
import dev.weft.net.Transport;
import dev.weft.net.secure.NodeKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Somebody who speaks TCP, under TLS with a key of his own or in plain, and says what he likes or what others have said.
 */
final class Impostor implements AutoCloseable {
    final NodeKey key = NodeKey.generate();

    /** What whoever dialled this one has said, and what was said to it from the far end. */
    final ConcurrentLinkedQueue<ByteView> fromNear = new ConcurrentLinkedQueue<>();

    final ConcurrentLinkedQueue<ByteView> fromFar = new ConcurrentLinkedQueue<>();
    private final Loop loop = new Loop("impostor", Loop.Kind.best());
    private final TcpTransport tcp;

    static Impostor underTls() {
        return new Impostor(true);
    }

    static Impostor inPlain() {
        return new Impostor(false);
    }

    private Impostor(boolean tls) {
        tcp = tls ? TcpTransport.secured(loop, key) : TcpTransport.plain(loop);
    }

    /** Passes on all that is said, both ways, between whoever dials it and the address. */
    Locator standBefore(Locator far) throws IOException {
        Transport.Listener listener = tcp.listen(Locator.parse("tcp/127.0.0.1:0"), near -> {
            Pass toNear = new Pass(near, fromFar);
            Pass toFar = new Pass(null, fromNear);
            tcp.dial(far, new End(toNear, toFar));
            return new End(toFar, toNear);
        });
        return listener.locator();
    }

    /** Says all that to whoever dials, and keeps what it hears. */
    Locator answering(List<ByteView> frames) throws IOException {
        Transport.Listener listener = tcp.listen(Locator.parse("tcp/127.0.0.1:0"), near -> {
            Pass toNear = new Pass(near, fromFar);
            frames.forEach(toNear::say);
            return new End(new Pass(null, fromNear), toNear);
        });
        return listener.locator();
    }

    /** Dials, says all that, and keeps what it hears. */
    void say(Locator to, List<ByteView> frames) {
        Pass nowhere = new Pass(null, fromFar);
        Pass there = new Pass(null, fromNear);
        frames.forEach(there::say);
        loop.execute(() -> tcp.dial(to, new End(nowhere, there)));
    }

    /** The CLOSE among what was heard. */
    static Optional<Close> closeIn(ConcurrentLinkedQueue<ByteView> heard) {
        for (ByteView frame : heard) {
            try {
                WireReader in = new WireReader(frame);
                if (FrameType.decode(in) == FrameType.CLOSE) {
                    return Optional.of(Close.decode(in));
                }
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        tcp.close();
        loop.close();
    }

    /** To one end; what is said before it is there waits. */
    private static final class Pass {
        private final List<ByteView> waiting = new ArrayList<>();
        private final ConcurrentLinkedQueue<ByteView> kept;
        private Connection to;

        Pass(Connection to, ConcurrentLinkedQueue<ByteView> kept) {
            this.to = to;
            this.kept = kept;
        }

        void opened(Connection connection) {
            to = connection;
            waiting.forEach(to::write);
            to.flush();
        }

        void say(ByteView frame) {
            if (to == null) {
                waiting.add(frame);
            } else {
                to.write(frame);
                to.flush();
            }
        }

        void end() {
            if (to != null) {
                to.close();
            }
        }
    }

    /** One end: keeps what it says, and passes it to the other. */
    private record End(Pass other, Pass own) implements ConnectionHandler {
        @Override
        public void onOpen(Connection connection) {
            own.opened(connection);
        }

        @Override
        public void onFrame(Connection connection, ByteView frame) {
            other.kept.add(frame);
            other.say(frame);
        }

        @Override
        public void onReadComplete(Connection connection) {}

        @Override
        public void onWritable(Connection connection) {}

        @Override
        public void onClosed(String why) {
            other.end();
        }
    }
}
