package dev.weft.net;

/** The JDK dials, BoringSSL takes connections. */
final class JdkToBoringSslTransportTest extends TlsContract {
    @Override
    TlsProvider provider(int end) {
        return end == 0 ? TlsProvider.JDK : TlsProvider.BORINGSSL;
    }
}
