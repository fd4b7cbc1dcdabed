package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.SealRecord;

/** What was read of an advertisement's content is read again as it was written. */
final class Advertisements {
    private Advertisements() {}

    static void checkRecord(NodeRecord record) {
        assertThat(record.name().chars()).noneMatch(Character::isISOControl);
        try {
            assertThat(NodeRecord.decode(record.encode())).isEqualTo(record);
        } catch (MalformedFrame e) {
            throw new AssertionError("cannot read what was written: " + record, e);
        }
    }

    static void checkSeal(SealRecord record) {
        try {
            assertThat(SealRecord.decode(record.encode())).isEqualTo(record);
        } catch (MalformedFrame e) {
            throw new AssertionError("cannot read what was written: " + record, e);
        }
    }

    static void checkAdjacencies(Adjacencies adjacencies) {
        try {
            assertThat(Adjacencies.decode(adjacencies.encode())).isEqualTo(adjacencies);
        } catch (MalformedFrame e) {
            throw new AssertionError("cannot read what was written: " + adjacencies, e);
        }
    }
}
