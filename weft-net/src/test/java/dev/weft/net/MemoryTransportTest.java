package dev.weft.net;

import dev.weft.Locator;

class MemoryTransportTest extends TransportContract {
    private final MemoryTransport.Hub hub = new MemoryTransport.Hub();

    @Override
    Transport transport(Loop loop) {
        return new MemoryTransport(loop, hub);
    }

    @Override
    Locator free() {
        return Locator.parse("memory/far");
    }

    @Override
    Locator nowhere() {
        return Locator.parse("memory/nobody");
    }
}
