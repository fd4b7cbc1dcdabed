package dev.weft.core.link;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.authority.Register;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.VersionRange;
import java.util.List;
import java.util.Optional;

/**
 * What this node says of itself on every link. Made once per engine; the limits are those of {@link Hello}.
 *
 * @param instance drawn at random at the start of the process, not 0
 * @param incarnation grows with each start of the node
 * @param clockZeroNanos what the clock that peers are shown reads at the engine's time 0: nanoseconds since 1970 in a
 *     real node; used for clock offsets only
 * @param security what it demands of its links
 * @param register what it knows of the word of the mesh's authority
 */
public record LocalNode(
        String mesh,
        NodeId node,
        long instance,
        long incarnation,
        String name,
        ByteView hostId,
        long capabilities,
        VersionRange versions,
        long clockZeroNanos,
        Security security,
        Register register) {
    public LocalNode {
        Check.within("clockZeroNanos", clockZeroNanos, 0, Long.MAX_VALUE / 2);
        // The limits are the frame's, so a frame is what finds out; a node that could not greet must not start.
        new Hello(
                versions,
                mesh,
                node,
                instance,
                incarnation,
                name,
                hostId,
                capabilities,
                List.of(),
                Optional.empty(),
                0,
                Hello.HEARTBEAT_MILLIS_MIN,
                Hello.FRAME_BYTES_MIN,
                Prover.KEYLESS.nonce());
    }

    /** A new one for each connection: what is fresh in it makes proofs of other connections worthless. */
    Hello greeting(LinkConfig config, Connection connection, List<Locator> locators) {
        return new Hello(
                versions,
                mesh,
                node,
                instance,
                incarnation,
                name,
                hostId,
                capabilities,
                locators,
                connection.observed(),
                connection.dialNumber(),
                config.heartbeatMillis(),
                config.frameBytesMax(),
                security.prover().nonce());
    }

    /** The reading of the clock that peers are shown. */
    long clockNanos(long nowNanos) {
        return clockZeroNanos + nowNanos;
    }
}
