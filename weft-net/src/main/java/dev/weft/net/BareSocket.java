package dev.weft.net;

import dev.weft.core.link.Assurance;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.Optional;

/**
 * The socket beneath a connection whose frames lie on it as they are, written to past the channel's pipeline and queue.
 * Most turns have little to send, a bell or an acknowledgement, and that way is long for it: to walk, and, in every place
 * from which it is reached, to compile.
 *
 * <p>On the loop's thread.
 */
final class BareSocket {
    private final Channel channel;
    private final Socket socket;

    private BareSocket(Channel channel, Socket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /** Empty where TLS lies between, or the channel is not one of epoll. */
    static Optional<BareSocket> of(Channel channel, Assurance assurance) {
        boolean isBare = switch (assurance.kind()) {
            case PLAIN, TRUSTED, SAME_USER -> true;
            case AUTHENTICATED -> false;
        };
        return isBare && channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket
                ? Optional.of(new BareSocket(channel, socket))
                : Optional.empty();
    }

    /**
     * Sends as much as the system takes at once, and has the buffer begin with what is left: all of it where the channel has
     * something waiting, which comes first.
     */
    void send(ByteBuf bytes) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (waiting == null || waiting.totalPendingWriteBytes() > 0 || !bytes.hasMemoryAddress()) {
            return;
        }
        try {
            bytes.skipBytes(socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex()));
        } catch (IOException broken) {
            // The channel meets the same with what is left, and ends as channels do.
        }
    }
}
