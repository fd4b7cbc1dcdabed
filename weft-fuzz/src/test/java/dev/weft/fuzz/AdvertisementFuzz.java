package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.SealRecord;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any content of an advertisement is malformed, or a record or links that are written as they are read. */
class AdvertisementFuzz {
    @MethodSource("contents")
    @FuzzTest
    void contentIsReadOrMalformed(byte[] input) {
        judge(input);
    }

    @Test
    void theAdvertisementsOfTheDocsAreRead() throws MalformedFrame {
        assertThat(contents()).hasSize(8);
        contents().forEach(AdvertisementFuzz::judge);
    }

    static Stream<byte[]> contents() throws MalformedFrame {
        return Stream.of(items("FLOOD"), items("FLOOD_SEAL"), items("FLOOD_SIGNED"))
                .flatMap(all -> all)
                .flatMap(item -> Stream.of(item.lsa().content(), item.lsa().bytes()))
                .map(ByteView::toByteArray);
    }

    private static Stream<Flood.Item> items(String name) throws MalformedFrame {
        byte[] vector = Objects.requireNonNull(Vectors.all().get(name));
        Flood flood = (Flood) Frames.read(ByteView.of(vector)).frame();
        return flood.items().stream();
    }

    private static void judge(byte[] input) {
        ByteView content = ByteView.of(input.clone());
        try {
            NodeRecord record = NodeRecord.decode(content);
            Advertisements.checkRecord(record);
            Advertisements.checkRecord(record.withStatus(NodeRecord.Status.LEAVING));
        } catch (MalformedFrame expected) {
            // The same bytes may be something else.
        }
        try {
            Advertisements.checkAdjacencies(Adjacencies.decode(content));
        } catch (MalformedFrame expected) {
            // The same bytes may be something else.
        }
        try {
            Advertisements.checkSeal(SealRecord.decode(content));
        } catch (MalformedFrame expected) {
            // The same bytes may be something else.
        }
        try {
            Lsa lsa = Lsa.decode(content);
            assertThat(Lsa.decode(lsa.bytes())).isEqualTo(lsa);
            Lsa fresh = Lsa.originate(lsa.key(), lsa.version(), lsa.content());
            assertThat(Lsa.decode(fresh.bytes())).isEqualTo(fresh);
            if (lsa.isSigned()) {
                assertThat(lsa.statement("mesh").length())
                        .isGreaterThan(lsa.content().length());
                Lsa signed = Lsa.originate(
                        "mesh", lsa.key(), lsa.version(), lsa.content(), lsa.originKey(), statement -> lsa.signature());
                assertThat(Lsa.decode(signed.bytes())).isEqualTo(signed);
            }
        } catch (MalformedFrame expected) {
            // Nothing of all that.
        }
    }
}
