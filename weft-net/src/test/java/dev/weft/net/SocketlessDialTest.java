package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dials while the system has no socket to give. */
@Timeout(300)
class SocketlessDialTest {
    /** As where no descriptor is left. */
    public static final class Unmakeable extends NioSocketChannel {
        /** Never ends well. */
        public Unmakeable() {
            throw new IllegalStateException("too many open files");
        }
    }

    /** Tells how the dial ended, and whether that was told on the loop. */
    private static final class Ended implements ConnectionHandler {
        private final Loop loop;
        private final CompletableFuture<String> why = new CompletableFuture<>();

        private Ended(Loop loop) {
            this.loop = loop;
        }

        @Override
        public void onOpen(Connection connection) {
            why.completeExceptionally(new AssertionError("opened"));
        }

        @Override
        public void onFrame(Connection connection, ByteView frame) {}

        @Override
        public void onReadComplete(Connection connection) {}

        @Override
        public void onWritable(Connection connection) {}

        @Override
        public void onClosed(String reason) {
            why.complete(loop.isInLoop() ? reason : "told on " + Thread.currentThread());
        }
    }

    @Test
    void theEndIsToldOnTheLoopForOneAddressAndForSeveral() throws Exception {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
        try (Loop loop = new Loop("socketless", Loop.Kind.NIO)) {
            StreamTransport transport =
                    new StreamTransport(loop, NioServerSocketChannel.class, Unmakeable.class, new PlainLayer());
            for (List<InetSocketAddress> addresses : List.of(List.of(nobody), List.of(nobody, nobody, nobody))) {
                Ended ended = new Ended(loop);
                loop.execute(() -> transport.dial(addresses, Locator.parse("tcp/127.0.0.1:9"), ended));
                assertThat(ended.why.get(60, TimeUnit.SECONDS)).doesNotStartWith("told on");
            }
        }
    }
}
