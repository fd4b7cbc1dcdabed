package dev.weft.core.engine;

import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Forwarder;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.RoutedFrame;

/**
 * Puts a frame of this node on its way: along a path, or back where another came from.
 *
 * <p>Called by the parts of {@link Machines}.
 */
final class Post {
    private final Links links;

    Post(Links links) {
        this.links = links;
    }

    void transmit(Path path, Frame frame) {
        links.send(path.neighbor(), RoutedFrame.of(path.route(), frame), Forwarder.urgencyOf(frame.type()));
    }

    void answer(Arrival arrival, Frame frame) {
        links.send(
                arrival.neighbor(), RoutedFrame.of(arrival.route().back(), frame), Forwarder.urgencyOf(frame.type()));
    }
}
