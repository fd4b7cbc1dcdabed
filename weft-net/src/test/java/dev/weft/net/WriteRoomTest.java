package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteRoomTest {
    private final WriteRoom room = new WriteRoom();
    private long nowNanos;

    /** Fills the room and has it drained at a rate, down to where there is room again. */
    private void turn(long bytesPerSecond) {
        room.filled(nowNanos);
        nowNanos += (room.bytes() - room.lowBytes()) * 1_000_000_000L / bytesPerSecond;
        room.emptied(nowNanos);
        room.settle();
    }

    private void turns(int count, long bytesPerSecond) {
        for (int i = 0; i < count; i++) {
            turn(bytesPerSecond);
        }
    }

    @Test
    void aFastLinkHasAllOfTheRoomAfterTwoTurns() {
        turns(2, 1_000_000_000);
        assertThat(room.bytes()).isEqualTo(WriteRoom.MAX_BYTES);
    }

    @Test
    void aSlowLinkHasTheLeast() {
        turns(3, 1_000_000_000);
        turns(12, 500_000);
        assertThat(room.bytes()).isEqualTo(WriteRoom.MIN_BYTES);
    }

    @Test
    void whatIsBetweenHoldsFiftyToAHundredMillisecondsOfItsRate() {
        for (long bytesPerSecond : new long[] {1_000_000, 2_000_000, 4_000_000, 8_000_000}) {
            turns(20, bytesPerSecond);
            int settled = room.bytes();
            assertThat(settled)
                    .as("at %d bytes a second", bytesPerSecond)
                    .isBetween((int) (bytesPerSecond * 45 / 1_000), (int) (bytesPerSecond * 100 / 1_000));
            turns(20, bytesPerSecond);
            assertThat(room.bytes()).as("it stays").isEqualTo(settled);
        }
    }

    @Test
    void whatIsMoreThanUsualHoldsTenToTwentyMillisecondsOfItsRate() {
        for (long bytesPerSecond : new long[] {70_000_000, 125_000_000}) {
            turns(20, bytesPerSecond);
            int settled = room.bytes();
            assertThat(settled)
                    .as("at %d bytes a second", bytesPerSecond)
                    .isBetween((int) (bytesPerSecond * 9 / 1_000), (int) (bytesPerSecond * 20 / 1_000));
            turns(20, bytesPerSecond);
            assertThat(room.bytes()).as("it stays").isEqualTo(settled);
        }
    }

    @Test
    void aLinkOfLessThanThatHoldsNoMoreThanUsual() {
        turns(3, 1_000_000_000);
        turns(20, 20_000_000);
        assertThat(room.bytes()).isEqualTo(WriteRoom.START_BYTES);
    }

    @Test
    void aPauseOfTheProcessCostsNothing() {
        turns(3, 1_000_000_000);
        turn(100_000);
        turn(1_000_000_000);
        turn(100_000);
        assertThat(room.bytes()).isEqualTo(WriteRoom.MAX_BYTES);
    }

    @Test
    void roomThatIsGoneAgainBeforeItIsUsedIsNotTheEnd() {
        turns(3, 1_000_000_000);
        for (int i = 0; i < 2; i++) {
            room.filled(nowNanos);
            room.emptied(nowNanos);
            // What was counted in plain is counted again as it is encrypted.
            room.filled(nowNanos);
            nowNanos += 100_000_000;
            room.emptied(nowNanos);
            room.settle();
        }
        assertThat(room.bytes()).isEqualTo(WriteRoom.MAX_BYTES / 2);
    }

    @Test
    void whatNeverWasFullSaysNothing() {
        room.emptied(7);
        assertThat(room.settle()).isFalse();
    }
}
