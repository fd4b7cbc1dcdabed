package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.MeshKey;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.net.secure.BeaconSeal.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

class BeaconSealTest {
    private static final ByteView BEACON = ByteView.utf8("here I am, at tcp/10.0.0.7:7400");

    private final MeshKey key = MeshKey.random();
    private long nowMillis = 1_800_000_000_000L;

    private BeaconSeal seal(MeshKey... keys) {
        return new BeaconSeal(List.of(keys), () -> nowMillis);
    }

    @Test
    void whatAMemberSealsAMemberOpens() {
        ByteView sealed = seal(key).seal(BEACON);
        assertThat(sealed.length()).isEqualTo(BEACON.length() + BeaconSeal.OVERHEAD_BYTES);
        assertThat(seal(key).open(sealed)).contains(BEACON);
    }

    @Test
    void nothingOfTheBeaconIsSeenFromOutside() {
        assertThat(new String(seal(key).seal(BEACON).toByteArray(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("10.0.0.7")
                .doesNotContain("here");
    }

    @Test
    void aReplayedBeaconIsNotOpenedASecondTime() {
        ByteView sealed = seal(key).seal(BEACON);
        BeaconSeal receiver = seal(key);
        assertThat(receiver.open(sealed)).isPresent();
        for (int i = 0; i < 3; i++) {
            assertThat(receiver.open(sealed)).isEmpty();
        }
        assertThat(receiver.refusedCount(Refusal.REPLAYED)).isEqualTo(3);
        nowMillis += 121_000;
        assertThat(receiver.open(sealed)).isEmpty();
        assertThat(receiver.refusedCount(Refusal.OUT_OF_TIME)).isEqualTo(1);
    }

    @Test
    void aClockThatJumpsByADayAndBackMakesNothingForgotten() {
        ByteView sealed = seal(key).seal(BEACON);
        long[] elapsedMillis = {0};
        BeaconSeal receiver = new BeaconSeal(List.of(key), () -> nowMillis, () -> elapsedMillis[0]);
        assertThat(receiver.open(sealed)).isPresent();
        for (long day : new long[] {86_400_000, -86_400_000}) {
            nowMillis += day;
            elapsedMillis[0] += 10_000;
            // Honest beacons of that time are taken, and those of the other refused.
            assertThat(receiver.open(seal(key).seal(BEACON))).isPresent();
            assertThat(receiver.open(sealed)).isEmpty();
            nowMillis -= day;
            assertThat(receiver.open(sealed)).isEmpty();
        }
        assertThat(receiver.refusedCount(Refusal.OUT_OF_TIME)).isEqualTo(2);
        assertThat(receiver.refusedCount(Refusal.REPLAYED)).isEqualTo(2);
        assertThat(receiver.open(seal(key).seal(BEACON))).isPresent();
    }

    @Test
    void aBeaconThatIsTooOldOrFromTheFutureIsNotOpened() {
        ByteView sealed = seal(key).seal(BEACON);
        for (long skewMillis : new long[] {-120_001, 120_001}) {
            BeaconSeal receiver = new BeaconSeal(List.of(key), () -> nowMillis + skewMillis);
            assertThat(receiver.open(sealed)).isEmpty();
            assertThat(receiver.refusedCount(Refusal.OUT_OF_TIME)).isEqualTo(1);
        }
        for (long skewMillis : new long[] {-120_000, 120_000}) {
            assertThat(new BeaconSeal(List.of(key), () -> nowMillis + skewMillis).open(sealed))
                    .isPresent();
        }
    }

    @Test
    void anotherKeyOpensNothingAndEitherOfTwoOpens() {
        MeshKey other = MeshKey.random();
        ByteView sealed = seal(other).seal(BEACON);
        BeaconSeal stranger = seal(key);
        assertThat(stranger.open(sealed)).isEmpty();
        assertThat(stranger.refusedCount(Refusal.WRONG_KEY)).isEqualTo(1);
        assertThat(seal(key, other).open(sealed)).contains(BEACON);
        assertThat(seal(key).open(seal(key, other).seal(BEACON))).contains(BEACON);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        ByteView sealed = seal(key).seal(BEACON);
        BeaconSeal receiver = seal(key);
        for (int bit = 0; bit < sealed.length() * 8; bit++) {
            byte[] flipped = sealed.toByteArray();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(receiver.open(ByteView.of(flipped))).as("bit %d", bit).isEmpty();
        }
        assertThat(receiver.open(sealed)).contains(BEACON);
    }

    @Test
    void noiseAndPlainBeaconsAreNotOpened() {
        BeaconSeal receiver = seal(key);
        for (long seed = 1; seed <= 2_000; seed++) {
            Prng prng = new Prng(seed);
            byte[] noise = new byte[prng.below(200)];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = (byte) prng.nextLong();
            }
            if (noise.length > 3 && prng.chance(500_000)) {
                noise[0] = 'W';
                noise[1] = 's';
                noise[2] = 1;
            }
            assertThat(receiver.open(ByteView.of(noise))).as("seed %d", seed).isEmpty();
        }
        assertThat(receiver.open(BEACON)).isEmpty();
    }

    @Test
    void whatIsRememberedIsBounded() {
        BeaconSeal sender = seal(key);
        BeaconSeal receiver = seal(key);
        ByteView first = sender.seal(BEACON);
        receiver.open(first);
        for (int i = 0; i < 20_000; i++) {
            assertThat(receiver.open(sender.seal(BEACON))).isPresent();
        }
        // So many members do not speak in two minutes; the oldest is forgotten before memory grows.
        assertThat(receiver.open(first)).isPresent();
    }
}
