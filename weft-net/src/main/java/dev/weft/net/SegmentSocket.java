package dev.weft.net;

import dev.weft.core.base.ByteView;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Datagrams to all on this node's segments, by IP multicast: over loopback alone where nothing is to leave this host,
 * else over every other usable interface and no further than one hop. Nobody is answered; what cannot be sent at once is
 * lost. Everything runs on the loop.
 */
public final class SegmentSocket implements AutoCloseable {
    /** Takes what has come, on the loop's thread. */
    public interface Handler {
        void onDatagram(ByteView datagram);

        /** Nothing more is there to be read at once. */
        void onReadComplete();
    }

    /** No datagram is longer: a fragment of a message for many, with its headers and branches, fits. */
    private static final int DATAGRAM_BYTES_MAX = 20_000;

    /** Interfaces that do not say what they carry are taken for Ethernet. */
    private static final int ETHERNET_BYTES = 1_500;

    /** Headers below, and room for tunnels on the way. */
    private static final int SPARE_BYTES = 100;

    private static final int BUFFER_BYTES = 4 << 20;
    private static final int READ_AT_ONCE = 8;
    private static final int SLOT_BYTES = 20_480;

    private final Loop loop;
    private final InetSocketAddress group;
    private final DatagramChannel listening;
    private final List<Channel> sending = new ArrayList<>();
    private int datagramBytesMax = DATAGRAM_BYTES_MAX;
    private long sentCount;
    private long unsentCount;

    private SegmentSocket(Loop loop, InetSocketAddress group, DatagramChannel listening) {
        this.loop = loop;
        this.group = group;
        this.listening = listening;
    }

    /**
     * Joins the group. Not on the loop's thread.
     *
     * @param hops 0 stays on this host
     * @throws IOException if the port cannot be listened on, or no interface takes part in multicast; the message says
     *     which
     */
    public static SegmentSocket open(Loop loop, String group, int port, int hops, Handler handler) throws IOException {
        InetAddress address = InetAddress.getByName(group);
        if (!address.isMulticastAddress() || !(address instanceof Inet4Address)) {
            throw new IOException(group + " is no multicast address of IPv4");
        }
        InetSocketAddress to = new InetSocketAddress(address, port);
        // Bound to the group's own address, the socket hears that group alone.
        DatagramChannel listening = bind(loop, to, new Reader(hops, handler));
        SegmentSocket socket = new SegmentSocket(loop, to, listening);
        try {
            for (NetworkInterface candidate : BeaconSocket.candidates(hops)) {
                if (candidate.isLoopback() == (hops == 0)) {
                    socket.join(candidate);
                }
            }
            if (socket.sending.isEmpty()) {
                throw new IOException("no interface takes part in multicast");
            }
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void join(NetworkInterface on) throws IOException {
        if (!listening.joinGroup(group, on).awaitUninterruptibly().isSuccess()) {
            return; // One interface less; the others go on.
        }
        DatagramChannel channel = bind(loop, new InetSocketAddress(Inet4Address.getByName("0.0.0.0"), 0), new Deaf());
        channel.config().setNetworkInterface(on);
        // Datagrams to a group go one hop far unless something else is said (RFC 1112 §6.1), and others of this host
        // are to
        // hear them.
        channel.config().setLoopbackModeDisabled(false);
        sending.add(channel);
        int carried = on.getMTU() > 0 ? on.getMTU() : ETHERNET_BYTES;
        datagramBytesMax = Math.min(datagramBytesMax, Math.max(carried, 1_000) - SPARE_BYTES);
    }

    /** How long a datagram may be to go over each interface in one piece. */
    public int datagramBytesMax() {
        return datagramBytesMax;
    }

    private static DatagramChannel bind(Loop loop, InetSocketAddress at, ChannelInboundHandlerAdapter handler)
            throws IOException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
                .handler(handler);
        switch (loop.kind()) {
            case EPOLL ->
                bootstrap
                        .channelFactory(() -> new EpollDatagramChannel(SocketProtocolFamily.INET))
                        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT_BYTES)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(READ_AT_ONCE * SLOT_BYTES));
            case NIO ->
                bootstrap
                        .channelFactory(() -> new NioDatagramChannel(SocketProtocolFamily.INET))
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(SLOT_BYTES));
        }
        var bound = bootstrap.bind(at).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen at " + at + ": " + bound.cause().getMessage(), bound.cause());
        }
        return (DatagramChannel) bound.channel();
    }

    /** On the loop. Leaves with {@link #flush}. */
    public void send(ByteView datagram) {
        byte[] bytes = datagram.toByteArray();
        for (Channel channel : sending) {
            if (channel.isWritable()) {
                sentCount++;
                channel.write(new DatagramPacket(Unpooled.wrappedBuffer(bytes), group), channel.voidPromise());
            } else {
                unsentCount++;
            }
        }
    }

    /** On the loop. */
    public void flush() {
        sending.forEach(Channel::flush);
    }

    /** By stable names. On the loop. */
    public TreeMap<String, Long> counters() {
        TreeMap<String, Long> counters = new TreeMap<>();
        counters.put("multicast.sent", sentCount);
        counters.put("multicast.unsent", unsentCount);
        return counters;
    }

    @Override
    public void close() {
        listening.close();
        sending.forEach(Channel::close);
    }

    /** What comes to the group. */
    private static final class Reader extends SimpleChannelInboundHandler<DatagramPacket> {
        private final int hops;
        private final Handler handler;

        private Reader(int hops, Handler handler) {
            this.hops = hops;
            this.handler = handler;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            ByteBuf content = packet.content();
            if (content.readableBytes() <= DATAGRAM_BYTES_MAX
                    && BeaconSocket.isWelcome(hops, packet.sender().getAddress())) {
                byte[] bytes = new byte[content.readableBytes()];
                content.readBytes(bytes);
                handler.onDatagram(ByteView.of(bytes));
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            handler.onReadComplete();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // A datagram that could not be read is one that was lost.
        }
    }

    /** Nobody is to answer a sender, and what could not be sent was lost. */
    private static final class Deaf extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {}

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
    }
}
