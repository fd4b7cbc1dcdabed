package dev.weft.net;

import dev.weft.Locator;
import dev.weft.core.link.Assurance;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.function.Predicate;

/**
 * Nothing for the addresses that configuration trusts, another layer for all others. The address is that of the socket,
 * so both ends must name each other. Used on the loop.
 */
final class ChosenLayer implements Layer {
    private final Predicate<Locator> trusted;
    private final Layer others;

    ChosenLayer(Predicate<Locator> trusted, Layer others) {
        this.trusted = trusted;
        this.others = others;
    }

    @Override
    public void prepare() {
        others.prepare();
    }

    @Override
    public void install(Channel channel, Role role, Ready ready) {
        if (channel.remoteAddress() instanceof InetSocketAddress far && trusted.test(TcpTransport.locator(far))) {
            ready.opened(Assurance.TRUSTED);
        } else {
            others.install(channel, role, ready);
        }
    }

    @Override
    public void close() {
        others.close();
    }
}
