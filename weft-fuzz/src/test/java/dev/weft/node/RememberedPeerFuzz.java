package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.fuzz.Texts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any line of the file of known peers is refused, or written as it was read. */
class RememberedPeerFuzz {
    private static final NodeId NODE = NodeId.parse("11111111-1111-8111-9111-111111111111");

    @MethodSource("lines")
    @FuzzTest
    void aLineIsAPeerOrRefused(byte[] input) {
        Texts.lines(input).forEach(RememberedPeerFuzz::judge);
    }

    @Test
    void placesWithSpacesAreRemembered() {
        RememberedPeer peer =
                new RememberedPeer(NODE, List.of(Locator.parse("unix//tmp/a b"), Locator.parse("tcp/host:1")));
        assertThat(RememberedPeer.parse(peer.line())).isEqualTo(peer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t", "a\ttcp/host:1", "11111111-1111-8111-9111-111111111111\t"})
    void whatIsNoLineIsRefused(String line) {
        judge(line);
        assertThatThrownBy(() -> RememberedPeer.parse(line)).isInstanceOf(IllegalArgumentException.class);
    }

    static Stream<byte[]> lines() {
        return Stream.of(NODE + "\ttcp/host:1\tunix//tmp/a b", NODE.toString(), " ")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static void judge(String line) {
        RememberedPeer peer;
        try {
            peer = RememberedPeer.parse(line);
        } catch (IllegalArgumentException expected) {
            return;
        }
        assertThat(peer.line()).isEqualToIgnoringCase(line);
        assertThat(RememberedPeer.parse(peer.line())).isEqualTo(peer);
    }
}
