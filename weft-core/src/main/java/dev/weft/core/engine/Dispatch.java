package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.core.base.Budget;
import dev.weft.core.base.Check;
import dev.weft.core.discovery.Discovery;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.topology.Checks;
import dev.weft.core.topology.Flooding;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.Revoked;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.WireReader;

/**
 * Frames that neighbors have sent and that are not their link's own business: each is read and handed to the machine that
 * it is for. What ends on this node after a longer way is told apart later, by {@link Arrivals}.
 *
 * <p>Called by {@link Machines} alone.
 */
final class Dispatch {
    private static final int TELLINGS_MAX = 8_192;
    private static final long TELLING_NANOS = 15_625_000L;
    private static final int TELLERS_MAX = 1_024;

    private final Links links;
    private final Discovery discovery;
    private final Membership membership;
    private final Checks checks;
    private final Flooding flooding;
    private final Guard guard;
    private final Groups groups;
    private final Forwarder forwarder;

    /** Frames that tell of nodes which the mesh does not know: all that a neighbor knows, sixteen times, and 64 a second. */
    private final Budget<NodeId> tellings = new Budget<>(TELLINGS_MAX, TELLING_NANOS, TELLERS_MAX);

    Dispatch(
            Links links,
            Discovery discovery,
            Membership membership,
            Checks checks,
            Flooding flooding,
            Guard guard,
            Groups groups,
            Forwarder forwarder) {
        this.links = links;
        this.discovery = discovery;
        this.membership = membership;
        this.checks = checks;
        this.flooding = flooding;
        this.guard = guard;
        this.groups = groups;
        this.forwarder = forwarder;
    }

    void handle(NodeId neighbor, FrameType type, WireReader in, long nowNanos) throws MalformedFrame {
        Links.Business business = switch (type) {
            case PEERS -> {
                handlePeers(neighbor, in, nowNanos);
                yield Links.Business.OF_NODE;
            }
            case FLOOD -> {
                checks.handleFlood(neighbor, Flood.decode(in, flooding.lsdb()::edition), nowNanos);
                yield Links.Business.OF_NODE;
            }
            case FLOOD_ACK -> {
                flooding.handleFloodAck(neighbor, FloodAck.decode(in), nowNanos);
                yield Links.Business.OF_NODE;
            }
            case REVOKED -> {
                guard.handleRevoked(neighbor, Revoked.decode(in), nowNanos);
                yield Links.Business.OF_NODE;
            }
            case FLOOD_WANT -> {
                flooding.handleFloodWant(neighbor, FloodWant.decode(in));
                yield Links.Business.OF_NODE;
            }
            case DIGEST -> {
                flooding.handleDigest(neighbor, Digest.decode(in), nowNanos);
                yield Links.Business.OF_NODE;
            }
            case CAST_HEARD -> {
                groups.segment().handleHeard(neighbor, CastHeard.decode(in), nowNanos);
                yield Links.Business.OF_NODE;
            }
            case DATA,
                    ACK,
                    ADVANCE,
                    ROUTE_ERROR,
                    PROBE,
                    PROBE_REPLY,
                    RESET,
                    ABORT,
                    SEALED,
                    SEALED_CONTROL,
                    SEAL_ANSWER,
                    GROUP_ACK,
                    GROUP_KEY,
                    GROUP_KEY_WANT -> {
                forwarder.handle(neighbor, RoutedFrame.decode(type, in));
                yield Links.Business.OF_NODE;
            }
            case GROUP_DATA, GROUP_ADVANCE -> {
                groups.handleTree(neighbor, TreeFrame.decode(type, in), nowNanos);
                yield Links.Business.OF_NODE;
            }
            case HELLO, ACCEPT, CLOSE, PING, PONG -> Links.Business.OF_LINK;
        };
        Check.that(business == Links.Business.OF_NODE, "a frame of the link's own business");
    }

    private void handlePeers(NodeId neighbor, WireReader in, long nowNanos) throws MalformedFrame {
        if (tellings.allows(neighbor, nowNanos)) {
            tellings.spend(neighbor, 1, nowNanos);
            discovery.handlePeers(Peers.decode(in), nowNanos);
            membership.choose(nowNanos);
        } else {
            links.overBudget(neighbor, "it tells of nodes without end", nowNanos);
        }
    }
}
