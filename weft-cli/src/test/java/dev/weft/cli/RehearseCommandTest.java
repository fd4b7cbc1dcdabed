package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.MeshBuilder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RehearseCommandTest {
    @Test
    void twoNodesMeetAndTheHelpIsShown() {
        PrintStream before = System.out;
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        System.setOut(new PrintStream(shown, true, StandardCharsets.UTF_8));
        try {
            assertThat(Main.run(MeshBuilder::join, "rehearse")).isZero();
        } finally {
            System.setOut(before);
        }
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("Usage: weft")
                .doesNotContain("rehearse");
    }
}
