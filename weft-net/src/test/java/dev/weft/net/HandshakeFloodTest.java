package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.net.secure.NodeKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand connections that never finish their handshake, while others carry traffic and one more joins. */
@Timeout(300)
class HandshakeFloodTest {
    private static final int SLICES = 20;
    private static final int PER_SLICE = 500;

    /** How TLS begins: a record of a handshake, 512 bytes long, of which nothing follows. */
    private static final byte[] BEGINNING = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};

    @Test
    void tenThousandHalfOpenConnectionsCostABoundedAmountAndKeepNobodyOut() throws Exception {
        Loop attacked = new Loop("attacked", Loop.Kind.best());
        Loop honest = new Loop("honest", Loop.Kind.best());
        TcpTransport target = TcpTransport.secured(attacked, NodeKey.generate());
        TcpTransport friend = TcpTransport.secured(honest, NodeKey.generate());
        try {
            Transport.Listener listener = target.listen(Locator.parse("tcp/127.0.0.1:0"), connection -> {
                RecordingHandler echo = new RecordingHandler(attacked).answering((to, frame) -> {
                    to.write(frame);
                    to.flush();
                });
                return echo.accept(connection);
            });
            int port = HostAndPort.parse(listener.locator()).port();
            RecordingHandler early = dial(honest, friend, listener.locator());
            early.awaitConnection();
            long heapBefore = usedHeapBytes();

            int echoed = 0;
            for (int slice = 0; slice < SLICES; slice++) {
                List<SocketChannel> strangers = new ArrayList<>();
                for (int i = 0; i < PER_SLICE; i++) {
                    SocketChannel stranger = SocketChannel.open();
                    // Loopback has sixteen million addresses; each slice comes from ten others.
                    stranger.bind(new InetSocketAddress(
                            InetAddress.getByAddress(new byte[] {127, 9, (byte) slice, (byte) (i % 10 + 1)}), 0));
                    stranger.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                    switch (i % 3) {
                        case 0 -> stranger.write(ByteBuffer.wrap(BEGINNING));
                        case 1 ->
                            stranger.write(
                                    ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                        default -> {}
                    }
                    strangers.add(stranger);
                }
                // Traffic goes on meanwhile.
                ByteView frame = ByteView.utf8("slice " + slice);
                honest.execute(() -> {
                    Connection connection = early.awaitConnection();
                    connection.write(frame);
                    connection.flush();
                });
                echoed++;
                assertThat(early.awaitFrames(echoed).get(echoed - 1)).isEqualTo(frame);
                assertThat(counters(attacked, target).get("handshake.half-open"))
                        .isLessThanOrEqualTo(Doorman.HALF_OPEN_MAX);
                if (slice % 5 == 2) {
                    RecordingHandler newcomer = dial(honest, friend, listener.locator());
                    newcomer.awaitConnection();
                }
                for (SocketChannel stranger : strangers) {
                    stranger.close();
                }
            }
            Map<String, Long> counters = counters(attacked, target);
            assertThat(counters.get("handshake.admitted")).isGreaterThan(SLICES * PER_SLICE / 2);
            assertThat(counters.get("handshake.turned-out")).isPositive();
            assertThat(usedHeapBytes() - heapBefore).isLessThan(16 << 20);
        } finally {
            target.close();
            friend.close();
            attacked.close();
            honest.close();
        }
    }

    @Test
    void whoComesWhereAllPlacesAreTakenIsTurnedAwayAndCountedUntilOneIsFree() throws Exception {
        Loop loop = new Loop("full", Loop.Kind.best());
        TcpTransport target = TcpTransport.plain(loop);
        List<SocketChannel> strangers = new ArrayList<>();
        try {
            Transport.Listener listener = target.listen(
                    Locator.parse("tcp/127.0.0.1:0"), connection -> new RecordingHandler(loop).accept(connection));
            int port = HostAndPort.parse(listener.locator()).port();
            for (int i = 0; i < StreamTransport.ACCEPTED_MAX; i++) {
                strangers.add(stranger(port, i / 128));
            }
            await(() -> counters(loop, target).get("handshake.present") == StreamTransport.ACCEPTED_MAX);
            assertThat(counters(loop, target).get("handshake.no-room")).isZero();
            try (SocketChannel late = stranger(port, 100)) {
                assertThat(late.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
            assertThat(counters(loop, target).get("handshake.no-room")).isEqualTo(1);
            strangers.remove(0).close();
            await(() -> counters(loop, target).get("handshake.present") < StreamTransport.ACCEPTED_MAX);
            strangers.add(stranger(port, 101));
            await(() -> counters(loop, target).get("handshake.present") == StreamTransport.ACCEPTED_MAX);
            assertThat(counters(loop, target).get("handshake.no-room")).isEqualTo(1);
        } finally {
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
            target.close();
            loop.close();
        }
    }

    private static SocketChannel stranger(int port, int source) throws IOException {
        SocketChannel stranger = SocketChannel.open();
        stranger.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 8, 0, (byte) (1 + source)}), 0));
        stranger.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return stranger;
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long endNanos = System.nanoTime() + RecordingHandler.PATIENCE_NANOS;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("still waiting").isLessThan(endNanos);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static RecordingHandler dial(Loop loop, TcpTransport transport, Locator to) {
        RecordingHandler handler = new RecordingHandler(loop);
        loop.execute(() -> transport.dial(to, handler));
        return handler;
    }

    private static Map<String, Long> counters(Loop loop, TcpTransport transport) throws Exception {
        Supplier<Map<String, Long>> ask = transport::counters;
        return CompletableFuture.supplyAsync(ask, loop::execute).get(30, TimeUnit.SECONDS);
    }

    private static long usedHeapBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
