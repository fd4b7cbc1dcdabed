package dev.weft.rules.broken.node;

import dev.weft.rules.broken.net.Upward;
import io.netty.util.AsciiString;

/** May know the network, may not use Netty itself. */
public interface Nettier {
    AsciiString down(Upward upward);
}
