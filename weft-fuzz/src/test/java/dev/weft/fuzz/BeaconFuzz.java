package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.MalformedFrame;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any datagram is malformed or a beacon; a beacon is written as it is read, and its answer is no longer than it. */
class BeaconFuzz {
    @MethodSource("beacons")
    @FuzzTest
    void bytesAreABeaconOrMalformed(byte[] input) {
        judge(input);
    }

    @Test
    void aBeaconOfEachKindIsRead() throws MalformedFrame {
        for (Beacon.Kind kind : Beacon.Kind.values()) {
            byte[] datagram = datagram(kind);
            assertThat(Beacon.decode(ByteView.of(datagram)).kind()).isEqualTo(kind);
            judge(datagram);
        }
    }

    static Stream<byte[]> beacons() {
        return Stream.of(Beacon.Kind.values()).map(BeaconFuzz::datagram);
    }

    private static byte[] datagram(Beacon.Kind kind) {
        Beacon beacon = new Beacon(
                kind,
                42,
                new NodeId(1, 2),
                3,
                5,
                600,
                List.of(Locator.parse("tcp/10.0.0.7:7400")),
                List.of(new NodeId(3, 4)));
        return beacon.encode(Beacon.BYTES_MAX).toByteArray();
    }

    private static void judge(byte[] input) {
        ByteView datagram = ByteView.of(input.clone());
        Beacon beacon;
        try {
            beacon = Beacon.decode(datagram);
        } catch (MalformedFrame expected) {
            return;
        }
        ByteView written = beacon.encode(Beacon.BYTES_MAX);
        assertThat(written.length()).isLessThanOrEqualTo(Beacon.BYTES_MAX);
        Beacon again;
        try {
            again = Beacon.decode(written);
        } catch (MalformedFrame e) {
            throw new AssertionError("cannot read what was written: " + beacon, e);
        }
        // Padding may leave no room for the last locators.
        assertThat(again.locators())
                .isEqualTo(beacon.locators().subList(0, again.locators().size()));
        assertThat(again.suspects()).isEqualTo(beacon.suspects());
        assertThat(again.encode(Beacon.BYTES_MAX)).isEqualTo(written);
        Allocation.check(input.length, () -> readAgain(datagram));
    }

    private static void readAgain(ByteView datagram) {
        try {
            Beacon.decode(datagram);
        } catch (MalformedFrame e) {
            throw new AssertionError("read once, and not twice", e);
        }
    }
}
