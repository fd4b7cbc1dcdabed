package dev.weft.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** That the harness works, not how fast anything is. */
class BenchTest {
    @Test
    void messagesAreCountedAcrossProcessesAndNoneIsMissing() throws Exception {
        String table = Bench.run(
                "s1",
                List.of("--sizes", "64", "--systems", "netty,weft", "--runs", "1", "--seconds", "1", "--warmup", "0"));
        assertThat(table.lines().filter(line -> line.startsWith("| 64 |")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).as(table).endsWith("|  |"));
    }

    @Test
    void theBaseRunsUnderTlsToo() throws Exception {
        String table = Bench.run(
                "s1",
                List.of(
                        "--sizes",
                        "64",
                        "--systems",
                        "netty-tls-jdk",
                        "--runs",
                        "1",
                        "--seconds",
                        "1",
                        "--warmup",
                        "0"));
        assertThat(table.lines().filter(line -> line.startsWith("| 64 |")))
                .as(table)
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .endsWith("|  |");
    }

    @Test
    void processesStartFromAnArchiveOfTheirClasses() throws Exception {
        String table = Bench.run(
                "s7",
                List.of("--systems", "netty", "--runs", "1", "--seconds", "1", "--warmup", "0", "--archive", "yes"));
        assertThat(table).contains("| netty | ").doesNotContain("failed");
    }

    @Test
    void aSourceThatCouldSendMoreThanItsSinkTakesThroughARelayLosesNothing() throws Exception {
        String table = Bench.run("pressure", List.of("--sizes", "1024", "--seconds", "1", "--warmup", "0"));
        assertThat(table).contains("All that was sent has come, once.");
    }

    @Test
    void figuresAreMediansWithTheirBounds() {
        Figures figures = new Figures();
        figures.add(3_000_000);
        figures.add(12_345);
        figures.add(250);
        assertThat(figures.text()).isEqualTo("12.3 k (250–3.00 M)");
    }

    @Test
    void aMessageCarriesItsNumberAndWhetherItAsks() {
        byte[] asking = Heads.asking(64, 7);
        assertThat(Heads.number(asking)).isEqualTo(7);
        assertThat(Heads.wantsAnswer(asking)).isTrue();
        assertThat(Heads.wantsAnswer(Heads.message(64, 7))).isFalse();
        byte[] answer = Heads.answer(3, 9);
        assertThat(Heads.target(answer)).isEqualTo(3);
        assertThat(Heads.number(answer)).isEqualTo(9);
    }

    @Test
    void whatCannotBeRunIsRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> Bench.run("s1", List.of("--systems", "carrier-pigeon")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("carrier-pigeon")
                .hasMessageContaining("weft-tcp");
        assertThatThrownBy(() -> Bench.run("s1", List.of("--seconds", "3600")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--seconds 3600 must be from 1 to 60");
        assertThatThrownBy(() -> Bench.run("s7", List.of("--archive", "perhaps")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--archive perhaps must be yes or no");
    }
}
