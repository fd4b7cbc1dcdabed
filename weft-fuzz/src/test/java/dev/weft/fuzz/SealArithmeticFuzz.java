package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.core.base.ByteView;
import dev.weft.core.seal.Sealer;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.SealRecord;
import dev.weft.net.secure.HpkeSealer;
import dev.weft.net.secure.NodeKey;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Keys, points and signatures of others as the real sealer decodes them, in records that are flooded and in openings: of
 * each comes keys or a reason, never nothing, and never the keys of the untouched ones.
 */
class SealArithmeticFuzz {
    private static final NodeKey ALICE = NodeKey.generate();
    private static final NodeKey BOB = NodeKey.generate();
    private static final BlockingQueue<Sealer.Made> AT_ALICE = new ArrayBlockingQueue<>(4);
    private static final BlockingQueue<Sealer.Made> AT_BOB = new ArrayBlockingQueue<>(4);
    private static final Sealer.Terms TERMS = Sealer.Terms.of(Sealer.Policy.RELAYED);
    private static final HpkeSealer ALICES = new HpkeSealer(ALICE, "demo", 1, TERMS, AT_ALICE::add);
    private static final HpkeSealer BOBS = new HpkeSealer(BOB, "demo", 1, TERMS, AT_BOB::add);
    private static final SealRecord RECORD = record();
    private static final SealOpening OPENING = opening();

    @MethodSource("inputs")
    @FuzzTest
    void whateverOthersShowLeadsToKeysOrToAReason(byte[] input) {
        judge(input);
    }

    @Test
    void untouchedTheyLeadToKeys() {
        BOBS.accept(1, OPENING);
        assertThat(take(AT_BOB).keys()).isPresent();
        inputs().forEach(SealArithmeticFuzz::judge);
    }

    static Stream<byte[]> inputs() {
        return Stream.of(
                RECORD.prekey().toByteArray(),
                OPENING.encapsulated().toByteArray(),
                ALICE.publicKey().getEncoded(),
                RECORD.signature().toByteArray(),
                new byte[] {4});
    }

    private static SealRecord record() {
        BOBS.makePrekey(1, 1, SealRecord.Manner.RELAYED);
        return take(AT_BOB).record().orElseThrow();
    }

    private static SealOpening opening() {
        ALICES.begin(1, new Sealer.Draft(BOB.id(), 1, RECORD, 1));
        return take(AT_ALICE).opening().orElseThrow();
    }

    private static Sealer.Made take(BlockingQueue<Sealer.Made> from) {
        try {
            Sealer.Made made = from.poll(30, TimeUnit.SECONDS);
            assertThat(made).as("something comes of every task").isNotNull();
            return made;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void judge(byte[] input) {
        if (input.length == 0 || input.length > SealRecord.BYTES_MAX) {
            return;
        }
        ByteView drawn = ByteView.of(input.clone());
        accept(opening(OPENING.originKey(), drawn), OPENING.encapsulated().equals(drawn));
        accept(opening(drawn, OPENING.encapsulated()), OPENING.originKey().equals(drawn));
        begin(RECORD.nodeKey(), drawn, RECORD.signature());
        begin(RECORD.nodeKey(), RECORD.prekey(), drawn);
        begin(drawn, RECORD.prekey(), RECORD.signature());
    }

    private static SealOpening opening(ByteView originKey, ByteView encapsulated) {
        return new SealOpening(ALICE.id(), originKey, 1, 1, BOB.id(), 1, 1, encapsulated);
    }

    private static void accept(SealOpening opening, boolean isUntouched) {
        BOBS.accept(2, opening);
        Sealer.Made made = take(AT_BOB);
        assertThat(made.keys().isPresent() || !made.why().isBlank()).isTrue();
        if (!isUntouched && made.keys().isPresent()) {
            BOBS.accept(3, OPENING);
            assertThat(made.keys().get().receipt())
                    .isNotEqualTo(take(AT_BOB).keys().orElseThrow().receipt());
        }
    }

    /** Whoever is not Bob cannot sign for him. */
    private static void begin(ByteView nodeKey, ByteView prekey, ByteView signature) {
        SealRecord shown = new SealRecord(nodeKey, RECORD.manner(), RECORD.number(), prekey, signature);
        ALICES.begin(2, new Sealer.Draft(BOB.id(), 1, shown, 2));
        Sealer.Made made = take(AT_ALICE);
        boolean isBobs = nodeKey.equals(RECORD.nodeKey()) && prekey.equals(RECORD.prekey());
        assertThat(made.opening().isPresent()).isEqualTo(isBobs && made.why().isBlank());
        assertThat(made.opening().isPresent() || !made.why().isBlank()).isTrue();
    }
}
