package dev.weft.net;

/** BoringSSL dials, the JDK takes connections. */
final class BoringSslToJdkTransportTest extends TlsContract {
    @Override
    TlsProvider provider(int end) {
        return end == 0 ? TlsProvider.BORINGSSL : TlsProvider.JDK;
    }
}
