package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Locator;
import dev.weft.MeshStartException;
import dev.weft.fuzz.Texts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any peer file is refused with the lines of its mistakes, or lists places of which each has a host and a port. */
class PeerFileFuzz {
    private static final TreeSet<String> OWN_NAMES = new TreeSet<>(List.of("self", "self.example.org"));

    @MethodSource("files")
    @FuzzTest
    void linesArePeersOrMistakes(byte[] input) {
        judge(Texts.lines(input));
    }

    @Test
    void thisHostIsLeftOutAndDefaultsAreFilledIn() {
        assertThat(PeerFile.parse(
                        List.of("# all", "SELF 10.0.0.1", "a 10.0.0.2", "b [fd77::1]", "c [fd77::2]:9 # ours"),
                        OWN_NAMES,
                        "peers"))
                .containsExactly(
                        Locator.parse("tcp/10.0.0.2:7400"),
                        Locator.parse("tcp/[fd77::1]:7400"),
                        Locator.parse("tcp/[fd77::2]:9"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a :7400",
                "a []:1",
                "a fd77::1",
                "a [fd77::1",
                "a b]:1",
                "a host:0",
                "a host:x",
                "a host:+1",
                "a host:\u0663",
                "a host:65536",
                "a host:"
            })
    void aPlaceThatCannotBeDialledIsAMistake(String line) {
        judge(List.of(line));
        assertThatThrownBy(() -> PeerFile.parse(List.of("", line), OWN_NAMES, "peers"))
                .isInstanceOf(MeshStartException.class)
                .hasMessageStartingWith("peers line 2: 'a': ");
    }

    static Stream<byte[]> files() {
        return Stream.of("a 10.0.0.2\nb [fd77::1]:7400\nc tcp/host:1 # c\nself unix//a\n", "a :1\na b c\n")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static void judge(List<String> lines) {
        List<Locator> peers;
        try {
            peers = PeerFile.parse(lines, OWN_NAMES, "peers");
        } catch (MeshStartException mistakes) {
            assertThat(mistakes.getMessage().lines()).isNotEmpty().allMatch(line -> line.startsWith("peers line "));
            return;
        }
        assertThat(peers).hasSizeLessThanOrEqualTo(lines.size());
        boolean writtenOut = lines.stream().anyMatch(line -> line.contains("/"));
        for (Locator peer : peers) {
            assertThat(Locator.parse(peer.toString())).isEqualTo(peer);
            if (!writtenOut) {
                assertThat(peer.scheme()).isEqualTo("tcp");
                assertThat(peer.address()).matches("([^:\\[\\]]+|\\[.+]):[0-9]{1,5}");
            }
        }
    }
}
