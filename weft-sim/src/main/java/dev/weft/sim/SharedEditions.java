package dev.weft.sim;

import dev.weft.core.topology.Edition;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.MalformedFrame;
import java.util.LinkedHashMap;

/**
 * One copy of each advertisement for all nodes of a world, where every node of a real mesh has its own: a thousand
 * nodes would hold a million otherwise. Equal bytes alone are shared, so no node learns what it was not sent.
 */
final class SharedEditions implements Edition.Source {
    private final LinkedHashMap<LsaKey, Edition> latest = new LinkedHashMap<>();

    @Override
    public Edition read(Lsa lsa) throws MalformedFrame {
        Edition known = latest.get(lsa.key());
        if (known != null && known.lsa().bytes().equals(lsa.bytes())) {
            return known;
        }
        Edition fresh = Edition.read(lsa);
        if (known == null || lsa.version().isNewerThan(known.lsa().version())) {
            latest.put(lsa.key(), fresh);
        }
        return fresh;
    }
}
