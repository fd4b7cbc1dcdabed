package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code weft sim} prints, of runs that are good and of one that has a bug planted in it. */
class SimCommandTest {
    private final CommandLab lab = new CommandLab(new FakeMesh());

    @Test
    void eachSeedIsOneObjectOnStdoutAndProgressIsElsewhere() {
        CommandLab.Run run = lab.run("sim", "--nodes", "3", "--for", "3s", "--seed", "7", "--runs", "2");
        assertThat(run.code()).isZero();
        assertThat(run.lines()).hasSize(2);
        for (int i = 0; i < 2; i++) {
            JsonText result = JsonText.parse(run.lines().get(i));
            assertThat(result.keys())
                    .containsExactly(
                            "seed",
                            "good",
                            "options",
                            "virtualSeconds",
                            "wallSeconds",
                            "events",
                            "outcomes",
                            "copies",
                            "faults",
                            "mesh",
                            "traceHash");
            assertThat(result.field("seed")).hasToString(Integer.toString(7 + i));
            assertThat(result.field("good")).hasToString("true");
        }
        assertThat(run.err()).contains("seed 7: ", "seed 8: ", " virtual s, ").doesNotContain("REPLAY");
    }

    @Test
    void aFailureIsToldWithItsReplayTheInvariantTheLastEventsTheTopologyAndASmallerRun() {
        CommandLab.Run run = lab.run("sim", "--nodes", "6", "--seed", "1", "--for", "20s", "--plant", "hasty");
        assertThat(run.code()).isEqualTo(ExitCode.FAILED.code());
        String[] said = run.err().split("(?m)^(?=REPLAY|graph mesh|SMALLEST)");
        assertThat(said).hasSize(4);
        assertThat(said[1])
                .startsWith("REPLAY ./weft sim --nodes 6 --seed 1 --for 20s --faults swarm --plant hasty\n")
                .contains("\nBROKEN 'delivered means received' does not hold: message ")
                .containsPattern("(?m)^ *\\d+\\.\\d{3} ms  node \\d  LINK_UP ");
        assertThat(said[2])
                .startsWith("graph mesh {\n")
                .contains("\"0\" -- \"1\";")
                .endsWith("}\n");
        assertThat(said[3]).startsWith("SMALLEST ./weft sim --nodes 2 --seed 1 --for ");

        JsonText result = run.json();
        assertThat(result.field("good")).hasToString("false");
        assertThat(result.field("broken")).isEqualTo("delivered means received");
        String smallest = result.field("replay").toString();
        assertThat(said[3].strip()).isEqualTo("SMALLEST " + smallest);
        assertThat(result.field("options")).isInstanceOf(Map.class);

        // It replays as it stands, and there is nothing to cut from it any more.
        List<String> words = List.of((smallest + " --shrink-for 0s").split(" "));
        CommandLab.Run again = lab.run(words.subList(1, words.size()).toArray(new String[0]));
        assertThat(again.code()).isEqualTo(ExitCode.FAILED.code());
        assertThat(again.json().field("broken")).isEqualTo("delivered means received");
        assertThat(again.json().field("replay")).isEqualTo(smallest);
        assertThat(again.err()).contains("REPLAY " + smallest).doesNotContain("SMALLEST");
    }

    @Test
    void theNumberOfWorkersChangesTheTimeAlone() {
        CommandLab.Run alone = lab.run("sim", "--nodes", "20", "--for", "2s", "--faults", "none", "--workers", "1");
        CommandLab.Run three = lab.run("sim", "--nodes", "20", "--for", "2s", "--faults", "none", "--workers", "3");
        assertThat(three.code()).isZero();
        for (String field : List.of("traceHash", "events", "outcomes", "copies", "mesh")) {
            assertThat(three.json().field(field)).isEqualTo(alone.json().field(field));
        }
    }

    @Test
    void oneFailureAmongSeveralSeedsIsAFailure() {
        CommandLab.Run run =
                lab.run("sim", "--nodes", "3", "--for", "4s", "--runs", "3", "--plant", "hasty", "--shrink-for", "0s");
        List<String> good = run.lines().stream()
                .map(line -> JsonText.parse(line).field("good").toString())
                .toList();
        assertThat(good).hasSize(3).contains("false");
        assertThat(run.code()).isEqualTo(ExitCode.FAILED.code());
    }

    @Test
    void whatIsLeftOutIsNotThere() {
        CommandLab.Run run = lab.run(
                "sim",
                "--nodes",
                "3",
                "--for",
                "2s",
                "--seed",
                "3",
                "--without",
                "loss,drift,sessions",
                "--load",
                "50");
        assertThat(run.code()).isZero();
        assertThat(run.json().field("options").toString())
                .contains("lossPerMillion=0", "driftPpmMax=0", "sessionsPerMinute=0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        sim --without lass   | is nothing to leave out: there are loss, duplication
        sim --load 0         | load=0 must be from 1 to 100 percent
        sim --load 101       | load=101 must be from 1 to 100 percent
        sim --plant tree     | --plant tree must be hasty or none
        sim --for 500ms      | a run of less than 1 s proves nothing
        sim --workers 0      | --workers 0 must be from 1 to 64
        sim --shrink-for 60  | is no duration
        """)
    void wrongOptionsAreUsageErrors(String command, String told) {
        CommandLab.Run run = lab.run(command.split(" "));
        assertThat(run.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(run.err()).contains(told);
    }
}
