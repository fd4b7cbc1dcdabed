package dev.weft.core.socket;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.flow.Acceptance;
import java.util.Map;
import java.util.TreeMap;

/**
 * The endpoints of this node by name: decides whether a message that has arrived whole is taken, and counts. Driven
 * by the engine.
 */
public final class Endpoints {
    /** The application's side. */
    public interface Output {
        /** Takes the message into the endpoint's queue, or says that the queue is full. May not call back in. */
        Acceptance deliver(String endpoint, Delivery delivery);
    }

    /**
     * A message for an endpoint.
     *
     * @param from the node that sent it
     * @param payload its bytes
     * @param hops how many links it crossed
     */
    public record Delivery(NodeId from, ByteView payload, int hops) {}

    /**
     * What has come to one endpoint.
     *
     * @param taken messages its queue took
     * @param refused messages refused, for whatever reason
     */
    public record Counts(long taken, long refused) {
        public static final Counts ZERO = new Counts(0, 0);

        public Counts plus(Counts other) {
            return new Counts(taken + other.taken, refused + other.refused);
        }

        private Counts after(Acceptance acceptance) {
            return acceptance == Acceptance.TAKEN ? new Counts(taken + 1, refused) : new Counts(taken, refused + 1);
        }
    }

    /** The most endpoints a node may have open. */
    public static final int ENDPOINTS_MAX = 65_536;

    private static final class Open {
        private final SocketKind kind;
        private Counts counts = Counts.ZERO;

        private Open(SocketKind kind) {
            this.kind = kind;
        }
    }

    private final Output out;
    private final TreeMap<String, Open> open = new TreeMap<>();
    /** What came to endpoints that are closed, and to names that never were endpoints. */
    private Counts others = Counts.ZERO;

    public Endpoints(Output out) {
        this.out = out;
    }

    public boolean isOpen(String endpoint) {
        return open.containsKey(endpoint);
    }

    public void open(String endpoint, SocketKind kind) {
        Check.that(!isOpen(endpoint), "endpoint '" + endpoint + "' is open already");
        Check.that(open.size() < ENDPOINTS_MAX, "more than " + ENDPOINTS_MAX + " endpoints");
        open.put(endpoint, new Open(kind));
    }

    public void close(String endpoint) {
        Open closed = open.remove(endpoint);
        if (closed != null) {
            others = others.plus(closed.counts);
        }
    }

    public Acceptance deliver(String endpoint, SocketKind kind, Delivery delivery) {
        Open target = open.get(endpoint);
        if (target == null) {
            others = others.after(Acceptance.NO_ENDPOINT);
            return Acceptance.NO_ENDPOINT;
        }
        Acceptance acceptance = target.kind == kind ? out.deliver(endpoint, delivery) : Acceptance.WRONG_KIND;
        target.counts = target.counts.after(acceptance);
        return acceptance;
    }

    /** What has come to this node in all. */
    public Counts counts() {
        Counts sum = others;
        for (Map.Entry<String, Open> entry : open.entrySet()) {
            sum = sum.plus(entry.getValue().counts);
        }
        return sum;
    }

    /** What has come to one open endpoint. */
    public Counts counts(String endpoint) {
        Open target = open.get(endpoint);
        return target == null ? Counts.ZERO : target.counts;
    }
}
