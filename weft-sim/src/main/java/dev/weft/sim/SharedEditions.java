package dev.weft.sim;

import dev.weft.core.base.ByteView;
import dev.weft.core.topology.Edition;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;

/**
 * One copy of each advertisement for all nodes of a world, where every node of a real mesh has its own: a thousand
 * nodes would hold a million otherwise. Equal bytes alone are shared, so no node learns what it was not sent. What was
 * signed by nobody is never kept by anybody: that is noticed here.
 */
final class SharedEditions {
    private final LinkedHashMap<LsaKey, Edition> latest = new LinkedHashMap<>();
    /** The hashes of all that nodes have signed. */
    private final LinkedHashSet<Long> said = new LinkedHashSet<>();

    private final Violations violations;

    SharedEditions(Violations violations) {
        this.violations = violations;
    }

    /** A node signs this of itself. */
    void said(ByteView statement) {
        said.add(statement.hash64());
    }

    /** Whether some node has kept these very bytes: then they were found right there. */
    boolean isKept(Lsa lsa) {
        Edition known = latest.get(lsa.key());
        return known != null && known.lsa().bytes().equals(lsa.bytes());
    }

    private void requireSaid(Lsa lsa) {
        if (lsa.isSigned()
                && !said.contains(lsa.statement(Community.MEMBERS.mesh()).hash64())
                && !said.contains(lsa.statement(Community.STRANGERS.mesh()).hash64())) {
            violations.add(
                    "nobody is believed in another's name", "an advertisement that nobody made was kept: " + lsa.key());
        }
    }

    /** How one node reads: what is new the others find when the world has been told of it. */
    Edition.Source reader(Timeline reader) {
        return lsa -> {
            Edition known = latest.get(lsa.key());
            if (known != null && known.lsa().bytes().equals(lsa.bytes())) {
                return known;
            }
            Edition fresh = Edition.read(lsa);
            reader.tell(() -> keep(fresh));
            return fresh;
        };
    }

    private void keep(Edition fresh) {
        Lsa lsa = fresh.lsa();
        requireSaid(lsa);
        Edition known = latest.get(lsa.key());
        if (known == null || lsa.version().isNewerThan(known.lsa().version())) {
            latest.put(lsa.key(), fresh);
        }
    }
}
