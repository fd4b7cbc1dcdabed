package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.core.link.Assurance;
import dev.weft.net.secure.NodeKey;
import dev.weft.net.secure.OtherCurve;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** TCP under TLS keeps what every transport promises, and lets nothing through that is not TLS 1.3 of ours. */
abstract class TlsContract extends TransportContract {
    private static final String PROTOCOL = "weft/1";

    private final List<NodeKey> keys = new ArrayList<>();

    /** Who does the arithmetic at the end that is made as the first, which dials, and as the second. */
    abstract TlsProvider provider(int end);

    @Override
    Transport transport(Loop loop) {
        NodeKey key = NodeKey.generate();
        TlsProvider provider = provider(keys.size());
        // Where it does not load, that is the machine's affair; here it must.
        assertThat(provider.isAvailable()).as("%s loads", provider).isTrue();
        keys.add(key);
        return TcpTransport.secured(loop, key, provider);
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
        try (SSLSocket client = client(listening(far).locator(), managers(key), "TLSv1.3", PROTOCOL)) {
            client.startHandshake();
            assertThat(far.awaitConnection().assurance().peerKey()).isEqualTo(key.hash());
        }
    }

    @Test
    void whoShowsNoCertificateIsTurnedAway() throws Exception {
        refuses(new KeyManager[0], "TLSv1.3", PROTOCOL);
    }

    @Test
    void whoSpeaksAnOlderTlsIsTurnedAway() throws Exception {
        refuses(managers(NodeKey.generate()), "TLSv1.2", PROTOCOL);
    }

    @Test
    void whoOffersNoProtocolOrAnotherIsTurnedAway() throws Exception {
        refuses(managers(NodeKey.generate()), "TLSv1.3");
        refuses(managers(NodeKey.generate()), "TLSv1.3", "h2", "http/1.1");
    }

    @Test
    void noSessionIsResumed() throws Exception {
        SSLContext kept = context(managers(NodeKey.generate()));
        Locator to = listeningAnew().locator();
        Set<Long> begun = new TreeSet<>();
        for (int i = 0; i < 3; i++) {
            try (SSLSocket client = client(kept, to, "TLSv1.3", PROTOCOL)) {
                client.startHandshake();
                client.setSoTimeout(200);
                // Tickets come behind the handshake, where they come.
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                // One that is resumed is as old as the first.
                begun.add(client.getSession().getCreationTime());
            }
        }
        assertThat(begun).hasSize(3);
    }

    @Test
    void aKeyOnAnotherCurveIsTurnedAway() throws Exception {
        OtherCurve other = OtherCurve.generate();
        refuses(managers(other.keys().getPrivate(), other.certificate()), "TLSv1.3", PROTOCOL);
    }

    @Test
    void whoDialsIsToldThatItWasTurnedAway() throws Exception {
        // A server of the JDK that wants another application protocol.
        SSLContext context = context(managers(NodeKey.generate()));
        try (SSLServerSocket other = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SSLParameters parameters = other.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setApplicationProtocols(new String[] {"h2"});
            other.setSSLParameters(parameters);
            Thread server = new Thread(() -> {
                try (SSLSocket accepted = (SSLSocket) other.accept()) {
                    accepted.startHandshake();
                } catch (IOException expected) {
                    // It refuses, which is what the test is about.
                }
            });
            server.start();
            RecordingHandler near = nearHandler();
            dial(new Locator("tcp", "127.0.0.1:" + other.getLocalPort()), near);
            assertThat(near.awaitClosed()).startsWith("the TLS handshake failed: ");
            server.join();
        }
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
        return managers(key.privateKey(), key.certificate());
    }

    private static KeyManager[] managers(PrivateKey key, X509Certificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("node", key, new char[0], new X509Certificate[] {certificate});
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static SSLSocket client(Locator to, KeyManager[] shown, String version, String... protocols)
            throws Exception {
        return client(context(shown), to, version, protocols);
    }

    private static SSLContext context(KeyManager[] shown) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown, new TrustManager[] {new Trusting()}, null);
        return context;
    }

    private static SSLSocket client(SSLContext context, Locator to, String version, String... protocols)
            throws IOException {
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
