package dev.weft.node;

import dev.weft.Locator;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.link.Assurance;
import dev.weft.core.seal.Sealer;
import dev.weft.core.topology.Edition;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Loop;
import dev.weft.net.TcpTransport;
import dev.weft.net.Transport;
import dev.weft.net.secure.HpkeSealer;
import dev.weft.net.secure.NodeKey;
import dev.weft.net.secure.NodeSignatory;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A node that has the mesh's key and a key of its own, relays as it ought to, and keeps every frame as it reads it:
 * decrypted, as any relay has it in its memory. It can also say what it likes on its links.
 */
final class SpyingRelay implements AutoCloseable {
    final ConcurrentLinkedQueue<ByteView> frames = new ConcurrentLinkedQueue<>();
    private final NodeKey key = NodeKey.generate();
    private final Loop loop = new Loop("spy", Loop.Kind.best());
    private final TcpTransport tcp = TcpTransport.secured(loop, key);
    private final TreeMap<NodeId, Connection> links = new TreeMap<>();
    private final long startNanos = System.nanoTime();
    private final Driver driver;
    private final HpkeSealer sealer;
    private final NodeSignatory signatory;
    private final Locator locator;

    SpyingRelay(MeshBuilder described) throws IOException {
        MeshConfig config = described.config();
        Secrets secrets = new Secrets(config, key);
        driver = new Driver(loop, () -> System.nanoTime() - startNanos, List.of(new Listening()), secrets);
        sealer = new HpkeSealer(
                key,
                config.mesh(),
                1,
                secrets.sealing(),
                made -> loop.execute(() -> driver.turn((engine, now) -> engine.handleSealing(made, now))));
        signatory = new NodeSignatory(
                key,
                config.mesh(),
                secrets.signatures(),
                results -> loop.execute(() -> driver.turn((engine, now) -> engine.handleChecked(results, now))));
        Transport.Listener listener = new Listening().listen(Locator.parse("tcp/127.0.0.1:0"), driver::accept);
        locator = listener.locator();
        Engine.Self self = new Engine.Self(
                config.mesh(),
                key.id(),
                7,
                1,
                config.nodeName(),
                HostId.ofThisHost(),
                List.of(locator),
                1_000_000_000L);
        Engine.Output output = (Engine.Output) Proxy.newProxyInstance(
                SpyingRelay.class.getClassLoader(),
                new Class<?>[] {Engine.Output.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("dial")) {
                        driver.dial((Long) arguments[0], (Locator) arguments[1]);
                    }
                    return null;
                });
        Engine engine = new Engine(
                EngineConfig.DEFAULT,
                self,
                secrets.security(),
                config.sealing() == MeshConfig.Sealing.NEVER ? Sealer.NONE : sealer,
                signatory,
                new Prng(1),
                Edition::read,
                output);
        loop.execute(() -> {
            driver.engine(engine);
            driver.turn(Engine::start);
        });
    }

    NodeId id() {
        return key.id();
    }

    Locator locator() {
        return locator;
    }

    /** Says something to a neighbor. */
    void say(NodeId neighbor, ByteView frame) {
        loop.execute(() -> {
            Connection link = links.get(neighbor);
            if (link == null) {
                throw new IllegalStateException("no link to " + neighbor);
            }
            link.write(frame);
            link.flush();
        });
    }

    ByteView publicKey() {
        return signatory.publicKey();
    }

    ByteView sign(ByteView statement) {
        return signatory.sign(statement);
    }

    boolean saw(String canary) {
        byte[] wanted = ByteView.utf8(canary).toByteArray();
        for (ByteView frame : new ArrayList<>(frames)) {
            byte[] bytes = frame.toByteArray();
            for (int at = 0; at + wanted.length <= bytes.length; at++) {
                if (java.util.Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void close() {
        loop.execute(driver::stop);
        tcp.close();
        loop.close();
        sealer.close();
        signatory.close();
    }

    /** TCP, with an ear at every connection. */
    private final class Listening implements Transport {
        @Override
        public String scheme() {
            return tcp.scheme();
        }

        @Override
        public Listener listen(Locator at, Acceptor acceptor) throws IOException {
            return tcp.listen(at, connection -> {
                note(connection);
                return new Ear(acceptor.accept(connection));
            });
        }

        @Override
        public void dial(Locator to, ConnectionHandler handler) {
            tcp.dial(to, new Ear(handler));
        }

        @Override
        public void close() {
            tcp.close();
        }
    }

    private void note(Connection connection) {
        if (connection.assurance().kind() == Assurance.Kind.AUTHENTICATED) {
            links.put(connection.assurance().node().orElseThrow(), connection);
        }
    }

    private final class Ear implements ConnectionHandler {
        private final ConnectionHandler behind;

        private Ear(ConnectionHandler behind) {
            this.behind = behind;
        }

        @Override
        public void onOpen(Connection connection) {
            note(connection);
            behind.onOpen(connection);
        }

        @Override
        public void onFrame(Connection connection, ByteView frame) {
            frames.add(frame);
            behind.onFrame(connection, frame);
        }

        @Override
        public void onReadComplete(Connection connection) {
            behind.onReadComplete(connection);
        }

        @Override
        public void onWritable(Connection connection) {
            behind.onWritable(connection);
        }

        @Override
        public void onClosed(String why) {
            behind.onClosed(why);
        }
    }
}
