package dev.weft.net;

/** The way that is taken where epoll does not load. */
class SharedMemoryOverNioTest extends SharedMemoryTransportTest {
    @Override
    Loop.Kind kind() {
        return Loop.Kind.NIO;
    }
}
