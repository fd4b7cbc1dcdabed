package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.core.base.ByteView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class BeaconSocketTest {
    private static final String GROUP = "239.255.87.70";
    private static final String OTHER_GROUP = "239.255.87.71";

    private record Datagram(String text, String source) {}

    private final Loop loop = new Loop("beacons", Loop.Kind.best());
    private final List<BeaconSocket> sockets = new ArrayList<>();
    private int port;

    @BeforeAll
    static void needsMulticastOnLoopback() throws IOException {
        assumeTrue(hasMulticastOnLoopback(), "multicast does not work on loopback here, so beacons are not tested");
    }

    private static boolean hasMulticastOnLoopback() throws IOException {
        InetSocketAddress group = new InetSocketAddress(GROUP, freePort());
        try (MulticastSocket listening = new MulticastSocket(group);
                DatagramSocket sending = sendingOnLoopback()) {
            listening.joinGroup(group, loopback());
            listening.setSoTimeout(2_000);
            sending.send(new DatagramPacket(new byte[1], 1, group));
            listening.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (IOException none) {
            return false;
        }
    }

    @BeforeEach
    void choosePort() throws IOException {
        port = freePort();
    }

    @AfterEach
    void closeAll() {
        sockets.forEach(BeaconSocket::close);
        loop.close();
    }

    @Test
    void whatIsNotToLeaveTheHostGoesOverLoopbackAlone() throws IOException {
        assertThat(BeaconSocket.candidates(0))
                .extracting(NetworkInterface::getName)
                .containsExactly(loopback().getName());
    }

    @Test
    void whatMayGoFartherGoesOverEveryInterfaceThatIsUpAndTakesMulticast() throws IOException {
        List<NetworkInterface> far = BeaconSocket.candidates(1);
        assertThat(far).contains(loopback());
        for (NetworkInterface each : far) {
            assertThat(each.isUp()).isTrue();
            assertThat(each.isLoopback() || each.supportsMulticast()).isTrue();
        }
        NetworkInterface.networkInterfaces()
                .filter(each -> each.inetAddresses().anyMatch(Inet4Address.class::isInstance))
                .filter(BeaconSocketTest::isUpAndTakesMulticast)
                .forEach(each -> assertThat(far).contains(each));
    }

    private static boolean isUpAndTakesMulticast(NetworkInterface each) {
        try {
            return each.isUp() && each.supportsMulticast();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aBeaconReachesAnotherSocketOfThisHost() throws IOException {
        Recorded<Datagram> heard = new Recorded<>(loop);
        open(GROUP, heard);
        open(GROUP, new Recorded<>(loop)).send(ByteView.utf8("here"));
        assertThat(heard.await("here", datagram -> datagram.text().equals("here"))
                        .source())
                .startsWith("127.0.0.1:");
    }

    @Test
    void anAnswerGoesToWhereABeaconCameFrom() throws IOException {
        Recorded<Datagram> asking = new Recorded<>(loop);
        Recorded<Datagram> asked = new Recorded<>(loop);
        BeaconSocket near = open(GROUP, asking);
        BeaconSocket far = open(GROUP, asked);
        near.send(ByteView.utf8("who?"));
        String source =
                asked.await("who?", datagram -> datagram.text().equals("who?")).source();
        far.sendTo(source, ByteView.utf8("me"));
        String answered =
                asking.await("me", datagram -> datagram.text().equals("me")).source();
        near.sendTo(answered, ByteView.utf8("good"));
        asked.await("good", datagram -> datagram.text().equals("good"));
        assertThat(asked.all()).noneMatch(datagram -> datagram.text().equals("me"));
    }

    @Test
    void anotherGroupOnTheSamePortIsNotHeard() throws IOException {
        Recorded<Datagram> heard = new Recorded<>(loop);
        open(GROUP, heard);
        open(OTHER_GROUP, new Recorded<>(loop)).send(ByteView.utf8("theirs"));
        open(GROUP, new Recorded<>(loop)).send(ByteView.utf8("ours"));
        heard.await("ours", datagram -> datagram.text().equals("ours"));
        assertThat(heard.all()).extracting(Datagram::text).containsExactly("ours");
    }

    @Test
    void aDatagramLongerThanBeaconsAreIsIgnored() throws IOException {
        Recorded<Datagram> heard = new Recorded<>(loop);
        open(GROUP, heard);
        InetSocketAddress group = new InetSocketAddress(GROUP, port);
        try (DatagramSocket sending = sendingOnLoopback()) {
            for (int size : new int[] {1_401, 1_402, 9_000, 60_000, 0, 1_400}) {
                sending.send(new DatagramPacket(new byte[size], size, group));
            }
        }
        heard.await("1400 bytes", datagram -> datagram.text().length() == 1_400);
        assertThat(heard.all())
                .extracting(datagram -> datagram.text().length())
                .doesNotContain(1_401, 1_402, 9_000, 60_000);
    }

    @Test
    void aSendThatFailedDoesNotLoseTheInterfaceForGood() throws Exception {
        Recorded<Datagram> heard = new Recorded<>(loop);
        open(GROUP, heard);
        BeaconSocket socket = open(GROUP, new Recorded<>(loop));
        // More than any datagram holds.
        socket.send(ByteView.of(new byte[70_000]));
        CompletableFuture.runAsync(socket::rescan, loop::execute).get(20, TimeUnit.SECONDS);
        socket.send(ByteView.utf8("back again"));
        heard.await("back again", datagram -> datagram.text().equals("back again"));
    }

    @Test
    void withoutHopsNothingListensBeyondLoopback() throws IOException {
        BeaconSocket socket = open(GROUP, new Recorded<>(loop));
        assertThat(socket.answersAt().getAddress().isLoopbackAddress()).isTrue();
        assertThat(socket.groupAt().getAddress())
                .as("the group, joined on loopback alone")
                .isEqualTo(InetAddress.getByName(GROUP));
        try (BeaconSocket wide = BeaconSocket.open(loop, GROUP, port, 1, (datagram, source) -> {})) {
            assertThat(wide.answersAt().getAddress().isAnyLocalAddress()).isTrue();
        }
    }

    @Test
    void withoutHopsOnlyThisHostIsWelcome() throws IOException {
        InetAddress elsewhere = InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 9});
        assertThat(BeaconSocket.isWelcome(0, elsewhere)).isFalse();
        assertThat(BeaconSocket.isWelcome(1, elsewhere)).isTrue();
        assertThat(BeaconSocket.isWelcome(0, InetAddress.getLoopbackAddress())).isTrue();
        for (NetworkInterface own : NetworkInterface.networkInterfaces().toList()) {
            assertThat(own.inetAddresses().toList()).allMatch(address -> BeaconSocket.isWelcome(0, address));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.9:0", "127.0.0.1:0", "no-such-host.invalid:7400", "127.0.0.1:9"})
    void anAnswerThatGoesNowhereDoesNotHurt(String source) throws IOException {
        Recorded<Datagram> heard = new Recorded<>(loop);
        BeaconSocket socket = open(GROUP, heard);
        socket.sendTo(source, ByteView.utf8("lost"));
        socket.send(ByteView.utf8("still here"));
        heard.await("still here", datagram -> datagram.text().equals("still here"));
    }

    @Test
    void nothingIsHandedOverAfterClose() throws IOException {
        Recorded<Datagram> heard = new Recorded<>(loop);
        Recorded<Datagram> closing = new Recorded<>(loop);
        open(GROUP, heard);
        BeaconSocket closed = open(GROUP, closing);
        closed.close();
        closed.close();
        closed.send(ByteView.utf8("from beyond"));
        closed.sendTo("127.0.0.1:" + port, ByteView.utf8("from beyond"));
        open(GROUP, new Recorded<>(loop)).send(ByteView.utf8("alive"));
        heard.await("alive", datagram -> datagram.text().equals("alive"));
        assertThat(heard.all()).hasSize(1);
        assertThat(closing.all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.0.7", "::1"})
    void anAddressThatIsNoGroupIsRefused(String address) {
        assertThatThrownBy(() -> open(address, new Recorded<>(loop)))
                .isInstanceOf(IOException.class)
                .hasMessage(address + " is no multicast address");
    }

    @Test
    void aGroupOfIpv6IsRefusedForBeaconsAreIpv4() {
        assertThatThrownBy(() -> open("ff02::7700", new Recorded<>(loop)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("IPv4");
    }

    @Test
    void aPortThatIsTakenIsRefused() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(null)) {
            taken.setReuseAddress(false);
            taken.bind(new InetSocketAddress(GROUP, port));
            assertThatThrownBy(() -> open(GROUP, new Recorded<>(loop)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
        }
    }

    private BeaconSocket open(String group, Recorded<Datagram> heard) throws IOException {
        BeaconSocket socket = BeaconSocket.open(
                loop, group, port, 0, (datagram, source) -> heard.add(new Datagram(datagram.utf8(), source)));
        sockets.add(socket);
        return socket;
    }

    private static DatagramSocket sendingOnLoopback() throws IOException {
        DatagramSocket sending = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        sending.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback());
        sending.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0);
        return sending;
    }

    private static NetworkInterface loopback() throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    }

    private static int freePort() throws IOException {
        try (DatagramSocket any = new DatagramSocket(0)) {
            return any.getLocalPort();
        }
    }
}
