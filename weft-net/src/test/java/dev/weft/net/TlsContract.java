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
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

    private static final Duration HANDSHAKE = Duration.ofMillis(400);

    /** Failed there, or closed there: the alert may be overtaken by the end of the connection. */
    private static final String ENDED = "the TLS handshake";

    private final List<NodeKey> keys = new ArrayList<>();
    private final List<TcpTransport> transports = new ArrayList<>();
    private long refused;

    /** Who does the arithmetic at the end that is made as the first, which dials, and as the second. */
    abstract TlsProvider provider(int end);

    @Override
    Transport transport(Loop loop) {
        NodeKey key = NodeKey.generate();
        TlsProvider provider = provider(keys.size());
        // Where it does not load, that is the machine's affair; here it must.
        assertThat(provider.isAvailable()).as("%s loads", provider).isTrue();
        keys.add(key);
        TcpTransport made = TcpTransport.secured(loop, key, provider);
        transports.add(made);
        return made;
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

    /** What the end that listens has counted. */
    private void assertCounted(TcpTransport transport, long completed, long failed) throws Exception {
        Map<String, Long> counters = new TreeMap<>();
        long end = System.nanoTime() + RecordingHandler.PATIENCE_NANOS;
        while (System.nanoTime() < end) {
            onFarLoop(() -> counters.putAll(transport.counters()));
            if (counters.get("handshake.failed") >= failed && counters.get("handshake.half-open") == 0) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(counters)
                .containsEntry("handshake.completed", completed)
                .containsEntry("handshake.failed", failed)
                .containsEntry("handshake.half-open", 0L);
    }

    // ------------------------------------------------------------------ the same four, where this end dials

    @Test
    void aServerOfAnOlderTlsIsToldAndNotSpokenTo() throws Exception {
        dialling(managers(NodeKey.generate()), "TLSv1.2", Trusting.ANY, ENDED, PROTOCOL);
    }

    @Test
    void aServerWithoutACertificateIsNotSpokenTo() throws Exception {
        dialling(new KeyManager[0], "TLSv1.3", Trusting.ANY, ENDED, PROTOCOL);
    }

    @Test
    void aServerOfNoProtocolIsToldSoAndNotSpokenTo() throws Exception {
        dialling(
                managers(NodeKey.generate()),
                "TLSv1.3",
                Trusting.ANY,
                "the other end speaks TLS, but not weft/1 over it");
    }

    @Test
    void aServerWithAKeyOnAnotherCurveIsNotSpokenTo() throws Exception {
        OtherCurve other = OtherCurve.generate();
        dialling(
                managers(other.keys().getPrivate(), other.certificate()),
                "TLSv1.3",
                Trusting.ANY,
                "the TLS handshake failed: ",
                PROTOCOL);
    }

    private void dialling(KeyManager[] shown, String version, Trusting trust, String why, String... protocols)
            throws Exception {
        RecordingHandler near = nearHandler();
        try (SSLServerSocket server = server(shown, trust, version, protocols)) {
            Thread accepting = accepting(server);
            dial(new Locator("tcp", "127.0.0.1:" + server.getLocalPort()), near);
            assertThat(near.awaitClosed()).contains(why);
            accepting.join();
        }
        assertThat(near.calls()).containsExactly("onClosed");
        assertThat(near.frames()).isEmpty();
    }

    /** In TLS 1.3 who dials is done before he was judged: the refusal comes behind, and is heard all the same. */
    @Test
    void whoDialsHearsARefusalThatComesAfterHeIsDone() throws Exception {
        RecordingHandler near = nearHandler();
        try (SSLServerSocket server = server(managers(NodeKey.generate()), Trusting.NOBODY, "TLSv1.3", PROTOCOL)) {
            server.setNeedClientAuth(true);
            Thread accepting = accepting(server);
            dial(new Locator("tcp", "127.0.0.1:" + server.getLocalPort()), near);
            assertThat(near.awaitClosed()).containsIgnoringCase("certificate");
            accepting.join();
        }
        assertThat(near.frames()).isEmpty();
    }

    private static SSLServerSocket server(KeyManager[] shown, Trusting trust, String version, String... protocols)
            throws Exception {
        SSLServerSocket server = (SSLServerSocket) context(shown, trust)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SSLParameters parameters = server.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(protocols);
        server.setSSLParameters(parameters);
        return server;
    }

    private static Thread accepting(SSLServerSocket server) {
        Thread thread = new Thread(() -> {
            try (SSLSocket accepted = (SSLSocket) server.accept()) {
                accepted.setSoTimeout(10_000);
                accepted.startHandshake();
                while (accepted.getInputStream().read() >= 0) {}
            } catch (IOException expected) {
                // One of the two refuses, which is what the tests are about.
            }
        });
        thread.start();
        return thread;
    }

    // ------------------------------------------------------------------ slowness

    /** However it is spent: in silence, with a byte now and then, or with half of a handshake. */
    @Test
    void whoDoesNotFinishItsHandshakeInTimeIsDropped() throws Exception {
        RecordingHandler far = farHandler();
        TcpTransport[] made = new TcpTransport[1];
        Loop loop = new Loop("slow", Loop.Kind.best());
        try {
            made[0] = TcpTransport.secured(loop, NodeKey.generate(), provider(0), HANDSHAKE);
            Locator to = made[0].listen(free(), far::accept).locator();
            byte[] half = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
            long began = System.nanoTime();
            try (Socket silent = socket(to);
                    Socket slow = socket(to);
                    Socket halfway = socket(to)) {
                halfway.getOutputStream().write(half);
                boolean isHeard = true;
                for (int i = 0; isHeard && i < 500; i++) {
                    try {
                        slow.getOutputStream().write(i < half.length ? half[i] : 0);
                    } catch (IOException dropped) {
                        isHeard = false;
                    }
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                assertThat(isHeard)
                        .as("a sender that is slow is listened to for ever")
                        .isFalse();
                for (Socket each : List.of(silent, halfway)) {
                    each.setSoTimeout(20_000);
                    assertThat(each.getInputStream().readAllBytes().length).isLessThan(64);
                }
            }
            assertThat(System.nanoTime() - began).isGreaterThan(HANDSHAKE.toNanos());
            CompletableFuture<Map<String, Long>> counters = new CompletableFuture<>();
            loop.execute(() -> counters.complete(made[0].counters()));
            assertThat(counters.get(20, TimeUnit.SECONDS))
                    .containsEntry("handshake.failed", 3L)
                    .containsEntry("handshake.completed", 0L)
                    .containsEntry("handshake.present", 0L);
            assertThat(far.calls()).isEmpty();
        } finally {
            made[0].close();
            loop.close();
        }
    }

    @Test
    void whoIsDialledAndSaysNothingIsGivenUpAndTheReasonSaysSo() throws Exception {
        Loop loop = new Loop("slow", Loop.Kind.best());
        TcpTransport impatient = TcpTransport.secured(loop, NodeKey.generate(), provider(0), HANDSHAKE);
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RecordingHandler near = new RecordingHandler(loop);
            impatient.dial(new Locator("tcp", "127.0.0.1:" + silent.getLocalPort()), near);
            assertThat(near.awaitClosed()).isEqualTo("the TLS handshake took longer than 400 ms");
        } finally {
            impatient.close();
            loop.close();
        }
    }

    // ------------------------------------------------------------------ partners

    /** One address is trusted, and spoken to in plain both ways; all others are spoken to under TLS. */
    @Test
    void onlyAddressesThatAreTrustedAreSpokenToInPlain() throws Exception {
        Loop loop = new Loop("chosen", Loop.Kind.best());
        TcpTransport openDoor = TcpTransport.secured(loop, NodeKey.generate(), from -> true, HANDSHAKE);
        TcpTransport[] chooser = new TcpTransport[1];
        try {
            RecordingHandler inPlain = new RecordingHandler(loop);
            Locator open = openDoor.listen(free(), inPlain::accept).locator();
            RecordingHandler underTls = farHandler();
            Locator closed = listening(underTls).locator();
            chooser[0] = TcpTransport.secured(loop, NodeKey.generate(), open::equals, HANDSHAKE);
            RecordingHandler toOpen = new RecordingHandler(loop);
            RecordingHandler toClosed = new RecordingHandler(loop);
            chooser[0].dial(open, toOpen);
            chooser[0].dial(closed, toClosed);
            assertThat(toOpen.awaitConnection().assurance()).isEqualTo(Assurance.TRUSTED);
            assertThat(inPlain.awaitConnection().assurance()).isEqualTo(Assurance.TRUSTED);
            assertThat(toClosed.awaitConnection().assurance().kind()).isEqualTo(Assurance.Kind.AUTHENTICATED);
            assertThat(underTls.awaitConnection().assurance().kind()).isEqualTo(Assurance.Kind.AUTHENTICATED);
            // Who trusts nobody does not come in there, and both say why.
            RecordingHandler demanding = nearHandler();
            RecordingHandler foundOut = new RecordingHandler(loop);
            Locator anotherOpen = openDoor.listen(free(), foundOut::accept).locator();
            dial(anotherOpen, demanding);
            assertThat(foundOut.awaitClosed()).isEqualTo("the other end speaks TLS, and this one in plain");
            assertThat(demanding.awaitClosed()).contains("the other end closed the connection");
            // And who trusts too much is not heard where nobody trusts him.
            RecordingHandler tooTrusting = new RecordingHandler(loop);
            RecordingHandler unheard = farHandler();
            openDoor.dial(listening(unheard).locator(), tooTrusting.opening(to -> {
                to.write(frame(300, 1));
                to.flush();
            }));
            assertThat(tooTrusting.awaitClosed()).isNotBlank();
            assertThat(unheard.calls()).isEmpty();
        } finally {
            openDoor.close();
            chooser[0].close();
            loop.close();
        }
    }

    private void refuses(KeyManager[] shown, String version, String... protocols) throws Exception {
        RecordingHandler far = farHandler();
        refused++;
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
        assertCounted(transports.get(1), 0, refused);
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
        return context(shown, Trusting.ANY);
    }

    private static SSLContext context(KeyManager[] shown, Trusting trust) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown, new TrustManager[] {trust}, null);
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

    private enum Trusting implements X509TrustManager {
        ANY,
        NOBODY;

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (this == NOBODY) {
                throw new CertificateException("nobody is trusted here");
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
