package dev.weft.bench.scenario;

import dev.weft.net.secure.NodeKey;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** TLS 1.3 beneath the base's frames, with the provider and the kind of key that Weft has, so that both pay alike. */
final class NettyTls {
    private final SslContext dialling;
    private final SslContext accepting;

    private NettyTls(SslProvider provider) {
        NodeKey key = NodeKey.generate();
        try {
            dialling = SslContextBuilder.forClient()
                    .sslProvider(provider)
                    .protocols("TLSv1.3")
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("")
                    .build();
            accepting = SslContextBuilder.forServer(key.privateKey(), key.certificate())
                    .sslProvider(provider)
                    .protocols("TLSv1.3")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS 1.3 is not to be had here", e);
        }
    }

    static Optional<NettyTls> of(Contender contender) {
        return switch (contender) {
            case NETTY_TLS -> Optional.of(new NettyTls(SslProvider.OPENSSL_REFCNT));
            case NETTY_TLS_JDK -> Optional.of(new NettyTls(SslProvider.JDK));
            default -> Optional.empty();
        };
    }

    void dial(Channel channel) {
        channel.pipeline().addLast(dialling.newHandler(channel.alloc()));
    }

    void accept(Channel channel) {
        channel.pipeline().addLast(accepting.newHandler(channel.alloc()));
    }
}
