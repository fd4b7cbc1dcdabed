package dev.weft.net;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.BeforeAll;

class TcpOverIpv6Test extends TcpOverIpv4Test {
    @BeforeAll
    static void needsLoopbackOfIpv6() {
        assumeTrue(hasLoopbackOfIpv6(), "this host has no ::1, so TCP over IPv6 is not tested");
    }

    private static boolean hasLoopbackOfIpv6() {
        byte[] address = new byte[16];
        address[15] = 1;
        try (ServerSocket bound = new ServerSocket(0, 1, InetAddress.getByAddress(address))) {
            return bound.isBound();
        } catch (IOException none) {
            return false;
        }
    }

    @Override
    String host() {
        return "[0:0:0:0:0:0:0:1]";
    }
}
