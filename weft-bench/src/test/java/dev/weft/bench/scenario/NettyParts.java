package dev.weft.bench.scenario;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** One event loop, epoll where it loads, with connections over TCP, in plain or under TLS, or Unix sockets. */
final class NettyParts implements AutoCloseable {
    /** What is between a frame's bytes: the length of its body and its type. */
    static final int HEADER_BYTES = 5;

    static final byte MESSAGE = 0;
    static final byte ACKNOWLEDGEMENT = 1;

    private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(1 << 20, 2 << 20);

    private final boolean overUnix;
    private final Path directory;
    private final Optional<NettyTls> tls;
    private final MultiThreadIoEventLoopGroup group;

    NettyParts(Setting setting) {
        overUnix = setting.contender() == Contender.NETTY_UNIX;
        directory = setting.directory();
        tls = NettyTls.of(setting.contender());
        group = new MultiThreadIoEventLoopGroup(
                1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    EventLoop loop() {
        return group.next();
    }

    /** Returns where. */
    String listen(String name, Supplier<ChannelHandler> handlers) throws InterruptedException {
        SocketAddress at = overUnix ? unix(directory.resolve(name + ".sock").toString()) : loopback(0);
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(serverType())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        tune(channel);
                        tls.ifPresent(under -> under.accept(channel));
                        channel.pipeline().addLast(handlers.get());
                    }
                })
                .bind(at)
                .sync()
                .channel();
        return server.localAddress() instanceof InetSocketAddress inet
                ? Integer.toString(inet.getPort())
                : directory.resolve(name + ".sock").toString();
    }

    Channel dial(String address, ChannelHandler handler) throws InterruptedException {
        return new Bootstrap()
                .group(group)
                .channel(clientType())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        tune(channel);
                        tls.ifPresent(under -> under.dial(channel));
                        channel.pipeline().addLast(handler);
                    }
                })
                .connect(overUnix ? unix(address) : loopback(Integer.parseInt(address)))
                .sync()
                .channel();
    }

    private void tune(Channel channel) {
        channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(2_048, 65_536, 524_288));
        if (!overUnix) {
            channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        }
    }

    private static SocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static SocketAddress unix(String path) {
        return Epoll.isAvailable() ? new DomainSocketAddress(path) : UnixDomainSocketAddress.of(path);
    }

    private Class<? extends ServerChannel> serverType() {
        if (overUnix) {
            return Epoll.isAvailable() ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
        }
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private Class<? extends Channel> clientType() {
        if (overUnix) {
            return Epoll.isAvailable() ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
        }
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly(2_000);
    }
}
