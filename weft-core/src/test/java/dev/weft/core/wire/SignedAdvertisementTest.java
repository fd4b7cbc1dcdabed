package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import org.junit.jupiter.api.Test;

/** An advertisement with its origin's key and signature: the vector of the docs, and what is not one. */
class SignedAdvertisementTest {
    /** Of which the docs show the statement. */
    private static final String MESH = "demo";

    private static Lsa vector() throws MalformedFrame {
        WireReader in = new WireReader(GoldenVectors.read("FLOOD_SIGNED"));
        assertThat(FrameType.decode(in)).isEqualTo(FrameType.FLOOD);
        return Flood.decode(in).items().get(0).lsa();
    }

    @Test
    void theVectorOfTheDocsIsReadAndWritten() throws MalformedFrame {
        Lsa read = vector();
        assertThat(read.isSigned()).isTrue();
        assertThat(read.statement(MESH)).isEqualTo(GoldenVectors.bytes("statement"));
        Lsa written = Lsa.originate(
                MESH, read.key(), read.version(), read.content(), read.originKey(), statement -> read.signature());
        assertThat(written).isEqualTo(read);
        assertThat(written.bytes()).isEqualTo(read.bytes());
        assertThat(Lsa.decode(read.bytes()).compact()).isEqualTo(read);
    }

    @Test
    void anEditionThatIsKnownIsNotReadAgainAndAnotherOneIs() throws MalformedFrame {
        Lsa known = vector();
        for (long newer : new long[] {0, 1}) {
            WireReader in = new WireReader(GoldenVectors.read("FLOOD_SIGNED"));
            FrameType.decode(in);
            Lsa.Known here =
                    (origin, kind, incarnation, sequence) -> known.key().equals(new LsaKey(origin, kind))
                                    && known.version().equals(new LsaVersion(incarnation, sequence + newer))
                            ? known
                            : null;
            Lsa read = Flood.decode(in, here).items().get(0).lsa();
            assertThat(read).isEqualTo(known);
            assertThat(read == known).isEqualTo(newer == 0);
        }
    }

    @Test
    void everyBitBeforeTheSignatureIsInTheStatementOrMakesItUnreadable() throws MalformedFrame {
        Lsa read = vector();
        ByteView statement = read.statement(MESH);
        for (int bit = 0; bit < 8 * read.bytes().length(); bit++) {
            byte[] bytes = read.bytes().toByteArray();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                Lsa altered = Lsa.decode(ByteView.of(bytes));
                boolean shows = !altered.isSigned()
                        || !altered.statement(MESH).equals(statement)
                        || !altered.signature().equals(read.signature());
                assertThat(shows).as("bit %d", bit).isTrue();
            } catch (MalformedFrame expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void aSignatureWithoutAKeyOrNotAtTheEndOrOfAnotherLengthIsMalformed() throws MalformedFrame {
        ByteView whole = vector().bytes();
        int signature = 2 + Lsa.SIGNATURE_BYTES;
        ByteView unsigned = whole.slice(0, whole.length() - signature);
        assertThatThrownBy(() -> Lsa.decode(unsigned))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("together");
        WireWriter more = new WireWriter(whole.length() + 8).bytes(whole);
        new ProtoWriter(more).number(16, 1);
        assertThatThrownBy(() -> Lsa.decode(more.view()))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("last");
        WireWriter shorter = new WireWriter(whole.length()).bytes(unsigned);
        new ProtoWriter(shorter).bytes(15, ByteView.of(new byte[Lsa.SIGNATURE_BYTES - 1]));
        assertThatThrownBy(() -> Lsa.decode(shorter.view()))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("63 bytes, not 64");
    }

    @Test
    void whatLaterVersionsAddIsPassedOnAndStandsInTheStatement() throws MalformedFrame {
        Lsa read = vector();
        int signature = 2 + Lsa.SIGNATURE_BYTES;
        WireWriter longer = new WireWriter(read.bytes().length() + 8)
                .bytes(read.bytes().slice(0, read.bytes().length() - signature));
        new ProtoWriter(longer).number(9, 77).bytes(15, read.signature());
        Lsa later = Lsa.decode(longer.view());
        assertThat(later.bytes()).isEqualTo(longer.view());
        assertThat(later.content()).isEqualTo(read.content());
        assertThat(later.statement(MESH).length())
                .isEqualTo(read.statement(MESH).length() + 2);
    }

    @Test
    void statementsOfTwoMeshesDiffer() throws MalformedFrame {
        assertThat(vector().statement("demo")).isNotEqualTo(vector().statement("dem"));
    }
}
