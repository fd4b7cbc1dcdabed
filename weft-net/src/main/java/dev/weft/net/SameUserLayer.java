package dev.weft.net;

import dev.weft.core.link.Assurance;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/** Frames straight on a Unix socket: the system says which user is at the other end. */
final class SameUserLayer implements Layer {
    private static final Path OWN_PROCESS = Path.of("/proc/self");

    @Override
    public void install(Channel channel, Role role, Ready ready) {
        boolean ours;
        try {
            ours = channel instanceof EpollDomainSocketChannel epoll ? isOurs(epoll) : isOurs(channel);
        } catch (IOException | UnsupportedOperationException | ChannelException unknown) {
            ours = false;
        }
        ready.opened(ours ? Assurance.SAME_USER : Assurance.PLAIN);
    }

    private static boolean isOurs(EpollDomainSocketChannel channel) throws IOException {
        Object own = Files.getAttribute(OWN_PROCESS, "unix:uid");
        return own.equals(channel.peerCredentials().uid());
    }

    private static boolean isOurs(Channel channel) throws IOException {
        @Nullable
        UnixDomainPrincipal peer = channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
        return peer != null && peer.user().equals(ownUser());
    }

    private static UserPrincipal ownUser() throws IOException {
        return Files.exists(OWN_PROCESS)
                ? Files.getOwner(OWN_PROCESS)
                : OWN_PROCESS
                        .getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name"));
    }
}
