package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lab.Jvm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The watch over buffers is watched: a process that loses one is found out, one that loses none is not. */
@Timeout(300)
class LeaksTest {
    @TempDir
    Path directory;

    /** Takes buffers, and gives back as many as it is told: all, or none. */
    static final class Taker {
        private static final int BUFFERS = 20_000;

        private Taker() {}

        public static void main(String[] args) {
            for (int i = 0; i < BUFFERS; i++) {
                ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer(1_024);
                buffer.writeBytes(new byte[1_024]);
                if (args[0].equals("all")) {
                    buffer.release();
                }
            }
        }
    }

    private void takes(String released) throws Exception {
        ProcessBuilder taker = new ProcessBuilder(Jvm.command(List.of(), Taker.class.getName(), released));
        Process process = Leaks.watched(taker, directory).inheritIO().start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void aProcessThatGivesEveryBufferBackIsNotBlamed() throws Exception {
        takes("all");
        Leaks.assertNone(directory);
    }

    @Test
    void aProcessThatLosesBuffersIsFoundOut() throws Exception {
        takes("none");
        assertThatThrownBy(() -> Leaks.assertNone(directory))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("leaks-0.log");
    }
}
