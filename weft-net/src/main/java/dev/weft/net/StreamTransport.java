package dev.weft.net;

import dev.weft.Locator;
import dev.weft.core.link.Assurance;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What TCP and Unix sockets have in common: connections of frames, a bound on how many are accepted. */
final class StreamTransport {
    static final int ACCEPTED_MAX = 1_024;
    static final String CLOSED = "the transport is closed";

    private static final int CONNECT_MILLIS = 5_000;

    /** RFC 8305 §8: Connection Attempt Delay. */
    private static final long STAGGER_NANOS = 250_000_000;

    private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(128 << 10, 512 << 10);

    private final Loop loop;
    private final Class<? extends ServerChannel> serverType;
    private final Class<? extends Channel> clientType;
    private final Layer layer;
    private final Doorman doorman = new Doorman();
    private final Lingering lingering = new Lingering();
    private final Lingering lingeringDialled = new Lingering();
    private final ChannelGroup accepted;
    private final ChannelGroup all;
    private volatile boolean closed;

    /** Names the other end of a channel. */
    interface Naming {
        Locator peerOf(Channel channel);
    }

    StreamTransport(
            Loop loop, Class<? extends ServerChannel> serverType, Class<? extends Channel> clientType, Layer layer) {
        this.loop = loop;
        this.layer = layer;
        this.serverType = serverType;
        this.clientType = clientType;
        this.accepted = new DefaultChannelGroup(loop.eventLoop());
        // Closes at once what is added after it was closed.
        this.all = new DefaultChannelGroup(loop.eventLoop(), true);
    }

    Channel listen(SocketAddress at, Naming naming, Transport.Acceptor acceptor) throws IOException {
        if (closed) {
            throw new IOException("cannot listen at " + at + ": " + CLOSED);
        }
        layer.prepare();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop.eventLoop(), loop.eventLoop())
                .channel(serverType)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // Whoever is on the way out makes room for who comes.
                        if (accepted.size() >= ACCEPTED_MAX && !lingering.closeOldest()) {
                            doorman.hasNoRoom();
                            channel.close();
                            return;
                        }
                        Accepting guest = new Accepting(channel, naming, acceptor);
                        if (guest.isAdmitted()) {
                            accepted.add(channel);
                            all.add(channel);
                            channel.closeFuture().addListener(closed -> doorman.left(guest));
                            layer.install(channel, Layer.Role.ACCEPTED, guest);
                        } else {
                            channel.close();
                        }
                    }
                });
        ChannelFuture bound = bootstrap.bind(at).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            throw new IOException("cannot listen at " + at + ": " + (cause == null ? "refused" : cause.getMessage()));
        }
        all.add(bound.channel());
        return bound.channel();
    }

    /** Waits, for a socket that closes later would take the file of the one that listens at its path next with it. */
    void closeListener(Channel listening) {
        listening.close().awaitUninterruptibly(loop.isInLoop() ? 0 : 1_000);
    }

    void dial(SocketAddress to, Locator locator, ConnectionHandler handler) {
        dial(List.of(to), locator, handler);
    }

    /** Races all of these addresses of one place: whichever answers first is it. On the loop. */
    void dial(List<? extends SocketAddress> to, Locator locator, ConnectionHandler handler) {
        if (closed) {
            loop.tryExecute(() -> handler.onClosed(CLOSED));
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop())
                .channel(clientType)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        all.add(channel);
                    }
                });
        new Race(bootstrap, to, locator, handler).next();
    }

    /** Connects to one address after the other without waiting for those before (RFC 8305 §5); on the loop. */
    private final class Race {
        private final Bootstrap bootstrap;
        private final ArrayDeque<SocketAddress> untried;
        private final Locator locator;
        private final ConnectionHandler handler;
        private final ArrayList<ChannelFuture> running = new ArrayList<>();
        private boolean isDecided;

        private Race(
                Bootstrap bootstrap, List<? extends SocketAddress> to, Locator locator, ConnectionHandler handler) {
            this.bootstrap = bootstrap;
            this.untried = new ArrayDeque<>(to);
            this.locator = locator;
            this.handler = handler;
        }

        private void next() {
            SocketAddress address = isDecided ? null : untried.poll();
            if (address == null) {
                return;
            }
            int after = untried.size();
            ChannelFuture attempt = bootstrap.connect(address);
            running.add(attempt);
            attempt.addListener((ChannelFuture connected) -> endedOnAnyThread(connected));
            if (after > 0) {
                loop.schedule(STAGGER_NANOS, () -> {
                    // Unless a failure has brought on the next already.
                    if (untried.size() == after) {
                        next();
                    }
                });
            }
        }

        /** Where the system has no socket to give there is no channel, and its end is told on another thread. */
        private void endedOnAnyThread(ChannelFuture attempt) {
            if (loop.isInLoop()) {
                ended(attempt);
            } else {
                loop.tryExecute(() -> ended(attempt));
            }
        }

        private void ended(ChannelFuture attempt) {
            running.remove(attempt);
            if (attempt.isSuccess()) {
                if (isDecided) {
                    attempt.channel().close();
                    return;
                }
                isDecided = true;
                List.copyOf(running).forEach(slower -> slower.channel().close());
                Channel channel = attempt.channel();
                layer.install(channel, Layer.Role.DIALLED, new Dialling(channel, locator, handler, lingeringDialled));
            } else if (!isDecided && !untried.isEmpty()) {
                next();
            } else if (!isDecided && running.isEmpty()) {
                isDecided = true;
                handler.onClosed(reason(attempt.cause()));
            }
        }
    }

    /** What takes long before the first dial; called off the loop. */
    void prepare() {
        layer.prepare();
    }

    TreeMap<String, Long> counters() {
        return doorman.counters();
    }

    /** A connection that somebody else has opened, until frames flow. */
    private final class Accepting implements Layer.Ready, Doorman.Guest {
        private final Channel channel;
        private final long beganNanos = System.nanoTime();
        private final Naming naming;
        private final Transport.Acceptor acceptor;

        private Accepting(Channel channel, Naming naming, Transport.Acceptor acceptor) {
            this.channel = channel;
            this.naming = naming;
            this.acceptor = acceptor;
        }

        /** Only the network has strangers: whoever can open a Unix socket of ours is let in at once. */
        boolean isAdmitted() {
            return !(channel.remoteAddress() instanceof InetSocketAddress from)
                    || doorman.admits(from.getAddress(), this, System.nanoTime());
        }

        @Override
        public void opened(Assurance assurance) {
            doorman.completed(this);
            if (!channel.isActive()) {
                // Gone before it was here: nobody was told of it, and its end would not be told either.
                return;
            }
            StreamConnection connection = new StreamConnection(
                    channel, naming.peerOf(channel), assurance, lingering, System.nanoTime() - beganNanos);
            connection.attach(acceptor.accept(connection));
            channel.pipeline().addLast(connection);
        }

        @Override
        public void failed(String why) {
            doorman.failed(this);
            channel.close();
        }

        @Override
        public void turnOut() {
            channel.close();
        }
    }

    private record Dialling(Channel channel, Locator locator, ConnectionHandler handler, Lingering lingering)
            implements Layer.Ready {
        @Override
        public void opened(Assurance assurance) {
            if (!channel.isActive()) {
                handler.onClosed("the connection broke at once");
                return;
            }
            StreamConnection connection = new StreamConnection(channel, locator, assurance, lingering, 0);
            connection.attach(handler);
            channel.pipeline().addLast(connection);
            handler.onOpen(connection);
        }

        @Override
        public void failed(String why) {
            channel.close();
            handler.onClosed(why);
        }
    }

    void close() {
        closed = true;
        layer.close();
        all.close().awaitUninterruptibly(loop.isInLoop() ? 0 : 1_000);
    }

    static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "cancelled";
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
