package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Description;
import dev.weft.Peer;
import dev.weft.core.base.ByteView;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a record may hold; its bytes are checked with the frames that carry it. */
class NodeRecordTest {
    private static final ByteView HOST = ByteView.utf8("0123456789abcdef");

    private static NodeRecord named(String name) {
        return NodeRecord.of(name, HOST, List.of());
    }

    @Test
    void wordsThatCouldSteerATerminalAreNotSent() {
        assertThatThrownBy(() -> named("al\u001bpha")).isInstanceOf(IllegalArgumentException.class);
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("rack", "7\n8");
        assertThatThrownBy(() -> new NodeRecord.Words(List.of(), List.of(), attributes))
                .hasMessageContaining("attribute value holds a control character");
    }

    @Test
    void namesOfAnyScriptAreTaken() throws MalformedFrame {
        assertThat(NodeRecord.decode(named("zoë 名").encode()).name()).isEqualTo("zoë 名");
    }

    @Test
    void whatWasMeasuredIsToldBesideWhatIsKept() throws MalformedFrame {
        NodeRecord record =
                named("a").withKept(new Peer.Bandwidth(0, 1_000)).withMeasured(new Peer.Bandwidth(1 << 22, 1 << 23));
        assertThat(HexFormat.of().formatHex(record.encode().toByteArray()))
                .isEqualTo("0a0161" + "1210" + "30313233343536373839616263646566" + "40e807" + "5080808002"
                        + "5880808004");
        assertThat(NodeRecord.decode(record.encode())).isEqualTo(record);
        assertThat(record.bandwidth()).isEqualTo(new Peer.Bandwidth(1 << 22, 1_000));
        assertThat(record.kept().receiveBitsPerSecond())
                .as("what neighbors hold to")
                .isZero();
    }

    /** Name, group, tag, key and value, each with a bell in it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 61, 62})
    void wordsThatCouldSteerATerminalAreNotTaken(int field) {
        WireWriter out = new WireWriter();
        ProtoWriter proto =
                new ProtoWriter(out).text(1, field == 1 ? "a\u0007" : "a").bytes(2, HOST);
        if (field == 4 || field == 5) {
            proto.element(field, ByteView.utf8("a\u0007"));
        }
        if (field > 60) {
            WireWriter entry = new WireWriter();
            new ProtoWriter(entry).text(1, field == 61 ? "k\u0007" : "k").text(2, field == 62 ? "v\u0007" : "v");
            proto.element(6, entry.view());
        }
        assertThatThrownBy(() -> NodeRecord.decode(out.view()))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("control character");
    }

    @Test
    void largestDescriptionFitsIntoAnAdvertisement() {
        TreeMap<String, String> attributes = new TreeMap<>();
        for (int i = 0; i < Description.ATTRIBUTES_MAX; i++) {
            attributes.put("%04d".formatted(i) + "k".repeat(60), "v".repeat(64));
        }
        Description largest = Description.EMPTY.withAttributes(attributes);
        ByteView content = named("n".repeat(64))
                .withWords(new NodeRecord.Words(largest.groups(), largest.tags(), largest.attributes()))
                .encode();
        assertThat(content.length()).isLessThan(Lsa.CONTENT_BYTES_MAX / 2);
        assertThatThrownBy(() -> largest.withTags(List.of("t"))).hasMessageContaining("at most 8192");
    }
}
