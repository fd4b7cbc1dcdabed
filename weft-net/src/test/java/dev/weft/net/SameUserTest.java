package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.link.Assurance;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The system tells who is at the other end of a Unix socket. */
class SameUserTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Loop.Kind.class)
    void bothEndsOfASocketAreOfThisUser(Loop.Kind kind) throws Exception {
        Loop loop = new Loop("same-user", kind);
        Transport transport = new UnixTransport(loop);
        try {
            RecordingHandler far = new RecordingHandler(loop);
            RecordingHandler near = new RecordingHandler(loop);
            Locator at = new Locator("unix", directory.resolve("s").toString());
            Transport.Listener listener = transport.listen(at, far::accept);
            loop.execute(() -> transport.dial(at, near));
            assertThat(near.awaitConnection().assurance()).isEqualTo(Assurance.SAME_USER);
            assertThat(far.awaitConnection().assurance()).isEqualTo(Assurance.SAME_USER);
            listener.close();
        } finally {
            transport.close();
            loop.close();
        }
    }
}
