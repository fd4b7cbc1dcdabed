package dev.weft;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** A value for every {@link Limit}. Immutable; every instance is valid. */
public final class Limits {
    public static final Limits DEFAULT = new Limits(new EnumMap<>(Limit.class));

    private final EnumMap<Limit, Long> said;

    private Limits(EnumMap<Limit, Long> said) {
        this.said = said;
    }

    public long of(Limit limit) {
        return said.getOrDefault(limit, limit.fallback());
    }

    /** @throws IllegalArgumentException if the value is out of the limit's range */
    public Limits with(Limit limit, long value) {
        limit.require(value);
        EnumMap<Limit, Long> changed = new EnumMap<>(said);
        changed.put(limit, value);
        return new Limits(changed);
    }

    /**
     * With other values, by their names in configuration.
     *
     * @throws IllegalArgumentException if there is no such limit, or a value is out of its range
     */
    public Limits with(Map<String, Long> values) {
        Limits changed = this;
        for (Map.Entry<String, Long> entry : new TreeMap<>(values).entrySet()) {
            Limit limit = Limit.ofKey(entry.getKey())
                    .orElseThrow(
                            () -> new IllegalArgumentException("there is no limit '" + entry.getKey() + "': there are "
                                    + String.join(", ", DEFAULT.byKey().keySet())));
            changed = changed.with(limit, entry.getValue());
        }
        return changed;
    }

    /** Every limit by its name in configuration. */
    public SortedMap<String, Long> byKey() {
        TreeMap<String, Long> all = new TreeMap<>();
        for (Limit limit : Limit.values()) {
            all.put(limit.key(), of(limit));
        }
        return Collections.unmodifiableSortedMap(all);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Limits limits && byKey().equals(limits.byKey());
    }

    @Override
    public int hashCode() {
        return Objects.hash(byKey());
    }

    @Override
    public String toString() {
        return "limits " + byKey();
    }
}
