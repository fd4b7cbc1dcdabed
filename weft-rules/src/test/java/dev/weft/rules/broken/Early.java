package dev.weft.rules.broken;

import dev.weft.rules.broken.core.engine.Late;
import io.netty.util.AsciiString;

/** The API knows the core and a library. */
public record Early(Late late, AsciiString text) {}
