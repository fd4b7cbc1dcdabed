package dev.weft.net;

/** The way that is taken where epoll does not load. */
class UnixOverNioTest extends UnixTransportTest {
    @Override
    Loop.Kind kind() {
        return Loop.Kind.NIO;
    }
}
