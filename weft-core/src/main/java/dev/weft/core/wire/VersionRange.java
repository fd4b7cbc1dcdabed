package dev.weft.core.wire;

import dev.weft.core.base.Check;
import java.util.OptionalInt;

/** The protocol versions a node speaks, both ends included. */
public record VersionRange(int min, int max) {
    /** The largest version number there can be. */
    public static final int VERSION_MAX = 65_535;

    /** What this code speaks. */
    public static final VersionRange OURS = new VersionRange(1, 1);

    public VersionRange {
        Check.within("versionMin", min, 1, VERSION_MAX);
        Check.within("versionMax", max, min, VERSION_MAX);
    }

    /** The highest version that both speak, empty when there is none. */
    public OptionalInt highestCommon(VersionRange other) {
        int highest = Math.min(max, other.max);
        return highest >= Math.max(min, other.min) ? OptionalInt.of(highest) : OptionalInt.empty();
    }

    @Override
    public String toString() {
        return min == max ? "version " + min : "versions " + min + " to " + max;
    }
}
