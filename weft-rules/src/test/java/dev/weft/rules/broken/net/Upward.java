package dev.weft.rules.broken.net;

import dev.weft.rules.broken.node.Nettier;
import io.netty.util.AsciiString;

/** May use Netty, may not know the node above it. */
public interface Upward {
    Nettier up(AsciiString text);
}
