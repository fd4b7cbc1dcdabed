package dev.weft.net;

/** TLS by BoringSSL at both ends. */
final class BoringSslTransportTest extends TlsContract {
    @Override
    TlsProvider provider(int end) {
        return TlsProvider.BORINGSSL;
    }
}
