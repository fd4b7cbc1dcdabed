package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.core.link.Assurance;
import dev.weft.net.secure.NodeKey;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** TCP under TLS keeps what every transport promises, and lets nothing through that is not TLS 1.3 of ours. */
class TlsTransportTest extends TransportContract {
    private final List<NodeKey> keys = new ArrayList<>();

    @Override
    Transport transport(Loop loop) {
        NodeKey key = NodeKey.generate();
        keys.add(key);
        return TcpTransport.secured(loop, key);
    }

    @Override
    Locator free() {
        return Locator.parse("tcp/127.0.0.1:0");
    }

    @Override
    Locator nowhere() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Locator("tcp", "127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void eachEndKnowsTheKeysOfBoth() throws Exception {
        RecordingHandler near = nearHandler();
        RecordingHandler far = farHandler();
        dial(listening(far).locator(), near);
        NodeKey nearKey = keys.get(0);
        NodeKey farKey = keys.get(1);
        assertThat(near.awaitConnection().assurance())
                .isEqualTo(Assurance.authenticated(nearKey.hash(), farKey.hash()));
        assertThat(far.awaitConnection().assurance()).isEqualTo(Assurance.authenticated(farKey.hash(), nearKey.hash()));
    }

    @Test
    void whoSpeaksInPlainIsTurnedAwayUnheard() throws Exception {
        RecordingHandler far = farHandler();
        try (Socket plain = socket(listening(far).locator())) {
            OutputStream out = plain.getOutputStream();
            out.write(new byte[] {5, 1, 2, 3, 4, 5});
            out.flush();
            assertThat(plain.getInputStream().readAllBytes().length).isLessThan(16);
        }
        assertThat(far.calls()).isEmpty();
    }

    @Test
    void whoDialsOneThatSpeaksInPlainIsToldSo() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RecordingHandler near = nearHandler();
            dial(new Locator("tcp", "127.0.0.1:" + plain.getLocalPort()), near);
            try (Socket accepted = plain.accept()) {
                accepted.getOutputStream().write("SSH-2.0-somebody\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(near.awaitClosed()).isEqualTo("the other end does not speak TLS");
            }
            assertThat(near.calls()).containsExactly("onClosed");
        }
    }

    @Test
    void aMemberOfTheHouseCanBePlayedByTheJdk() throws Exception {
        RecordingHandler far = farHandler();
        NodeKey key = NodeKey.generate();
        try (SSLSocket client = client(listening(far).locator(), managers(key), "TLSv1.3", "weft/1")) {
            client.startHandshake();
            assertThat(far.awaitConnection().assurance().peerKey()).isEqualTo(key.hash());
        }
    }

    @Test
    void whoShowsNoCertificateIsTurnedAway() throws Exception {
        refuses(new KeyManager[0], "TLSv1.3", "weft/1");
    }

    @Test
    void whoSpeaksAnOlderTlsIsTurnedAway() throws Exception {
        refuses(managers(NodeKey.generate()), "TLSv1.2", "weft/1");
    }

    @Test
    void whoOffersNoProtocolOrAnotherIsTurnedAway() throws Exception {
        refuses(managers(NodeKey.generate()), "TLSv1.3");
        refuses(managers(NodeKey.generate()), "TLSv1.3", "h2", "http/1.1");
    }

    @Test
    void onlyKeysOnP256MakeANode() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair other = generator.generateKeyPair();
        assertThatThrownBy(() -> NodeKey.of(other)).isInstanceOf(IllegalArgumentException.class);
    }

    private void refuses(KeyManager[] shown, String version, String... protocols) throws Exception {
        RecordingHandler far = farHandler();
        try (SSLSocket client = client(listening(far).locator(), shown, version, protocols)) {
            assertThatThrownBy(() -> {
                        client.startHandshake();
                        // In TLS 1.3 the client is done before the server has judged it.
                        if (client.getInputStream().read() < 0) {
                            throw new IOException("closed");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(far.calls()).isEmpty();
    }

    private static Socket socket(Locator to) throws IOException {
        HostAndPort address = HostAndPort.parse(to);
        return new Socket(address.host(), address.port());
    }

    private static KeyManager[] managers(NodeKey key) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("node", key.privateKey(), new char[0], new X509Certificate[] {key.certificate()});
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static SSLSocket client(Locator to, KeyManager[] shown, String version, String... protocols)
            throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown, new TrustManager[] {new Trusting()}, null);
        HostAndPort address = HostAndPort.parse(to);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.host(), address.port());
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
