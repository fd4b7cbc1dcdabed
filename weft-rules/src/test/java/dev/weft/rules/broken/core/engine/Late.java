package dev.weft.rules.broken.core.engine;

import dev.weft.rules.broken.core.base.Reaching;

/** Closes the cycle that {@link Reaching} opens; this direction is the right one. */
public record Late(Reaching reaching) {}
