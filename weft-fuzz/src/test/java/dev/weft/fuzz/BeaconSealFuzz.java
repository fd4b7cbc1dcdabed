package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.MeshKey;
import dev.weft.core.base.ByteView;
import dev.weft.net.secure.BeaconSeal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any datagram that comes to where sealed beacons are expected is counted and dropped; nobody opens one without the key. */
class BeaconSealFuzz {
    private static final long NOW_MILLIS = 1_790_000_000_000L;
    private static final MeshKey KEY = MeshKey.random();

    /** What a member would send at that time, of which an attacker may have seen any number. */
    private static final byte[] RECORDED = new BeaconSeal(List.of(KEY), () -> NOW_MILLIS)
            .seal(ByteView.utf8("a beacon of some length"))
            .toByteArray();

    @MethodSource("datagrams")
    @FuzzTest
    void datagramsAreOpenedOnlyIfAMemberHasSealedThem(byte[] input) {
        judge(input);
    }

    @Test
    void theRecordedOneIsOpenedOnce() {
        BeaconSeal seal = new BeaconSeal(List.of(KEY), () -> NOW_MILLIS);
        assertThat(seal.open(ByteView.of(RECORDED))).contains(ByteView.utf8("a beacon of some length"));
        assertThat(seal.open(ByteView.of(RECORDED))).isEmpty();
        datagrams().forEach(BeaconSealFuzz::judge);
    }

    static Stream<byte[]> datagrams() {
        return Stream.of(RECORDED, new byte[0], new byte[64]);
    }

    private static void judge(byte[] input) {
        BeaconSeal seal = new BeaconSeal(List.of(KEY), () -> NOW_MILLIS);
        boolean isRecorded = java.util.Arrays.equals(input, RECORDED);
        assertThat(seal.open(ByteView.of(input)).isPresent()).isEqualTo(isRecorded);
        long refused = Stream.of(BeaconSeal.Refusal.values())
                .mapToLong(seal::refusedCount)
                .sum();
        assertThat(refused).isEqualTo(isRecorded ? 0 : 1);
        // Over the recorded one, as somebody who alters it on the way.
        byte[] altered = RECORDED.clone();
        for (int i = 0; i < input.length && i < altered.length; i++) {
            altered[i] ^= input[i];
        }
        assertThat(seal.open(ByteView.of(altered)).isPresent())
                .isEqualTo(!isRecorded && java.util.Arrays.equals(altered, RECORDED));
    }
}
