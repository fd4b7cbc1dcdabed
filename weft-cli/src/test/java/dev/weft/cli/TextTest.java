package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.MeshBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void durationsAreWrittenWithTheirUnit() {
        assertThat(Text.duration("250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(Text.duration("10m")).isEqualTo(Duration.ofMinutes(10));
        assertThatThrownBy(() -> Text.duration("10")).hasMessageContaining("250ms, 2s, 10m or 1h");
    }

    @Test
    void namesOfOthersCannotSteerTheTerminal() {
        assertThat(Text.harmless("a\u001b[31mb\u202ec")).isEqualTo("a?[31mb?c");
    }

    @Test
    void jsonEscapesWhatMustBeEscaped() {
        assertThat(new Json()
                        .put("a", "q\"\\\n\u0001")
                        .put("b", List.of(1, true))
                        .put("c", Json.NULL)
                        .toString())
                .isEqualTo("{\"a\":\"q\\\"\\\\\\n\\u0001\",\"b\":[1,true],\"c\":null}");
    }

    @Test
    void theTallyKnowsGapsAndDuplicates() {
        Tally tally = new Tally();
        tally.arrived(1, 100);
        tally.arrived(2, 400);
        tally.arrived(2, 500);
        assertThat(tally.distinct()).isEqualTo(2);
        assertThat(tally.duplicates()).isEqualTo(1);
        assertThat(tally.longestGapNanos()).isEqualTo(300);
    }

    @Test
    void unknownOptionsAndWrongValuesAreUsageErrors() {
        assertThat(Main.run(MeshBuilder::join, "peers", "--nonsense")).isEqualTo(ExitCode.USAGE.code());
        assertThat(Main.run(MeshBuilder::join, "sim", "--faults", "some")).isEqualTo(ExitCode.USAGE.code());
        assertThat(Main.run(MeshBuilder::join, "sim", "--nodes", "1")).isEqualTo(ExitCode.USAGE.code());
        assertThat(Main.run(MeshBuilder::join, "topology", "--dot", "--json")).isEqualTo(ExitCode.USAGE.code());
    }
}
