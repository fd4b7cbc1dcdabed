package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.topology.Signatory.Checked;
import dev.weft.core.topology.Signatory.Demand;
import dev.weft.core.topology.Signatory.Verdict;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.WireReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real signatures of advertisements: nobody makes one in another's name, and no bit of one can be altered. */
class NodeSignatoryTest {
    private static final NodeKey KEY = NodeKey.generate();
    private static final BigInteger ORDER = NodeKey.P256_ORDER;

    private final BlockingQueue<List<Checked>> found = new LinkedBlockingQueue<>();
    private final NodeSignatory signatory = new NodeSignatory(KEY, "demo", Demand.SIGNATURES, found::add);

    @AfterEach
    void close() {
        signatory.close();
    }

    private Lsa signed(NodeId origin, long sequence) {
        NodeId neighbor = new NodeId(sequence, 0x8000000000000001L);
        ByteView content = new Adjacencies(List.of(new Adjacencies.Adjacency(neighbor, 5, 100))).encode();
        return Lsa.originate(
                "demo",
                new LsaKey(origin, LsaKind.ADJACENCY),
                new LsaVersion(1, sequence),
                content,
                signatory.publicKey(),
                signatory::sign);
    }

    private Verdict verdict(NodeSignatory judge, long task, Lsa lsa) throws InterruptedException {
        Verdict verdict = judge.check(task, lsa);
        if (verdict != Verdict.LATER) {
            return verdict;
        }
        List<Checked> results = found.poll(20, TimeUnit.SECONDS);
        assertThat(results).hasSize(1);
        assertThat(results.get(0).task()).isEqualTo(task);
        return results.get(0).verdict();
    }

    @Test
    void whatANodeSignsIsItsOwnInThisMeshAndInNoOther() throws InterruptedException {
        Lsa lsa = signed(KEY.id(), 1);
        assertThat(verdict(signatory, 1, lsa)).isEqualTo(Verdict.GENUINE);
        try (NodeSignatory elsewhere = new NodeSignatory(KEY, "other", Demand.SIGNATURES, found::add)) {
            assertThat(verdict(elsewhere, 2, lsa)).isEqualTo(Verdict.FORGED);
        }
    }

    @Test
    void theVectorOfTheDocsIsSignedByItsOrigin() throws Exception {
        WireReader in = new WireReader(vectorOfTheDocs());
        assertThat(FrameType.decode(in)).isEqualTo(FrameType.FLOOD);
        Lsa lsa = Flood.decode(in).items().get(0).lsa();
        assertThat(verdict(signatory, 1, lsa)).isEqualTo(Verdict.GENUINE);
    }

    private static ByteView vectorOfTheDocs() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/protocol.md"))) {
            folder = folder.getParent();
        }
        String text = Files.readString(folder.resolve("docs/protocol.md"));
        String block = text.substring(text.indexOf("```hex FLOOD_SIGNED") + "```hex FLOOD_SIGNED".length());
        String hex = block.substring(0, block.indexOf("```")).replaceAll("\\s", "");
        return ByteView.of(HexFormat.of().parseHex(hex));
    }

    @Test
    void noNodeIsBelievedUnderAnIdThatIsNotMadeOfItsKey() {
        assertThat(signatory.check(1, signed(NodeKey.generate().id(), 1))).isEqualTo(Verdict.FORGED);
    }

    /** One bit of each of a thousand; every bit of one is in the statement, which the test of the wire shows. */
    @Test
    void oneBitOfAThousandIsAlteredAndNoneIsBelieved() throws InterruptedException {
        Prng prng = new Prng(4);
        int believed = 0;
        TreeMap<Long, Integer> asked = new TreeMap<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = signed(KEY.id(), 1 + i).bytes().toByteArray();
            int bit = prng.below(8 * bytes.length);
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                Lsa altered = Lsa.decode(ByteView.of(bytes));
                if (altered.isSigned() && signatory.check(i, altered) == Verdict.LATER) {
                    asked.put((long) i, bit);
                }
            } catch (MalformedFrame expected) {
                // Refused before its signature is looked at.
            }
        }
        assertThat(asked.size()).isGreaterThan(300);
        while (!asked.isEmpty()) {
            List<Checked> results = found.poll(20, TimeUnit.SECONDS);
            assertThat(results).isNotNull();
            for (Checked result : results) {
                assertThat(asked.remove(result.task())).isNotNull();
                believed += result.verdict() == Verdict.GENUINE ? 1 : 0;
            }
        }
        assertThat(believed).isZero();
    }

    @Test
    void bothLibrariesComeToTheSameVerdict() throws GeneralSecurityException {
        for (int i = 1; i <= 50; i++) {
            Lsa lsa = signed(KEY.id(), i);
            ByteView statement = lsa.statement("demo");
            ByteView other = lsa.statement("dem");
            BigInteger r = number(lsa.signature(), 0);
            BigInteger s = number(lsa.signature(), 32);
            assertThat(EcdsaVerifier.isByTheJdk(lsa.originKey(), statement, lsa.signature()))
                    .isTrue();
            assertThat(EcdsaVerifier.isByTheOther(lsa.originKey(), statement, r, s))
                    .isTrue();
            assertThat(EcdsaVerifier.isByTheJdk(lsa.originKey(), other, lsa.signature()))
                    .isFalse();
            assertThat(EcdsaVerifier.isByTheOther(lsa.originKey(), other, r, s)).isFalse();
        }
    }

    private static BigInteger number(ByteView signature, int at) {
        return new BigInteger(1, signature.slice(at, 32).toByteArray());
    }

    @Test
    void numbersOutOfRangeAreNoSignatureWhicheverLibraryIsAsked() {
        EcdsaVerifier verifier = new EcdsaVerifier();
        Lsa lsa = signed(KEY.id(), 1);
        ByteView statement = lsa.statement("demo");
        byte[] order = new byte[32];
        ByteView.of(ORDER.toByteArray()).slice(1, 32).copyTo(order, 0);
        for (byte[] wrong : List.of(new byte[32], order)) {
            for (int at : new int[] {0, 32}) {
                byte[] signature = lsa.signature().toByteArray();
                System.arraycopy(wrong, 0, signature, at, 32);
                assertThat(verifier.isBy(lsa.originKey(), statement, ByteView.of(signature)))
                        .isFalse();
            }
        }
        assertThat(verifier.isBy(lsa.originKey(), statement, lsa.signature())).isTrue();
    }

    @Test
    void whatIsNoPointOfTheCurveIsNobodysKey() {
        byte[] point = signatory.publicKey().toByteArray();
        assertThat(P256Point.nodeIdOf(ByteView.of(point))).contains(KEY.id());
        point[64] ^= 1;
        assertThat(P256Point.nodeIdOf(ByteView.of(point))).isEmpty();
        point[64] ^= 1;
        point[0] = 2;
        assertThat(P256Point.nodeIdOf(ByteView.of(point))).isEmpty();
        byte[] beyond = new byte[Lsa.ORIGIN_KEY_BYTES];
        java.util.Arrays.fill(beyond, (byte) 0xff);
        beyond[0] = 4;
        assertThat(P256Point.nodeIdOf(ByteView.of(beyond))).isEmpty();
        assertThat(P256Point.nodeIdOf(ByteView.EMPTY)).isEmpty();
    }
}
