package dev.weft.core.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Things by their numbers, as a table with open addresses: no object per entry, and none to look one up. For what is
 * looked up with every frame; what is listed is in order of number.
 *
 * <p>Single-threaded.
 */
public final class LongTable<V> {
    private static final int CAPACITY_MIN = 16;

    /** At most half full; a power of two. */
    private long[] numbers = new long[CAPACITY_MIN];

    private @Nullable Object[] things = new @Nullable Object[CAPACITY_MIN];
    private int size;

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public @Nullable V find(long number) {
        return at(placeOf(number));
    }

    /** Puts a thing there, in place of what was there before. */
    public void put(long number, V thing) {
        int place = placeOf(number);
        if (things[place] == null) {
            if (2 * ++size > numbers.length) {
                grow();
                place = placeOf(number);
            }
            numbers[place] = number;
        }
        things[place] = thing;
    }

    /** Takes out what is there; null where nothing is. */
    public @Nullable V remove(long number) {
        int mask = numbers.length - 1;
        int hole = placeOf(number);
        V gone = at(hole);
        if (gone == null) {
            return null;
        }
        size--;
        // What was put behind its own place on account of this one moves up.
        for (int place = hole + 1 & mask; things[place] != null; place = place + 1 & mask) {
            int wanted = hash(numbers[place]) & mask;
            if ((place - wanted & mask) >= (place - hole & mask)) {
                numbers[hole] = numbers[place];
                things[hole] = things[place];
                hole = place;
            }
        }
        things[hole] = null;
        return gone;
    }

    /** All of them as of now, in order of number. */
    public List<V> all() {
        return all(thing -> true);
    }

    /** Those that are wanted, as of now, in order of number. */
    public List<V> all(Predicate<? super V> wanted) {
        long[] present = new long[size];
        int count = 0;
        for (int place = 0; place < numbers.length; place++) {
            V thing = at(place);
            if (thing != null && wanted.test(thing)) {
                present[count++] = numbers[place];
            }
        }
        Arrays.sort(present, 0, count);
        List<V> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            V thing = find(present[i]);
            if (thing != null) {
                all.add(thing);
            }
        }
        return all;
    }

    @SuppressWarnings("unchecked") // put() lets nothing else in
    private @Nullable V at(int place) {
        return (V) things[place];
    }

    private void grow() {
        long[] oldNumbers = numbers;
        @Nullable Object[] oldThings = things;
        numbers = new long[2 * oldNumbers.length];
        things = new @Nullable Object[2 * oldThings.length];
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldThings[i] != null) {
                int place = placeOf(oldNumbers[i]);
                numbers[place] = oldNumbers[i];
                things[place] = oldThings[i];
            }
        }
    }

    /** Where a number is, or would be. */
    private int placeOf(long number) {
        int mask = numbers.length - 1;
        int place = hash(number) & mask;
        while (things[place] != null && numbers[place] != number) {
            place = place + 1 & mask;
        }
        return place;
    }

    private static int hash(long number) {
        return (int) Prng.mix(number);
    }
}
