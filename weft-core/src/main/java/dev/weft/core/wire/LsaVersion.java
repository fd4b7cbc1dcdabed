package dev.weft.core.wire;

/**
 * Which edition of an advertisement; the life of its origin counts first.
 *
 * @param incarnation of the origin, from 1
 * @param sequence within that life, from 1
 */
public record LsaVersion(long incarnation, long sequence) implements Comparable<LsaVersion> {
    public boolean isNewerThan(LsaVersion other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(LsaVersion other) {
        int byLife = Long.compare(incarnation, other.incarnation);
        return byLife != 0 ? byLife : Long.compare(sequence, other.sequence);
    }
}
