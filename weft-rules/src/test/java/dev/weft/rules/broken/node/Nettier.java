package dev.weft.rules.broken.node;

import dev.weft.rules.broken.net.Upward;
import io.netty.util.AsciiString;
import java.io.ObjectInputStream;

/** May know the network, may not use Netty itself, nor read what makes objects of the writer's choice. */
public interface Nettier {
    AsciiString down(Upward upward);

    Object read(ObjectInputStream in);
}
