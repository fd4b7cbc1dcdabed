package dev.weft.core.topology;

import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.SealRecord;
import java.util.List;
import java.util.Optional;

/**
 * One edition of an advertisement together with what it says. Immutable, so it may be shared.
 *
 * @param lsa as its origin made it
 * @param links what it says of links; empty for other kinds
 * @param record what it says of the node; empty for other kinds
 * @param seal to which key frames for the node are sealed; empty for other kinds
 */
public record Edition(
        Lsa lsa, List<Adjacencies.Adjacency> links, Optional<NodeRecord> record, Optional<SealRecord> seal) {
    /**
     * Where editions come from: {@link Edition#read}, or a place that keeps one copy for many nodes of one process, as
     * the simulator does.
     */
    public interface Source {
        Edition read(Lsa lsa) throws MalformedFrame;
    }

    public Edition {
        links = List.copyOf(links);
    }

    /** Reads it all, so that nothing unreadable is ever kept or passed on. */
    public static Edition read(Lsa lsa) throws MalformedFrame {
        Lsa kept = lsa.compact();
        return switch (kept.key().kind()) {
            case ADJACENCY ->
                new Edition(kept, Adjacencies.decode(kept.content()).links(), Optional.empty(), Optional.empty());
            case CREDENTIAL -> new Edition(kept, List.of(), Optional.empty(), Optional.empty());
            case NODE -> new Edition(kept, List.of(), Optional.of(NodeRecord.decode(kept.content())), Optional.empty());
            case SEAL -> new Edition(kept, List.of(), Optional.empty(), Optional.of(SealRecord.decode(kept.content())));
        };
    }
}
