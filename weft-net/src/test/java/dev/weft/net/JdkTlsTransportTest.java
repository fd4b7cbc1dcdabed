package dev.weft.net;

/** TLS by the JDK at both ends. */
final class JdkTlsTransportTest extends TlsContract {
    @Override
    TlsProvider provider(int end) {
        return TlsProvider.JDK;
    }
}
