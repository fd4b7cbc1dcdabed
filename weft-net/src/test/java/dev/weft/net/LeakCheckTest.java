package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class LeakCheckTest {
    @Test
    void aBufferThatNobodyReleasesIsFound() throws InterruptedException {
        int capacity = lose();
        assertThat(capacity).isPositive();
        assertThat(LeakCheck.take()).singleElement().asString().contains("was never released");
        assertThat(LeakCheck.take()).isEmpty();
    }

    @Test
    void aBufferThatIsReleasedIsNone() throws InterruptedException {
        assertThat(ByteBufAllocator.DEFAULT.directBuffer(16).release()).isTrue();
        assertThat(LeakCheck.take()).isEmpty();
    }

    /** In a frame of its own, so that nothing keeps the buffer. */
    private static int lose() {
        ByteBuf lost = ByteBufAllocator.DEFAULT.directBuffer(16);
        return lost.capacity();
    }
}
