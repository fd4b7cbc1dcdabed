package dev.weft;

/**
 * Who may read along what a socket sends and receives. A link keeps others out; a seal keeps out whoever passes it on,
 * and whoever has a key of the mesh.
 */
public enum Secrecy {
    /** As {@link MeshConfig.Sealing} has it: by default sealed over relays, and not over a link of one's own. */
    BY_POLICY,
    /**
     * Sealed from end to end whatever its way. What cannot be sealed, for this node or the mesh has nothing to seal with,
     * does not leave; what was not sent so by its sender is refused: {@link Outcome.Reason#NOT_SEALED}.
     */
    SEALED
}
