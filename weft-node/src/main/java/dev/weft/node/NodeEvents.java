package dev.weft.node;

import dev.weft.Mesh;
import dev.weft.MeshEvent;
import dev.weft.NodeId;
import dev.weft.core.engine.TraceEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * What happens on a node, in the words of the API, told in order to all who listen. Told from any thread; listeners
 * run where callbacks run. Where the node listens and what is amiss with that is told while it starts, before anybody
 * can listen: each listener hears that first.
 */
final class NodeEvents {
    private static final int BEGINNING_MAX = 64;

    private final Executor inOrder;
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    /** Only touched in order, as is what follows. */
    private final List<MeshEvent> beginning = new ArrayList<>();

    private boolean hasBegun;

    private static final class Listener {
        private final Consumer<MeshEvent> consumer;
        private volatile boolean ended;

        Listener(Consumer<MeshEvent> consumer) {
            this.consumer = consumer;
        }

        void tell(MeshEvent event) {
            if (!ended) {
                consumer.accept(event);
            }
        }
    }

    NodeEvents(Executor callbacks) {
        this.inOrder = new Callbacks.InOrder(callbacks);
    }

    Mesh.Subscription subscribe(Consumer<MeshEvent> consumer) {
        Listener listener = new Listener(consumer);
        try {
            inOrder.execute(() -> {
                listeners.add(listener);
                beginning.forEach(listener::tell);
            });
        } catch (RejectedExecutionException closed) {
            // The node has left, and nothing will be told any more.
        }
        return () -> {
            listener.ended = true;
            listeners.remove(listener);
        };
    }

    void tell(MeshEvent.Kind kind, NodeId node, String detail) {
        MeshEvent event = new MeshEvent(Instant.now(), kind, node, detail);
        inOrder.execute(() -> {
            boolean isOfTheBeginning = kind == MeshEvent.Kind.LISTENING || kind == MeshEvent.Kind.WARNING;
            if (!hasBegun && isOfTheBeginning && beginning.size() < BEGINNING_MAX) {
                beginning.add(event);
            }
            listeners.removeIf(listener -> listener.ended);
            listeners.forEach(listener -> listener.tell(event));
        });
    }

    /** The node runs: what is told from now on is news for those alone who listen already. */
    void begun() {
        inOrder.execute(() -> hasBegun = true);
    }

    void tell(TraceEvent event) {
        kindOf(event.kind()).ifPresent(kind -> tell(kind, event.node(), event.detail()));
    }

    /** Which events of the engine applications hear of. */
    static Optional<MeshEvent.Kind> kindOf(TraceEvent.Kind kind) {
        return switch (kind) {
            case LINK_UP -> Optional.of(MeshEvent.Kind.LINK_UP);
            case LINK_DOWN -> Optional.of(MeshEvent.Kind.LINK_DOWN);
            case LINK_REFUSED -> Optional.of(MeshEvent.Kind.LINK_REFUSED);
            case PEER_DISCOVERED -> Optional.of(MeshEvent.Kind.PEER_DISCOVERED);
            case NODE_UP -> Optional.of(MeshEvent.Kind.PEER_UP);
            case NODE_CHANGED -> Optional.of(MeshEvent.Kind.PEER_CHANGED);
            case NODE_LOST -> Optional.of(MeshEvent.Kind.PEER_LOST);
            case GROUP_JOINED -> Optional.of(MeshEvent.Kind.GROUP_JOINED);
            case GROUP_LEFT -> Optional.of(MeshEvent.Kind.GROUP_LEFT);
            case ROUTES_CHANGED -> Optional.of(MeshEvent.Kind.ROUTE_CHANGED);
            case REVOCATIONS_CHANGED -> Optional.of(MeshEvent.Kind.REVOCATIONS_CHANGED);
            case DENIED -> Optional.of(MeshEvent.Kind.DENIED);
            case MALFORMED, DUPLICATE_IDENTITY -> Optional.of(MeshEvent.Kind.WARNING);
            case PEER_FORGOTTEN -> Optional.of(MeshEvent.Kind.PEER_FORGOTTEN);
            case DIALLING, DIAL_FAILED, ROUTE_ERROR -> Optional.empty();
        };
    }
}
