package dev.weft.core.wire;

import dev.weft.NodeId;

/** Which advertisement: whose, and of what. */
public record LsaKey(NodeId origin, LsaKind kind) implements Comparable<LsaKey> {
    @Override
    public int compareTo(LsaKey other) {
        int byOrigin = origin.compareTo(other.origin);
        return byOrigin != 0 ? byOrigin : kind.compareTo(other.kind);
    }
}
