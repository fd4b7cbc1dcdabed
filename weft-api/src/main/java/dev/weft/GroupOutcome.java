package dev.weft;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What became of a message for many.
 *
 * @param byMember the outcome of each member that was addressed, in order of id
 */
public record GroupOutcome(SortedMap<NodeId, Outcome> byMember) {
    public GroupOutcome {
        byMember = Collections.unmodifiableSortedMap(new TreeMap<>(byMember));
    }

    /** True where every member that was addressed has it; so also where there was none. */
    public boolean isDeliveredToAll() {
        return count(Outcome.Kind.DELIVERED) == byMember.size();
    }

    /** How many members have an outcome of that kind. */
    public int count(Outcome.Kind kind) {
        int count = 0;
        for (Map.Entry<NodeId, Outcome> entry : byMember.entrySet()) {
            count += entry.getValue().kind() == kind ? 1 : 0;
        }
        return count;
    }

    /** For people, as {@code 3 members: delivered 2, unknown 1}. */
    @Override
    public String toString() {
        StringJoiner counts =
                new StringJoiner(", ", byMember.size() + (byMember.size() == 1 ? " member: " : " members: "), "");
        counts.setEmptyValue("no members");
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            if (count(kind) > 0) {
                counts.add(kind.name().toLowerCase(Locale.ROOT) + " " + count(kind));
            }
        }
        return counts.toString();
    }
}
