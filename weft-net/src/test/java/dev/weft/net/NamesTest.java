package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A name that stands for several addresses, not all of which are there. */
@Timeout(300)
class NamesTest {
    private final Loop loop = new Loop("names", Loop.Kind.best());
    private final List<AutoCloseable> open = new ArrayList<>();
    private Transport.Listener listener;
    private TcpTransport far;

    @BeforeEach
    void listen() throws IOException {
        far = TcpTransport.plain(loop);
        listener = far.listen(Locator.parse("tcp/127.0.0.1:0"), connection -> new RecordingHandler(loop));
    }

    @AfterEach
    void close() throws Exception {
        far.close();
        for (AutoCloseable each : open) {
            each.close();
        }
        loop.close();
    }

    private int port() throws IOException {
        return HostAndPort.parse(listener.locator()).port();
    }

    private static InetAddress ip(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private RecordingHandler dial(String... addresses) throws IOException {
        TcpTransport near = TcpTransport.plain(loop, host -> {
            List<InetAddress> found = new ArrayList<>();
            for (String address : addresses) {
                found.add(ip(address));
            }
            return found;
        });
        open.add(near);
        RecordingHandler handler = new RecordingHandler(loop);
        near.dial(Locator.parse("tcp/several.example:" + port()), handler);
        return handler;
    }

    /** Nobody answers there: neither yes nor no. */
    private void silent(String address) throws IOException {
        ServerSocket full = new ServerSocket(port(), 1, ip(address));
        open.add(full);
        for (int i = 0; i < 8; i++) {
            Socket waiting = new Socket();
            open.add(waiting);
            try {
                waiting.connect(new InetSocketAddress(address, port()), 300);
            } catch (SocketTimeoutException silent) {
                return;
            }
        }
        Assumptions.abort("this system answers however many wait to be accepted");
    }

    @Test
    void anAddressThatRefusesIsFollowedByTheNext() throws Exception {
        RecordingHandler handler = dial("127.0.0.2", "127.0.0.3", "127.0.0.1");
        handler.awaitConnection();
        assertThat(handler.calls()).containsExactly("onOpen");
    }

    @Test
    void anAddressThatStaysSilentHoldsUpTheNextForAQuarterOfASecond() throws Exception {
        silent("127.0.0.2");
        long began = System.nanoTime();
        RecordingHandler handler = dial("127.0.0.2", "127.0.0.1");
        handler.awaitConnection();
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(240), Duration.ofSeconds(3));
        assertThat(handler.calls()).containsExactly("onOpen");
    }

    @Test
    void whereNobodyIsThereTheDialEndsOnce() throws Exception {
        RecordingHandler handler = dial("127.0.0.2", "127.0.0.3");
        assertThat(handler.awaitClosed()).isNotBlank();
        assertThat(handler.calls()).containsExactly("onClosed");
    }

    @Test
    void familiesTakeTurnsBeginningWithThatOfTheFirst() throws Exception {
        List<InetAddress> found = List.of(ip("2001:db8::1"), ip("2001:db8::2"), ip("192.0.2.1"), ip("2001:db8::3"));
        assertThat(TcpTransport.interleaved(found))
                .containsExactly(ip("2001:db8::1"), ip("192.0.2.1"), ip("2001:db8::2"), ip("2001:db8::3"));
        assertThat(TcpTransport.interleaved(List.of(ip("192.0.2.1"), ip("192.0.2.2"), ip("2001:db8::1"))))
                .containsExactly(ip("192.0.2.1"), ip("2001:db8::1"), ip("192.0.2.2"));
    }
}
