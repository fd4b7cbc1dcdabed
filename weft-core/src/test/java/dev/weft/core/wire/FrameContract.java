package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Cases;
import dev.weft.core.base.Prng;
import org.junit.jupiter.api.Test;

/** What every frame of a link must stand: the vector of the docs both ways, truncation, corruption, noise. */
abstract class FrameContract<F extends Frame> {
    /** What the vector of the docs that bears the name of its type describes. */
    abstract F golden();

    /** Reads what follows the type byte. */
    abstract F decode(WireReader in) throws MalformedFrame;

    @Test
    void goldenVectorDecodes() throws MalformedFrame {
        assertThat(decodeWhole(vector())).isEqualTo(golden());
    }

    @Test
    void encodesToGoldenVector() {
        assertThat(golden().encode()).isEqualTo(vector());
    }

    @Test
    void everyTruncationIsMalformed() {
        ByteView vector = vector();
        for (int length = 0; length < vector.length(); length++) {
            ByteView cut = vector.slice(0, length);
            assertThatThrownBy(() -> decodeWhole(cut))
                    .as("the first %d bytes", length)
                    .isInstanceOf(MalformedFrame.class);
        }
    }

    @Test
    void everyFlippedByteIsReadOrMalformed() {
        ByteView vector = vector();
        for (int at = 0; at < vector.length(); at++) {
            for (int flip = 1; flip < 256; flip++) {
                byte[] bytes = vector.toByteArray();
                bytes[at] ^= (byte) flip;
                readOrMalformed(ByteView.of(bytes));
            }
        }
    }

    @Test
    void howeverItIsEditedItIsReadOrMalformed() {
        ByteView vector = vector();
        Cases.check(1, 5_000, Edit::drawn, edits -> readOrMalformed(Edit.applied(edits, vector)));
    }

    @Test
    void noiseIsReadOrMalformed() {
        for (long seed = 1; seed <= 20_000; seed++) {
            Prng prng = new Prng(seed);
            byte[] bytes = new byte[1 + prng.below(64)];
            for (int i = 1; i < bytes.length; i++) {
                bytes[i] = (byte) prng.nextLong();
            }
            bytes[0] = (byte) golden().type().code();
            readOrMalformed(ByteView.of(bytes));
        }
    }

    @Test
    void fieldsOfNewerVersionsAreSkipped() throws MalformedFrame {
        WireWriter longer = new WireWriter();
        longer.bytes(vector());
        new ProtoWriter(longer).number(100, 7).text(101, "from the future");
        assertThat(decodeWhole(longer.view())).isEqualTo(golden());
    }

    private ByteView vector() {
        return GoldenVectors.read(golden().type().name());
    }

    /** What was read is legal, so it can be written and read again. */
    private void readOrMalformed(ByteView bytes) {
        F frame;
        try {
            frame = decodeWhole(bytes);
        } catch (MalformedFrame expected) {
            return;
        }
        try {
            assertThat(decodeWhole(frame.encode())).isEqualTo(frame);
        } catch (MalformedFrame e) {
            throw new AssertionError("cannot read what was written for " + bytes, e);
        }
    }

    private F decodeWhole(ByteView bytes) throws MalformedFrame {
        WireReader in = new WireReader(bytes);
        if (FrameType.decode(in) != golden().type()) {
            throw new MalformedFrame("frame type", "another frame");
        }
        return decode(in);
    }
}
