package dev.weft.net;

import dev.weft.net.shm.SharedMemoryTransport;

/** Rings that are full almost always, so that every frame waits for room and most go around the end. */
class SharedMemoryThroughSmallRingsTest extends SharedMemoryTransportTest {
    @Override
    Transport transport(Loop loop) {
        return new SharedMemoryTransport(loop, 4 << 10);
    }
}
