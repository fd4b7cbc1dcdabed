package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The datagram of discovery: the vectors of the docs both ways, cut at each length, each byte flipped, noise. */
class BeaconTest {
    private static final NodeId ONE = NodeId.parse("11111111-1111-8111-9111-111111111111");
    private static final NodeId TWO = NodeId.parse("22222222-2222-8222-9222-222222222222");
    private static final List<Locator> LOCATORS =
            List.of(Locator.parse("tcp/10.0.0.7:7400"), Locator.parse("unix//run/b.sock"));
    private static final long DEMO = ByteView.utf8("weft mesh demo").hash64();

    private static Beacon golden(Beacon.Kind kind, List<NodeId> suspects) {
        return new Beacon(kind, DEMO, ONE, 3, 5, 600, LOCATORS, suspects);
    }

    /** What the docs leave out are the zeros at the end. */
    private static ByteView padded(ByteView vector) {
        return ByteView.of(Arrays.copyOf(vector.toByteArray(), Beacon.QUESTION_BYTES));
    }

    @Test
    void theVectorsOfTheDocsAreWrittenAndRead() throws MalformedFrame {
        Beacon beacon = golden(Beacon.Kind.BEACON, List.of());
        ByteView vector = GoldenVectors.bytes("BEACON");
        assertThat(beacon.encode(Beacon.BYTES_MAX)).isEqualTo(vector);
        assertThat(Beacon.decode(vector)).isEqualTo(beacon);

        Beacon ping = golden(Beacon.Kind.PING, List.of(TWO));
        ByteView question = padded(GoldenVectors.bytes("BEACON_PING"));
        assertThat(ping.encode(Beacon.BYTES_MAX)).isEqualTo(question);
        assertThat(Beacon.decode(question)).isEqualTo(ping);
    }

    @Test
    void everyTruncationIsMalformed() {
        for (String name : List.of("BEACON", "BEACON_PING")) {
            ByteView vector = GoldenVectors.bytes(name);
            for (int length = 0; length < vector.length(); length++) {
                ByteView cut = vector.slice(0, length);
                assertThatThrownBy(() -> Beacon.decode(cut))
                        .as("the first %d bytes of %s", length, name)
                        .isInstanceOf(MalformedFrame.class);
            }
        }
    }

    /** The zeros may be fewer: who answers looks at how long the question is, and says nothing to a short one. */
    @Test
    void aQuestionWithoutItsZerosIsReadAlike() throws MalformedFrame {
        ByteView vector = GoldenVectors.bytes("BEACON_PING");
        for (int length = vector.length(); length <= Beacon.QUESTION_BYTES; length++) {
            assertThat(Beacon.decode(padded(vector).slice(0, length)))
                    .isEqualTo(golden(Beacon.Kind.PING, List.of(TWO)));
        }
    }

    @Test
    void everyFlippedByteIsReadOrMalformed() {
        for (String name : List.of("BEACON", "BEACON_PING")) {
            ByteView vector = GoldenVectors.bytes(name);
            for (int at = 0; at < vector.length(); at++) {
                for (int flip = 1; flip < 256; flip++) {
                    byte[] bytes = vector.toByteArray();
                    bytes[at] ^= (byte) flip;
                    readOrMalformed(ByteView.of(bytes));
                }
            }
        }
    }

    @Test
    void noiseIsReadOrMalformed() {
        byte[] bytes = GoldenVectors.bytes("BEACON").toByteArray();
        for (long seed = 1; seed <= 20_000; seed++) {
            Prng prng = new Prng(seed);
            byte[] noise = Arrays.copyOf(bytes, 28 + prng.below(200));
            for (int i = 28; i < noise.length; i++) {
                noise[i] = (byte) (prng.chance(500_000) ? prng.below(4) : prng.nextLong());
            }
            readOrMalformed(ByteView.of(noise));
        }
    }

    @Test
    void aBeaconOfMoreThanItsLongestIsMalformed() throws MalformedFrame {
        byte[] longest = Arrays.copyOf(GoldenVectors.bytes("BEACON_PING").toByteArray(), Beacon.BYTES_MAX);
        assertThat(Beacon.decode(ByteView.of(longest)).kind()).isEqualTo(Beacon.Kind.PING);
        ByteView longer = ByteView.of(Arrays.copyOf(longest, Beacon.BYTES_MAX + 1));
        assertThatThrownBy(() -> Beacon.decode(longer)).isInstanceOf(MalformedFrame.class);
    }

    /** What was read is legal, so it can be written and read again. */
    private static void readOrMalformed(ByteView bytes) {
        Beacon beacon;
        try {
            beacon = Beacon.decode(bytes);
        } catch (MalformedFrame expected) {
            return;
        }
        try {
            assertThat(Beacon.decode(beacon.encode(Beacon.BYTES_MAX))).isEqualTo(beacon);
        } catch (MalformedFrame e) {
            throw new AssertionError("cannot read what was written for " + bytes, e);
        }
    }
}
