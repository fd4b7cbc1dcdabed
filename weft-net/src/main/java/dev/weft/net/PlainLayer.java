package dev.weft.net;

import dev.weft.core.link.Assurance;
import io.netty.channel.Channel;

/** Frames straight on the socket; nobody vouches for anything. */
final class PlainLayer implements Layer {
    @Override
    public void install(Channel channel, Role role, Ready ready) {
        ready.opened(Assurance.PLAIN);
    }
}
