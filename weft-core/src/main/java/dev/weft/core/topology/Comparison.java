package dev.weft.core.topology;

import dev.weft.core.wire.Digest;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How two neighbors find out in what their databases differ. A small database is told whole. Of a large one the hashes of
 * its ranges are told first, and the other end answers with digests of those that differ. What a digest shows to be
 * missing there is told, and what it shows to be missing here is asked for.
 *
 * <p>Asked by {@link Flooding} alone.
 */
final class Comparison {
    /** What a digest of the neighbor shows. */
    interface Findings {
        /** The neighbor lacks it, or has an older edition. */
        void missingThere(Entry entry);

        /** The neighbor has it, and here it is missing or older. */
        void missingHere(LsaHeading heading);
    }

    /** Up to so many advertisements are listed at once: the hashes of the ranges take as many bytes. */
    static final int LISTED_MAX = 128;

    private final Lsdb lsdb;

    Comparison(Lsdb lsdb) {
        this.lsdb = lsdb;
    }

    /** Whether the hashes of ranges come first. */
    boolean isByRanges() {
        return lsdb.size() > LISTED_MAX;
    }

    /** What to begin with. */
    List<Digest> opening() {
        if (!isByRanges()) {
            return between(Optional.empty(), Optional.empty());
        }
        long[] hashes = new long[Digest.RANGES];
        for (int range = 0; range < Digest.RANGES; range++) {
            hashes[range] = lsdb.rangeHash(range);
        }
        return List.of(Digest.ofRanges(hashes));
    }

    /** All that is here of the ranges in which a neighbor has something else. */
    List<Digest> answer(Digest ofRanges) {
        List<Digest> digests = new ArrayList<>();
        int range = 0;
        while (range < Digest.RANGES) {
            int begin = range;
            while (range < Digest.RANGES && ofRanges.hashOf(range) != lsdb.rangeHash(range)) {
                range++;
            }
            if (range > begin) {
                Optional<LsaKey> after = begin == 0 ? Optional.empty() : Optional.of(Digest.endOf(begin - 1));
                Optional<LsaKey> upTo =
                        range == Digest.RANGES ? Optional.empty() : Optional.of(Digest.endOf(range - 1));
                digests.addAll(between(after, upTo));
            }
            range++;
        }
        return digests;
    }

    /** All that is here between two keys, in as many digests as it takes. */
    private List<Digest> between(Optional<LsaKey> first, Optional<LsaKey> last) {
        List<Digest> digests = new ArrayList<>();
        List<Entry> entries = lsdb.entriesBetween(first, last);
        Optional<LsaKey> after = first;
        int from = 0;
        do {
            int end = Math.min(entries.size(), from + Digest.HEADINGS_MAX);
            Optional<LsaKey> upTo = end == entries.size() ? last : Optional.of(entries.get(end - 1).key);
            List<LsaHeading> headings = new ArrayList<>(end - from);
            for (Entry entry : entries.subList(from, end)) {
                headings.add(entry.heading());
            }
            digests.add(new Digest(after, upTo, headings));
            after = upTo;
            from = end;
        } while (from < entries.size());
        return digests;
    }

    /** Goes through a digest and what is here of its range; both are in order of key. */
    void compare(Digest digest, Findings findings) {
        List<Entry> ours = lsdb.entriesBetween(digest.after(), digest.upTo());
        int next = 0;
        for (LsaHeading theirs : digest.headings()) {
            int order = 1;
            while (next < ours.size() && order > 0) {
                order = theirs.key().compareTo(ours.get(next).key);
                if (order > 0) {
                    findings.missingThere(ours.get(next++));
                }
            }
            if (order != 0) {
                findings.missingHere(theirs);
                continue;
            }
            Entry entry = ours.get(next++);
            int age = theirs.version().compareTo(entry.lsa().version());
            if (age < 0) {
                findings.missingThere(entry);
            } else if (age > 0) {
                findings.missingHere(theirs);
            }
        }
        for (Entry entry : ours.subList(next, ours.size())) {
            findings.missingThere(entry);
        }
    }
}
