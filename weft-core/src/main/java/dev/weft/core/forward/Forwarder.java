package dev.weft.core.forward;

import dev.weft.NodeId;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import java.util.Optional;

/**
 * Decides what becomes of a frame on a source route: it has arrived, it goes on over the link that its next label
 * names, or its origin is told at once why it does not. Bodies stay unread. Driven by the engine.
 */
public final class Forwarder {
    /** What the forwarder wants. May not call back in. */
    public interface Output {
        void arrived(RoutedFrame frame, Arrival arrival);

        LinkQueue.Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency);
    }

    /** This node's numbers for its links. */
    public interface Labels {
        /** The neighbor behind a label, where its link is up. */
        Optional<NodeId> neighborOf(int label);

        int labelOf(NodeId neighbor);
    }

    private final NodeId self;
    private final Labels labels;
    private final Output out;
    private long forwardedCount;
    private long refusedCount;

    public Forwarder(NodeId self, Labels labels, Output out) {
        this.self = self;
        this.labels = labels;
        this.out = out;
    }

    /** Frames passed on for others. */
    public long forwardedCount() {
        return forwardedCount;
    }

    /** Frames that could not be passed on. */
    public long refusedCount() {
        return refusedCount;
    }

    public void handle(NodeId from, RoutedFrame frame) {
        if (frame.route().isAtEnd()) {
            out.arrived(frame, Arrival.over(from, frame.route()));
            return;
        }
        Optional<NodeId> next = labels.neighborOf(frame.route().nextLabel());
        if (next.isEmpty()) {
            refuse(from, frame, RouteError.Reason.NO_LINK);
        } else if (next.get().equals(from)) {
            refuse(from, frame, RouteError.Reason.LOOP);
        } else if (out.send(next.get(), frame.forwarded(labels.labelOf(from)), urgencyOf(frame))
                == LinkQueue.Taken.FULL) {
            refuse(from, frame, RouteError.Reason.QUEUE_FULL);
        } else {
            forwardedCount++;
        }
    }

    /** The class of traffic that a routed frame belongs to. */
    public static LinkQueue.Urgency urgencyOf(RoutedFrame frame) {
        return frame.type() == FrameType.DATA || frame.type() == FrameType.SEALED
                ? LinkQueue.Urgency.data(frame.route().priority())
                : LinkQueue.Urgency.CONTROL;
    }

    private static boolean answersErrors(FrameType type) {
        return type == FrameType.DATA || type == FrameType.SEALED || type == FrameType.PROBE;
    }

    private void refuse(NodeId from, RoutedFrame frame, RouteError.Reason reason) {
        refusedCount++;
        // An answer that gets lost is asked for again by what it answers; errors about errors would never end.
        if (answersErrors(frame.type())) {
            RouteHeader back = frame.route().back();
            out.send(from, RoutedFrame.of(back, RouteError.about(frame, reason, self)), LinkQueue.Urgency.CONTROL);
        }
    }
}
