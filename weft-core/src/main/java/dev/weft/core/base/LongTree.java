package dev.weft.core.base;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Things by their numbers, in order. For what a machine of which there are many rarely has: while there is none it takes
 * 16 bytes, where a map would take 48.
 *
 * <p>Single-threaded.
 */
public final class LongTree<V> {
    /** Null while there is none. */
    private @Nullable TreeMap<Long, V> tree;

    public boolean isEmpty() {
        return tree == null;
    }

    public int size() {
        return tree == null ? 0 : tree.size();
    }

    public @Nullable V find(long number) {
        return tree == null ? null : tree.get(number);
    }

    /** Puts a thing there, in place of what was there before. */
    public void put(long number, V thing) {
        if (tree == null) {
            tree = new TreeMap<>();
        }
        tree.put(number, thing);
    }

    /** Takes out what is there; null where nothing is. */
    public @Nullable V remove(long number) {
        if (tree == null) {
            return null;
        }
        V gone = tree.remove(number);
        if (tree.isEmpty()) {
            tree = null;
        }
        return gone;
    }

    public void clear() {
        tree = null;
    }

    /** The lowest; null where there is none. */
    public Map.@Nullable Entry<Long, V> first() {
        return tree == null ? null : tree.firstEntry();
    }

    /** The highest up to a number, which may have it; null where there is none. */
    public Map.@Nullable Entry<Long, V> upTo(long number) {
        return tree == null ? null : tree.floorEntry(number);
    }

    /** The lowest from a number on, which may have it; null where there is none. */
    public Map.@Nullable Entry<Long, V> from(long number) {
        return tree == null ? null : tree.ceilingEntry(number);
    }

    /** All of them, lowest first; not to be used any more when one was put or removed. */
    public Collection<V> values() {
        return tree == null ? List.of() : tree.values();
    }

    /** The same with their numbers. */
    public Collection<Map.Entry<Long, V>> entries() {
        return tree == null ? List.of() : tree.entrySet();
    }
}
