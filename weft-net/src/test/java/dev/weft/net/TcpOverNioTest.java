package dev.weft.net;

/** The way that is taken where epoll does not load. */
class TcpOverNioTest extends TcpOverIpv4Test {
    @Override
    Loop.Kind kind() {
        return Loop.Kind.NIO;
    }
}
