package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class TcpOverIpv4Test extends StreamTransportContract {
    String host() {
        return "127.0.0.1";
    }

    @Override
    Transport transport(Loop loop) {
        return TcpTransport.plain(loop);
    }

    @Override
    Locator free() {
        return new Locator("tcp", host() + ":0");
    }

    @Override
    Locator nowhere() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(host()))) {
            return new Locator("tcp", host() + ":" + taken.getLocalPort());
        }
    }

    @Override
    Locator malformed() {
        return new Locator("tcp", host());
    }

    @Override
    SocketChannel raw(Locator to) throws IOException {
        HostAndPort address = HostAndPort.parse(to);
        return SocketChannel.open(new InetSocketAddress(address.host(), address.port()));
    }

    @Test
    void aListenerTellsThePortThatWasChosenForIt() throws IOException {
        Locator locator = listening(farHandler()).locator();
        assertThat(locator.toString()).startsWith("tcp/" + host() + ":");
        assertThat(HostAndPort.parse(locator).port()).isNotZero();
    }

    @Test
    void aNameThatNobodyKnowsEndsTheDialWithThatReason() throws Exception {
        RecordingHandler near = nearHandler();
        dial(Locator.parse("tcp/no-such-host.invalid:7400"), near);
        assertThat(near.awaitClosed()).isEqualTo("the name 'no-such-host.invalid' is not known");
    }

    @Test
    void listeningAtAnAddressThatIsNotOfThisHostSaysWhyItFails() {
        // A block for documentation, which no host has.
        assertThatThrownBy(() -> farTransport().listen(Locator.parse("tcp/203.0.113.1:0"), farHandler()::accept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen at")
                .hasMessageContaining("203.0.113.1");
    }
}
