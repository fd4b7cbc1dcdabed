package dev.weft.net;

import dev.weft.core.base.ByteView;
import dev.weft.core.link.Assurance;
import dev.weft.net.secure.NodeKey;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.Socket;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 (RFC 8446) with a certificate from either end. Any P-256 key is let through: TLS proves that the peer holds
 * the key that it shows, and the link above, which knows the peer's node id and the mesh, decides whether to talk to
 * it. There is no other version of TLS, no resumption of sessions, and no way around the application protocol
 * {@value #PROTOCOL}.
 *
 * <p>The arithmetic of handshakes runs on two threads of its own, so that those who only begin handshakes cost the
 * loop little.
 */
final class TlsLayer implements Layer {
    static final String PROTOCOL = "weft/1";

    /**
     * BoringSSL is told by Netty to give out no tickets. The JDK gives out none where they would have to live for longer
     * than the seven days of RFC 8446 §4.6.1, and has no other way of being told.
     */
    private static final long SESSION_SECONDS = 8 * 86_400;

    private static final int THREADS = 2;
    private static final int WAITING_TASKS_MAX = 4_096;

    private final NodeKey key;
    /** Asked with the first contexts: to find out takes longer than the rest of a node's start. */
    private final Supplier<TlsProvider> provider;

    /** From the first byte to the last of the handshake, however many bytes come in. */
    private final long handshakeMillis;

    private final ThreadPoolExecutor arithmetic = new ThreadPoolExecutor(
            THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_TASKS_MAX), task -> {
                Thread thread = new Thread(task, "weft-tls");
                thread.setDaemon(true);
                return thread;
            });
    /** Guarded by this. */
    private @Nullable Contexts contexts;

    private boolean closed;

    private record Contexts(SslContext dialling, SslContext accepting) {
        /** What BoringSSL has of them is not on the heap; each connection holds on to its own. */
        void release() {
            ReferenceCountUtil.release(dialling);
            ReferenceCountUtil.release(accepting);
        }
    }

    TlsLayer(NodeKey key, Supplier<TlsProvider> provider, Duration handshake) {
        this.key = key;
        this.handshakeMillis = handshake.toMillis();
        this.provider = provider;
        arithmetic.allowCoreThreadTimeOut(true);
    }

    @Override
    public synchronized void prepare() {
        if (contexts == null && !closed) {
            contexts = contexts(key, provider.get().netty());
        }
    }

    @Override
    public synchronized void close() {
        arithmetic.shutdown();
        closed = true;
        if (contexts != null) {
            contexts.release();
            contexts = null;
        }
    }

    @Override
    public void install(Channel channel, Role role, Ready ready) {
        SslHandler tls = handler(channel, role);
        if (tls == null) {
            ready.failed("TLS was not made ready");
            return;
        }
        tls.setHandshakeTimeoutMillis(handshakeMillis);
        channel.pipeline().addLast(tls).addLast(new Gate(tls, ready));
    }

    /** Null before it was prepared and after it was closed. */
    private synchronized @Nullable SslHandler handler(Channel channel, Role role) {
        Contexts made = contexts;
        if (made == null) {
            return null;
        }
        SslContext context = switch (role) {
            case DIALLED -> made.dialling();
            case ACCEPTED -> made.accepting();
        };
        return context.newHandler(channel.alloc(), arithmetic);
    }

    private static Contexts contexts(NodeKey key, SslProvider provider) {
        ApplicationProtocolConfig protocol = new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                List.of(PROTOCOL));
        try {
            return new Contexts(
                    SslContextBuilder.forClient()
                            .keyManager(key.privateKey(), key.certificate())
                            .sslProvider(provider)
                            .protocols("TLSv1.3")
                            .trustManager(new AnyP256())
                            .endpointIdentificationAlgorithm("")
                            .applicationProtocolConfig(protocol)
                            .build(),
                    SslContextBuilder.forServer(key.privateKey(), key.certificate())
                            .sslProvider(provider)
                            .protocols("TLSv1.3")
                            .clientAuth(ClientAuth.REQUIRE)
                            .sessionTimeout(SESSION_SECONDS)
                            .trustManager(new AnyP256())
                            .applicationProtocolConfig(protocol)
                            .build());
        } catch (SSLException e) {
            throw new IllegalStateException("TLS 1.3 with P-256 keys is not to be had here", e);
        }
    }

    /** Waits for the handshake, looks at what came of it, and goes. */
    private final class Gate extends ChannelInboundHandlerAdapter {
        private final SslHandler tls;
        private final Ready ready;
        private boolean decided;

        private Gate(SslHandler tls, Ready ready) {
            this.tls = tls;
            this.ready = ready;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completed && !decided) {
                if (completed.isSuccess()) {
                    admit(context);
                } else {
                    fail(context, reason(completed.cause()));
                }
                return;
            }
            context.fireUserEventTriggered(event);
        }

        private void admit(ChannelHandlerContext context) {
            // The ALPN of the JDK lets a peer through that offers none.
            if (!PROTOCOL.equals(tls.applicationProtocol())) {
                fail(context, "the other end speaks TLS, but not " + PROTOCOL + " over it");
                return;
            }
            ByteView peer;
            try {
                SSLSession session = tls.engine().getSession();
                PublicKey shown = session.getPeerCertificates()[0].getPublicKey();
                peer = NodeKey.hashOf(shown);
            } catch (SSLPeerUnverifiedException none) {
                fail(context, "the other end has shown no key");
                return;
            }
            decided = true;
            ready.opened(Assurance.authenticated(key.hash(), peer));
            context.pipeline().remove(this);
        }

        private void fail(ChannelHandlerContext context, String why) {
            decided = true;
            context.close();
            ready.failed(why);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // What comes after the verdict changes nothing: the connection is being closed.
            if (!decided) {
                fail(context, reason(cause));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!decided) {
                fail(context, "the other end closed the connection during the TLS handshake");
            }
            context.fireChannelInactive();
        }
    }

    /** What a handshake failed of, for people. */
    private String reason(Throwable cause) {
        Throwable root = cause instanceof io.netty.handler.codec.DecoderException && cause.getCause() != null
                ? cause.getCause()
                : cause;
        if (root instanceof NotSslRecordException) {
            return "the other end does not speak TLS";
        }
        if (root instanceof SslHandshakeTimeoutException) {
            return "the TLS handshake took longer than " + handshakeMillis + " ms";
        }
        if (root instanceof java.nio.channels.ClosedChannelException) {
            return "the other end closed the connection during the TLS handshake";
        }
        return "the TLS handshake failed: " + StreamTransport.reason(root);
    }

    /**
     * Takes every key of the right kind. Extended, because the JDK wraps a plain trust manager in checks of names and
     * algorithms that mean nothing here.
     */
    private static final class AnyP256 extends X509ExtendedTrustManager {
        private static void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length != 1 || !NodeKey.isP256(chain[0].getPublicKey())) {
                throw new CertificateException("a node shows one certificate with a P-256 key");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
