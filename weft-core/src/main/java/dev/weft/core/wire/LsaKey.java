package dev.weft.core.wire;

import dev.weft.NodeId;

/** Which advertisement: whose, and of what. */
public record LsaKey(NodeId origin, LsaKind kind) implements Comparable<LsaKey> {
    @Override
    public int compareTo(LsaKey other) {
        int byOrigin = origin.compareTo(other.origin);
        return byOrigin != 0 ? byOrigin : kind.compareTo(other.kind);
    }

    @Override
    public boolean equals(Object other) {
        return other == this || other instanceof LsaKey that && that.kind == kind && that.origin.equals(origin);
    }

    /** Equal on every JVM, which an enum's own is not. */
    @Override
    public int hashCode() {
        return origin.hashCode() * 31 + kind.ordinal();
    }
}
