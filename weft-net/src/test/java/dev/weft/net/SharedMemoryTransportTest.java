package dev.weft.net;

import dev.weft.Locator;
import dev.weft.net.shm.SharedMemoryTransport;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SharedMemoryTransportTest extends TransportContract {
    @TempDir
    Path directory;

    @Override
    Transport transport(Loop loop) {
        return new SharedMemoryTransport(loop);
    }

    @Override
    Locator free() {
        return new Locator("shm", directory.resolve("own").resolve("far.shm").toString());
    }

    @Override
    Locator nowhere() {
        return new Locator("shm", directory.resolve("nobody.shm").toString());
    }

    @Override
    String taken() {
        return "another process listens at";
    }
}
