package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.core.base.Check;
import dev.weft.core.flow.Manner;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.Path;
import dev.weft.core.seal.Seals;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * Puts a frame of this node on its way: along a path, or back where another came from. What this node sends to itself
 * waits here until the turn ends, so that no machine is entered twice. The one place where what this node says is sealed.
 *
 * <p>Called by the parts of {@link Machines}.
 */
final class Post {
    private final NodeId self;
    private final Links links;
    private final Seals seals;
    private final LongSupplier now;
    private final ArrayDeque<RoutedFrame> toSelf = new ArrayDeque<>();

    Post(NodeId self, Links links, Seals seals, LongSupplier now) {
        this.self = self;
        this.links = links;
        this.seals = seals;
        this.now = now;
    }

    void transmit(Path path, int priority, Frame frame) {
        put(path.destination(), path.hops(), path.neighbor(), path.route().withPriority(priority), frame);
    }

    /** What is to be sealed whatever its way. Nothing that may not be read is begun where there are no seals. */
    void transmit(Path path, Manner manner, Frame frame) {
        if (manner.secrecy() == Secrecy.SEALED && path.hops() > 0) {
            Check.that(seals.isActive(), "a flow is to be sealed where there are no seals");
            RouteHeader route = path.route().withPriority(manner.priority());
            seals.send(path.destination(), path.neighbor(), route, frame, now.getAsLong());
        } else {
            transmit(path, manner.priority(), frame);
        }
    }

    /** What something else than a seal vouches for, and anybody may read. */
    void transmitOpenly(Path path, Frame frame) {
        transmit(path.neighbor(), RoutedFrame.of(path.route(), frame));
    }

    void answer(Arrival arrival, Frame frame) {
        put(
                arrival.origin(),
                arrival.hops(),
                arrival.neighbor(),
                arrival.route().back(),
                frame);
    }

    private void put(NodeId destination, int hops, NodeId neighbor, RouteHeader route, Frame frame) {
        if (seals.isToSeal(destination, hops)) {
            seals.send(destination, neighbor, route, frame, now.getAsLong());
        } else {
            transmit(neighbor, RoutedFrame.of(route, frame));
        }
    }

    /** Sends a frame as it is. */
    void transmit(NodeId neighbor, RoutedFrame routed) {
        if (neighbor.equals(self)) {
            toSelf.add(routed);
        } else {
            links.send(neighbor, routed, Forwarder.urgencyOf(routed), now.getAsLong());
        }
    }

    boolean hasMailForSelf() {
        return !toSelf.isEmpty();
    }

    /** Hands over what this node had sent to itself before this call. */
    void deliverToSelf(Forwarder.Output to) {
        for (int left = toSelf.size(); left > 0; left--) {
            RoutedFrame frame = toSelf.remove();
            to.arrived(frame, Arrival.atSelf(self, frame.route()));
        }
    }
}
