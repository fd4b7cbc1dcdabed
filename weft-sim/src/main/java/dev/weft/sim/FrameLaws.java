package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.TreeHeader;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What must hold of each frame that a node is given: no frame goes in circles, and none is read by those between. */
final class FrameLaws {
    /** Longer than any frame is under way. */
    private static final long STRAY_NANOS = 10_000_000_000L;

    private final World world;

    FrameLaws(World world) {
        this.world = world;
    }

    /** In the turn of the node that is given the frame, before it reads it. */
    void require(ByteView frame, SimNode at, SimNode from) {
        WireReader in = new WireReader(frame);
        try {
            FrameType type = FrameType.decode(in);
            switch (type.scope()) {
                case LINK -> at.countControl(frame.length());
                case ROUTED -> {
                    RouteHeader route = RouteHeader.decode(in);
                    requireSealed(type, route, in, at);
                    requireNoLoop(route.back(), at, from);
                }
                case TREE -> {
                    requireNoLoop(TreeHeader.decode(in).back(), at, from);
                    if (type == FrameType.GROUP_DATA) {
                        requireSealedForMany(in, at);
                    }
                }
            }
        } catch (MalformedFrame malformed) {
            at.violates("every frame can be read", String.valueOf(malformed.getMessage()));
        }
    }

    /**
     * No frame visits a node twice: the way that a routed frame has come is read backwards from the labels it has
     * gathered. A label that its node has meanwhile taken back ends the search; of a node that has just begun another
     * life, none means what it did. This is a matter of many nodes, so it waits until none of them does anything.
     */
    private void requireNoLoop(RouteHeader route, SimNode at, SimNode from) {
        if (!route.isAtEnd()) {
            at.timeline.look(() -> lookBack(route, at, from));
        }
    }

    private void lookBack(RouteHeader route, SimNode at, SimNode from) {
        List<NodeId> visited = new ArrayList<>(List.of(at.id(), from.id()));
        Engine engine = from.engine();
        for (RouteHeader back = route; engine != null && !back.isAtEnd(); back = back.forwarded(1)) {
            Optional<NodeId> before = engine.neighborBehind(back.nextLabel());
            if (before.isEmpty()) {
                return;
            }
            if (visited.contains(before.get()) && visited.stream().noneMatch(this::livesAnew)) {
                at.violates(
                        "no frame visits a node twice",
                        "node " + at.index + " received a frame that came over " + visited + " and " + before.get());
                return;
            }
            visited.add(before.get());
            engine = engineOf(before.get());
        }
    }

    /**
     * Whether frames may be under way that were addressed to an earlier life of a node: its labels may have led them
     * astray, and who gets them drops them.
     */
    private boolean livesAnew(NodeId id) {
        return world.owner(id).filter(node -> node.livesAnew(STRAY_NANOS)).isPresent();
    }

    private @Nullable Engine engineOf(NodeId id) {
        return world.owner(id)
                .filter(node -> node.id().equals(id))
                .map(SimNode::engine)
                .orElse(null);
    }

    /**
     * What passes over a relay is sealed, but for what relays say themselves and for answers that codes vouch for; over
     * a link what asks for it is.
     */
    private void requireSealed(FrameType type, RouteHeader route, WireReader in, SimNode at) throws MalformedFrame {
        boolean isRelayed = !route.isAtEnd() || route.hopsTravelled() > 1;
        boolean maySpeakPlainly = switch (type) {
            case SEALED, SEALED_CONTROL, SEAL_ANSWER, ROUTE_ERROR -> true;
            case GROUP_ACK -> GroupAck.decode(in).isVouchedFor() || world.guard() == World.Guard.NONE;
            default -> world.guard() == World.Guard.NONE;
        };
        if (isRelayed && !maySpeakPlainly) {
            at.violates("what passes over a relay is sealed", "node " + at.index + " received " + type + " " + route);
        }
        if (!isRelayed && type == FrameType.DATA) {
            requirePromiseKept(Data.decodeHead(in).flow(), at);
        }
    }

    private void requirePromiseKept(FlowRef opened, SimNode at) {
        if (opened.label().filter(label -> label.secrecy() == Secrecy.SEALED).isPresent()) {
            at.violates("what is to be sealed is sealed", "node " + at.index + " received " + opened);
        }
    }

    /** What goes to many always is. */
    private void requireSealedForMany(WireReader in, SimNode at) throws MalformedFrame {
        Optional<GroupName> name = GroupData.decode(in).name();
        if (name.isPresent() && !name.get().isSealed() && world.guard() != World.Guard.NONE) {
            at.violates("what goes to many is sealed", "node " + at.index + " received " + name.get());
        }
    }
}
