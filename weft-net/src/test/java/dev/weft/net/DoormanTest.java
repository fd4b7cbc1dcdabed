package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoormanTest {
    private static final long SECOND = 1_000_000_000L;

    private final Doorman doorman = new Doorman();
    private final List<Guest> turnedOut = new ArrayList<>();

    private final class Guest implements Doorman.Guest {
        @Override
        public void turnOut() {
            turnedOut.add(this);
        }
    }

    private static InetAddress v4(int number) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private static InetAddress v6(int network, int host) throws Exception {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xfd;
        bytes[7] = (byte) network;
        bytes[15] = (byte) host;
        return InetAddress.getByAddress(bytes);
    }

    @Test
    void whoKnocksTooOftenWaitsForTheNextToken() throws Exception {
        for (int i = 0; i < Doorman.BURST_MAX; i++) {
            Guest guest = new Guest();
            assertThat(doorman.admits(v4(1), guest, 0)).isTrue();
            doorman.left(guest);
        }
        assertThat(doorman.admits(v4(1), new Guest(), 0)).isFalse();
        assertThat(doorman.admits(v4(2), new Guest(), 0)).isTrue();
        assertThat(doorman.admits(v4(1), new Guest(), Doorman.TOKEN_NANOS)).isTrue();
        assertThat(doorman.admits(v4(1), new Guest(), Doorman.TOKEN_NANOS)).isFalse();
        int inOneSecond = 0;
        for (int i = 0; i < 1_000; i++) {
            Guest guest = new Guest();
            inOneSecond += doorman.admits(v4(1), guest, 10 * SECOND + i * SECOND / 1_000) ? 1 : 0;
            doorman.left(guest);
        }
        assertThat(inOneSecond).isBetween(256, 256 + 65);
        assertThat(doorman.counters()).containsEntry("handshake.too-often", 2L + 1_000 - inOneSecond);
    }

    @Test
    void whenThereIsNoRoomTheOldestOfTheSourceGoesAndThenTheOldestOfAll() throws Exception {
        Guest first = new Guest();
        doorman.admits(v4(1), first, 0);
        for (int i = 1; i < Doorman.HALF_OPEN_PER_SOURCE_MAX; i++) {
            doorman.admits(v4(2), new Guest(), 0);
        }
        Guest firstOfTwo = new Guest();
        doorman.admits(v4(3), firstOfTwo, 0);
        for (int i = 1; i < Doorman.HALF_OPEN_PER_SOURCE_MAX; i++) {
            doorman.admits(v4(3), new Guest(), 0);
        }
        assertThat(turnedOut).isEmpty();
        doorman.admits(v4(3), new Guest(), 0);
        assertThat(turnedOut).containsExactly(firstOfTwo);
        doorman.admits(v4(4), new Guest(), 0);
        assertThat(turnedOut).containsExactly(firstOfTwo, first);
        assertThat(doorman.halfOpenCount()).isEqualTo(Doorman.HALF_OPEN_MAX);
    }

    @Test
    void memoryStaysBoundedWhoeverKnocks() throws Exception {
        int turnedOutCount = 0;
        for (int i = 0; i < 100_000; i++) {
            // As a transport does: whoever is turned out is gone.
            doorman.admits(v4(i), new Guest(), i * 1_000L);
            turnedOut.forEach(doorman::left);
            turnedOutCount += turnedOut.size();
            turnedOut.clear();
        }
        assertThat(doorman.halfOpenCount()).isEqualTo(Doorman.HALF_OPEN_MAX);
        assertThat(doorman.sourceCount()).isLessThanOrEqualTo(Doorman.SOURCES_MAX);
        assertThat(turnedOutCount).isEqualTo(100_000 - Doorman.HALF_OPEN_MAX);
    }

    @Test
    void addressesOfOneNetworkOfIpv6AreOneSource() throws Exception {
        for (int i = 0; i < Doorman.BURST_MAX; i++) {
            Guest guest = new Guest();
            doorman.admits(v6(1, i), guest, 0);
            doorman.failed(guest);
            doorman.left(guest);
        }
        assertThat(doorman.admits(v6(1, 77), new Guest(), 0)).isFalse();
        assertThat(doorman.admits(v6(2, 77), new Guest(), 0)).isTrue();
        assertThat(doorman.sourceCount()).isEqualTo(2);
    }

    @Test
    void oneSourceHasSoManyConnectionsAndNoMoreUntilOneIsAtItsEnd() throws Exception {
        List<Guest> guests = new ArrayList<>();
        for (int i = 0; i < Doorman.PRESENT_PER_SOURCE_MAX; i++) {
            Guest guest = new Guest();
            assertThat(doorman.admits(v4(1), guest, i * SECOND)).isTrue();
            doorman.completed(guest);
            guests.add(guest);
        }
        assertThat(doorman.admits(v4(1), new Guest(), 1_000 * SECOND)).isFalse();
        assertThat(doorman.admits(v4(2), new Guest(), 1_000 * SECOND)).isTrue();
        doorman.left(guests.get(0));
        doorman.left(guests.get(0));
        assertThat(doorman.admits(v4(1), new Guest(), 1_000 * SECOND)).isTrue();
        assertThat(doorman.admits(v4(1), new Guest(), 1_000 * SECOND)).isFalse();
        assertThat(doorman.counters())
                .containsEntry("handshake.too-many", 2L)
                .containsEntry("handshake.present", Doorman.PRESENT_PER_SOURCE_MAX + 1L);
    }

    @Test
    void aGuestIsCountedOnce() throws Exception {
        Guest guest = new Guest();
        doorman.admits(v4(1), guest, 0);
        doorman.completed(guest);
        doorman.failed(guest);
        doorman.failed(new Guest());
        Guest gone = new Guest();
        doorman.admits(v4(1), gone, 0);
        doorman.left(gone);
        doorman.failed(gone);
        assertThat(doorman.counters())
                .containsEntry("handshake.completed", 1L)
                .containsEntry("handshake.failed", 1L)
                .containsEntry("handshake.half-open", 0L);
    }
}
