package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.core.base.ByteView;
import dev.weft.core.link.Assurance;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a turn has to send goes to the socket past the pipeline, as far as the system takes it, and overtakes nothing. */
class BareSocketTest {
    private static final Assurance AUTHENTICATED = Assurance.authenticated(
            ByteView.of(new byte[Assurance.KEY_HASH_BYTES]), ByteView.of(new byte[Assurance.KEY_HASH_BYTES]));

    @TempDir
    Path directory;

    private EventLoopGroup group;
    private Channel channel;
    private SocketChannel far;
    private BareSocket socket;

    @BeforeEach
    void connect() throws Exception {
        assumeTrue(Epoll.isAvailable(), "no epoll here");
        group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Path at = directory.resolve("far.sock");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(at));
            channel = new Bootstrap()
                    .group(group)
                    .channel(EpollDomainSocketChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new DomainSocketAddress(at.toString()))
                    .sync()
                    .channel();
            far = listening.accept();
        }
        socket = BareSocket.of(channel, Assurance.SAME_USER).orElseThrow();
    }

    @AfterEach
    void close() throws Exception {
        if (group != null) {
            far.close();
            channel.close().sync();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get(60, TimeUnit.SECONDS);
    }

    private static ByteBuf bytes(int count, int value) {
        ByteBuf bytes = UnpooledByteBufAllocator.DEFAULT.directBuffer(count);
        for (int i = 0; i < count; i++) {
            bytes.writeByte(value);
        }
        return bytes;
    }

    /** How many bytes of so many are left when they have been sent. */
    private int leftOf(int count, int value, Consumer<ByteBuf> andThen) throws Exception {
        return onLoop(() -> {
            ByteBuf bytes = bytes(count, value);
            socket.send(bytes);
            int left = bytes.readableBytes();
            andThen.accept(bytes);
            return left;
        });
    }

    private byte[] read(int count) throws Exception {
        ByteBuffer room = ByteBuffer.allocate(count);
        while (room.hasRemaining() && far.read(room) >= 0) {
            // On to the next.
        }
        return room.array();
    }

    @Test
    void whatTheSystemTakesIsGoneAtOnce() throws Exception {
        assertThat(leftOf(3, 7, ByteBuf::release)).isZero();
        assertThat(read(3)).containsOnly(7);
    }

    @Test
    void whatItDoesNotTakeIsLeftAndComesAfterTheRest() throws Exception {
        int count = 64 << 20;
        int left = leftOf(count, 1, channel::writeAndFlush);
        assertThat(left).isPositive().isLessThan(count);
        byte[] read = read(count);
        assertThat(read[0]).isEqualTo((byte) 1);
        assertThat(read[count - 1]).isEqualTo((byte) 1);
    }

    @Test
    void nothingOvertakesWhatWaitsInTheChannel() throws Exception {
        int left = onLoop(() -> {
            channel.write(bytes(5, 1));
            ByteBuf later = bytes(5, 2);
            socket.send(later);
            int remaining = later.readableBytes();
            channel.writeAndFlush(later);
            return remaining;
        });
        assertThat(left).isEqualTo(5);
        assertThat(read(10)).containsExactly(1, 1, 1, 1, 1, 2, 2, 2, 2, 2);
    }

    @Test
    void ofAChannelThatIsClosedAllIsLeft() throws Exception {
        channel.close().sync();
        assertThat(leftOf(4, 1, ByteBuf::release)).isEqualTo(4);
    }

    @Test
    void anEndThatHasGoneLeavesAllToTheChannel() throws Exception {
        far.close();
        assertThat(leftOf(4, 1, ByteBuf::release)).isEqualTo(4);
    }

    @Test
    void beneathTlsThereIsNone() {
        assertThat(BareSocket.of(channel, AUTHENTICATED)).isEmpty();
    }

    @Test
    void aChannelWithoutASocketHasNone() {
        assertThat(BareSocket.of(new EmbeddedChannel(), Assurance.PLAIN)).isEmpty();
    }
}
