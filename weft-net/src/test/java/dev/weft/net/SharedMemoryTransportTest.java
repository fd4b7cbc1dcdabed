package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.link.Assurance;
import dev.weft.net.shm.SharedMemoryTransport;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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

    @Test
    void bothEndsAreKnownToBeOfThisUser() throws Exception {
        RecordingHandler far = farHandler();
        RecordingHandler near = nearHandler();
        dial(listening(far).locator(), near);
        assertThat(near.awaitConnection().assurance()).isEqualTo(Assurance.SAME_USER);
        assertThat(far.awaitConnection().assurance()).isEqualTo(Assurance.SAME_USER);
    }
}
