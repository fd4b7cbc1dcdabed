package dev.weft.net;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/**
 * Who does the arithmetic of TLS. Both speak the same protocol, and nodes with one meet nodes with the other; which
 * it is says nothing about who is let in.
 */
public enum TlsProvider {
    /** Native code: less processor time by half and more. */
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    /** Everywhere. */
    JDK(SslProvider.JDK);

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    /**
     * BoringSSL where it loads. It does not where its jar is left out, on other systems than Linux of x86-64 and
     * AArch64, where temporary files cannot be executed, and with {@code -Dio.netty.handler.ssl.noOpenSsl=true}.
     */
    public static TlsProvider best() {
        return BORINGSSL.isAvailable() ? BORINGSSL : JDK;
    }

    public boolean isAvailable() {
        return switch (this) {
            case BORINGSSL -> OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(netty);
            case JDK -> true;
        };
    }

    SslProvider netty() {
        return netty;
    }
}
