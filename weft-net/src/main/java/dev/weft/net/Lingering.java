package dev.weft.net;

import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Connections that this end has closed by half and that stay for a second, so that the other end can read why. They go
 * at once where others need their room. One transport's own, used on its loop.
 */
final class Lingering {
    private static final int LINGER_MILLIS = 1_000;

    private final Set<Channel> channels = new LinkedHashSet<>();

    void add(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        channels.add(channel);
        channel.closeFuture().addListener(closed -> channels.remove(channel));
        channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Closes the one that has stayed the longest; false where there is none. */
    boolean closeOldest() {
        if (channels.isEmpty()) {
            return false;
        }
        Channel oldest = channels.iterator().next();
        channels.remove(oldest);
        oldest.close();
        return true;
    }
}
