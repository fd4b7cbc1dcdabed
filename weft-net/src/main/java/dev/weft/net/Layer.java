package dev.weft.net;

import dev.weft.core.link.Assurance;
import io.netty.channel.Channel;

/** What lies between a socket and the frames on it: nothing, or TLS. Chosen once per transport. */
interface Layer {
    /** Who opened the socket. */
    enum Role {
        DIALLED,
        ACCEPTED
    }

    /** Told once how it came out, on the loop. */
    interface Ready {
        /** Frames may flow; the pipeline ends where they come in. */
        void opened(Assurance assurance);

        void failed(String why);
    }

    /** What takes long and is needed once. Called off the loop, before the first {@link #install}. */
    default void prepare() {}

    /** Called on the loop, for a channel that is connected or, where it was accepted, about to be. */
    void install(Channel channel, Role role, Ready ready);

    /** Gives back threads. */
    default void close() {}
}
