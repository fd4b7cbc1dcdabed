package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.MeshBuilder;

/** Starts the node that a command has described: a real one, or in tests one that follows a script. */
@FunctionalInterface
interface Joiner {
    Mesh join(MeshBuilder described);
}
