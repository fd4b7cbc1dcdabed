package dev.weft.rules.broken.core.base;

import dev.weft.rules.broken.core.engine.Late;
import dev.weft.rules.broken.sim.Peeping;

/** The lowest package knows the highest, and one that stands on the core. */
public record Reaching(Late late, Peeping peeping) {}
