package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.core.engine.Engine;
import dev.weft.core.engine.EngineConfig;
import dev.weft.core.engine.LinkReport;
import dev.weft.core.forward.LinkQueue;
import dev.weft.core.socket.Ledger;
import dev.weft.core.topology.Lsdb;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks at what one life of a node keeps, after its turns: editions of advertisements only become newer, and whatever
 * is kept keeps to its bound. The engine's own audit is asked after every turn; what costs more to look at is looked at
 * now and then, in small worlds more often.
 */
final class Watch {
    private static final int SMALL_WORLD_NODES = 64;
    /** Where there are more, each node is watched for some of the others: all would take more memory than the nodes. */
    private static final int ORIGINS_ALL = 256;

    private static final int ORIGINS_SOME = 64;

    private static final int TURNS_SMALL = 32;
    private static final int TURNS_LARGE = 4_096;
    private static final LsaKind[] KINDS = LsaKind.values();

    private final int index;
    private final EngineConfig config;
    private final Violations.Witness violations;
    private final boolean isSmall;
    private final int oneOriginIn;
    private final int everyTurns;
    private final TreeMap<LsaKey, LsaVersion> newest = new TreeMap<>();
    private final TreeSet<NodeId> neighborsEver = new TreeSet<>();
    private long seenHash;
    private long turns;

    Watch(int index, EngineConfig config, int worldNodes, Violations.Witness violations) {
        this.index = index;
        this.config = config;
        this.violations = violations;
        this.isSmall = worldNodes <= SMALL_WORLD_NODES;
        this.oneOriginIn = worldNodes <= ORIGINS_ALL ? 1 : worldNodes / ORIGINS_SOME;
        this.everyTurns = isSmall ? TURNS_SMALL : TURNS_LARGE;
    }

    /** A turn has ended. */
    void look(Engine engine) {
        boolean isDue = ++turns % everyTurns == 0;
        if ((isSmall || isDue) && engine.lsdbHash() != seenHash) {
            seenHash = engine.lsdbHash();
            neighborsEver.addAll(engine.neighbors());
            lookAtVersions(engine.lsdb());
        }
        if (isDue) {
            neighborsEver.addAll(engine.neighbors());
            lookAtBounds(engine);
        }
    }

    private void lookAtVersions(Lsdb lsdb) {
        for (NodeId origin : lsdb.origins()) {
            if (!isWatched(origin)) {
                continue;
            }
            for (LsaKind kind : KINDS) {
                LsaKey key = new LsaKey(origin, kind);
                lsdb.versionOf(key).ifPresent(version -> kept(key, version));
            }
        }
    }

    /** Others for each node, so that together they watch all. */
    boolean isWatched(NodeId origin) {
        return Math.floorMod(origin.hashCode() + index, oneOriginIn) == 0;
    }

    /** Also where it was dropped in between: what is old does not come back. */
    void kept(LsaKey key, LsaVersion version) {
        LsaVersion before = newest.put(key, version);
        if (before != null && before.isNewerThan(version)) {
            violations.saw(
                    "an edition is only followed by a newer one",
                    "node " + index + " went back from " + before + " to " + version + " of " + key);
        }
    }

    private void lookAtBounds(Engine engine) {
        // Beside what others say there is always room for what a node and its neighbors say, and it stays for a while.
        long always = (long) KINDS.length * (1 + neighborsEver.size());
        within("advertisements", engine.lsdb().size(), config.topology().entriesMax() + always);
        within(
                "bytes of advertisements",
                engine.lsdb().bytes(),
                config.topology().bytesMax() + always * Lsa.BYTES_MAX);
        within(
                "known peers",
                engine.knownNodes().size(),
                (long) config.discovery().peersMax() + config.linksMax());
        within("dead letters", engine.ledger().deadLetters().size(), Ledger.DEAD_LETTERS_MAX);
        long deadBytes = 0;
        for (Ledger.Dead dead : engine.ledger().deadLetters()) {
            deadBytes += dead.payload().length();
        }
        within("bytes of dead letters", deadBytes, Ledger.DEAD_LETTERS_BYTES_MAX);
        LinkQueue.Bounds queue = config.queue();
        for (LinkReport link : engine.linkReports()) {
            within("frames of a link's queue", link.figures().queue().frameCount(), inAll(queue.frames()));
            within("bytes of a link's queue", link.figures().queue().bytes(), inAll(queue.bytes()));
        }
    }

    /** Two classes of control, data in all, and a sixteenth for each class of data that holds little. */
    private static long inAll(long bound) {
        int classesOfData = LinkQueue.Urgency.values().length - 2;
        return 3 * bound + classesOfData * (bound / 16);
    }

    void within(String what, long kept, long max) {
        if (kept > max) {
            violations.saw("bounds hold", "node " + index + " keeps " + kept + " " + what + ", of at most " + max);
        }
    }
}
