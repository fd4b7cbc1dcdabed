package dev.weft.net;

import dev.weft.Locator;
import dev.weft.net.secure.NodeKey;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * Frames over TCP: {@code tcp/host:port}, {@code tcp/[address]:port}. Names are looked up on a thread of their own, so
 * a slow name server holds up nothing; where a name has several addresses they are raced. Under TLS, or in plain where
 * that was asked for.
 */
public final class TcpTransport implements Transport {
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

    /** Of a name that has more, the others are left alone. */
    private static final int ADDRESSES_MAX = 16;

    /** Who knows the addresses of a name. Asked on a thread that may wait. */
    interface Names {
        /** At least one, in the order of preference. */
        List<InetAddress> find(String host) throws UnknownHostException;
    }

    private final Loop loop;
    private final StreamTransport streams;
    private final Names names;
    private final ExecutorService lookups = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "weft-names");
        thread.setDaemon(true);
        return thread;
    });

    /** Frames that anyone on the way can read. */
    public static TcpTransport plain(Loop loop) {
        return new TcpTransport(loop, new PlainLayer());
    }

    static TcpTransport plain(Loop loop, Names names) {
        return new TcpTransport(loop, new PlainLayer(), names);
    }

    /** Under TLS, with the key of this node; there is no way back to plain. */
    public static TcpTransport secured(Loop loop, NodeKey key) {
        return new TcpTransport(loop, new TlsLayer(key, TlsProvider::best, HANDSHAKE));
    }

    /** As {@link #secured(Loop, NodeKey)}, with a choice of who does the arithmetic. */
    public static TcpTransport secured(Loop loop, NodeKey key, TlsProvider provider) {
        return new TcpTransport(loop, new TlsLayer(key, () -> provider, HANDSHAKE));
    }

    /**
     * As {@link #secured(Loop, NodeKey)}, but in plain to and from the addresses that are trusted.
     *
     * @param handshake how long that of TLS may take
     */
    public static TcpTransport secured(Loop loop, NodeKey key, Predicate<Locator> trusted, Duration handshake) {
        return new TcpTransport(loop, new ChosenLayer(trusted, new TlsLayer(key, TlsProvider::best, handshake)));
    }

    /** As {@link #secured(Loop, NodeKey, TlsProvider)}, with less time for handshakes. */
    static TcpTransport secured(Loop loop, NodeKey key, TlsProvider provider, Duration handshake) {
        return new TcpTransport(loop, new TlsLayer(key, () -> provider, handshake));
    }

    private TcpTransport(Loop loop, Layer layer) {
        this(loop, layer, host -> List.of(InetAddress.getAllByName(host)));
    }

    private TcpTransport(Loop loop, Layer layer, Names names) {
        this.loop = loop;
        this.names = names;
        this.streams = switch (loop.kind()) {
            case EPOLL -> new StreamTransport(loop, EpollServerSocketChannel.class, EpollSocketChannel.class, layer);
            case NIO -> new StreamTransport(loop, NioServerSocketChannel.class, NioSocketChannel.class, layer);
        };
    }

    @Override
    public String scheme() {
        return "tcp";
    }

    @Override
    public Listener listen(Locator at, Acceptor acceptor) throws IOException {
        HostAndPort wanted = HostAndPort.parse(at);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port());
        Channel channel = streams.listen(address, TcpTransport::peerOf, acceptor);
        Locator locator = locator((InetSocketAddress) channel.localAddress());
        return new Listener() {
            @Override
            public Locator locator() {
                return locator;
            }

            @Override
            public void close() {
                streams.closeListener(channel);
            }
        };
    }

    @Override
    public void dial(Locator to, ConnectionHandler handler) {
        HostAndPort wanted;
        try {
            wanted = HostAndPort.parse(to);
        } catch (IOException malformed) {
            loop.execute(() -> handler.onClosed(StreamTransport.reason(malformed)));
            return;
        }
        try {
            lookups.execute(() -> lookUp(wanted, to, handler));
        } catch (RejectedExecutionException closed) {
            loop.tryExecute(() -> handler.onClosed(StreamTransport.CLOSED));
        }
    }

    private void lookUp(HostAndPort wanted, Locator to, ConnectionHandler handler) {
        try {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (InetAddress address : interleaved(names.find(wanted.host()))) {
                addresses.add(new InetSocketAddress(address, wanted.port()));
            }
            streams.prepare();
            loop.tryExecute(() -> streams.dial(addresses, to, handler));
        } catch (UnknownHostException unknown) {
            loop.tryExecute(() -> handler.onClosed("the name '" + wanted.host() + "' is not known"));
        }
    }

    /** The families by turns, beginning with that of the first (RFC 8305 §4). */
    static List<InetAddress> interleaved(List<InetAddress> found) {
        ArrayDeque<InetAddress> first = new ArrayDeque<>();
        ArrayDeque<InetAddress> second = new ArrayDeque<>();
        for (InetAddress address : found) {
            (address.getClass() == found.get(0).getClass() ? first : second).add(address);
        }
        List<InetAddress> mixed = new ArrayList<>();
        while (mixed.size() < ADDRESSES_MAX && !(first.isEmpty() && second.isEmpty())) {
            ArrayDeque<InetAddress> turn =
                    first.isEmpty() || mixed.size() % 2 == 1 && !second.isEmpty() ? second : first;
            mixed.add(turn.remove());
        }
        return mixed;
    }

    @Override
    public void close() {
        // What waits for its name still gets its end.
        lookups.shutdown();
        streams.close();
    }

    /** How handshakes of those who connected went; by stable names, on the loop. */
    public TreeMap<String, Long> counters() {
        return streams.counters();
    }

    private static Locator peerOf(Channel channel) {
        return locator((InetSocketAddress) channel.remoteAddress());
    }

    static Locator locator(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        String text = host.getHostAddress();
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        return new Locator("tcp", (host instanceof Inet6Address ? "[" + plain + "]" : plain) + ":" + address.getPort());
    }
}
