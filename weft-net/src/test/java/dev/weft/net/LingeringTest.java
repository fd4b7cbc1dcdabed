package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections that are closed by half stay for a second, or until their room is needed. */
class LingeringTest {
    private final Lingering lingering = new Lingering();

    private EmbeddedChannel lingers() {
        EmbeddedChannel channel = new EmbeddedChannel();
        lingering.add(channel);
        return channel;
    }

    @Test
    void oneThatNobodyClosesGoesAfterASecond() {
        EmbeddedChannel channel = lingers();
        channel.advanceTimeBy(999, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(lingering.closeOldest()).isFalse();
    }

    @Test
    void whereRoomIsNeededTheOneThatHasStayedTheLongestGoes() {
        EmbeddedChannel first = lingers();
        EmbeddedChannel second = lingers();
        assertThat(lingering.closeOldest()).isTrue();
        assertThat(first.isOpen()).isFalse();
        assertThat(second.isOpen()).isTrue();
        assertThat(lingering.closeOldest()).isTrue();
        assertThat(second.isOpen()).isFalse();
        assertThat(lingering.closeOldest()).isFalse();
    }

    @Test
    void oneThatTheOtherEndHasClosedMakesNoRoomTwice() {
        EmbeddedChannel gone = lingers();
        EmbeddedChannel left = lingers();
        gone.close();
        assertThat(lingering.closeOldest()).isTrue();
        assertThat(left.isOpen()).isFalse();
        EmbeddedChannel closed = new EmbeddedChannel();
        closed.close();
        lingering.add(closed);
        assertThat(lingering.closeOldest()).isFalse();
    }
}
