package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private long nowNanos = 7 * SECOND;
    private final Progress progress =
            new Progress(new PrintStream(console, true, StandardCharsets.UTF_8), () -> nowNanos);

    private String shown() {
        return console.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void whatIsReceivedIsShownAsWhatIsSentIs() {
        nowNanos += SECOND;
        progress.add(Progress.Way.RECEIVED, 3_500_000);
        assertThat(shown()).isEqualTo("\rreceived 3,500,000 bytes  3.5 MB/s  1.0 s ");
    }

    @Test
    void theLineIsWrittenOverTwiceASecond() {
        for (int i = 0; i < 100; i++) {
            nowNanos += SECOND / 100;
            progress.add(Progress.Way.SENT, 10_000);
        }
        assertThat(shown()).isEqualTo("\rsent 500,000 bytes  1.0 MB/s  0.5 s \rsent 1,000,000 bytes  1.0 MB/s  1.0 s ");
    }

    @Test
    void bothWaysStandOnOneLineAndItEndsWithTheSum() {
        progress.add(Progress.Way.SENT, 1_000);
        progress.add(Progress.Way.RECEIVED, 2_000_000);
        assertThat(shown()).isEmpty();
        nowNanos += 2 * SECOND;
        progress.end();
        assertThat(shown()).isEqualTo("\rsent 1,000 bytes  0.0 MB/s  received 2,000,000 bytes  1.0 MB/s  2.0 s \n");
    }
}
