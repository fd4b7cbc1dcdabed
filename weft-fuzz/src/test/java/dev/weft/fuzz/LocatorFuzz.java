package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any text is refused or names a place or a node; what it names is written as it was read, and crosses the wire. */
class LocatorFuzz {
    @MethodSource("texts")
    @FuzzTest
    void textIsALocatorOrRefused(byte[] input) {
        judge(Texts.any(input));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp/a\nb", "unix//tmp/\u001b[2J", "tcp/\ud800", "tcp/\u0085"})
    void whatCannotStandInALineIsNoLocator(String text) {
        judge(text);
        assertThatThrownBy(() -> Locator.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1-1-1-1-1", "11111111-1111-8111-9111-1111111111111", "1111111-11111-8111-9111-111111111111"})
    void aNodeIdHasItsUsualForm(String text) {
        judge(text);
        assertThatThrownBy(() -> NodeId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPathMayHoldSpacesAndLettersOfAnyScript() {
        assertThat(Locator.parse("unix//home/Zo\u00eb M\u00fcller/\ud83d\ude00").address())
                .startsWith("/home/Zo");
    }

    static Stream<byte[]> texts() {
        return Stream.of("tcp/10.0.0.7:7400", "unix//run/user/1000/weft/a.sock", "11111111-1111-8111-9111-111111111111")
                .map(text -> (" " + text).getBytes(StandardCharsets.UTF_8));
    }

    private static void judge(String text) {
        try {
            NodeId node = NodeId.parse(text);
            assertThat(node.toString()).isEqualToIgnoringCase(text);
        } catch (IllegalArgumentException expected) {
            assertThat(text).doesNotMatch("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
        }
        Locator locator;
        try {
            locator = Locator.parse(text);
        } catch (IllegalArgumentException expected) {
            return;
        }
        assertThat(locator.toString()).isEqualTo(text);
        assertThat(text.lines()).hasSize(1);
        Peers peers = new Peers(List.of(new Peers.Entry(new NodeId(1, 2), 3, List.of(locator), 0)));
        WireWriter out = new WireWriter();
        peers.encodeBody(out);
        ByteView written = out.view();
        try {
            assertThat(Peers.decode(new WireReader(written))).isEqualTo(peers);
        } catch (MalformedFrame e) {
            throw new AssertionError("what a locator may be does not cross the wire: " + locator, e);
        }
    }
}
