package dev.weft.rules.broken.sim;

import dev.weft.rules.broken.net.Upward;

/** A simulator that sees the network. */
public interface Peeping {
    Upward network();
}
