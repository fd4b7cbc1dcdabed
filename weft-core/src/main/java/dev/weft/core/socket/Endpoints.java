package dev.weft.core.socket;

import dev.weft.NodeId;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.InvariantError;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.ReceiveBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of this node that take messages from anybody, by name: which there are, how much room each has, what
 * has come to each. Driven by the engine.
 */
public final class Endpoints {
    /** The application's side. */
    public interface Output {
        /** Hands a message to the application, which says {@link #taken} when it has used it. May not call back in. */
        void deliver(long endpoint, Delivery delivery);
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

    /** How many bytes may wait at an endpoint unless it says otherwise. */
    public static final long CAPACITY_DEFAULT = 16L << 20;

    private static final class Open {
        private final long number;
        private final SocketKind kind;
        private final ReceiveBuffer buffer;
        private Counts counts = Counts.ZERO;

        private Open(long number, SocketKind kind, ReceiveBuffer buffer) {
            this.number = number;
            this.kind = kind;
            this.buffer = buffer;
        }
    }

    private final Output out;
    private final TreeMap<String, Open> open = new TreeMap<>();
    private final TreeMap<Long, Open> byNumber = new TreeMap<>();
    private long nextNumber = 1;
    /** What came to endpoints that are closed, and to names that never were endpoints. */
    private Counts others = Counts.ZERO;

    public Endpoints(Output out) {
        this.out = out;
    }

    public boolean isOpen(String endpoint) {
        return open.containsKey(endpoint);
    }

    /**
     * Opens an endpoint; returns the number that names this opening of it.
     *
     * @param capacityBytes of what waits to be taken
     */
    public long open(String endpoint, SocketKind kind, long capacityBytes) {
        Check.that(!kind.isConnected(), kind + " endpoints listen for connections");
        Check.that(!isOpen(endpoint), "endpoint '" + endpoint + "' is open already");
        Check.that(open.size() < ENDPOINTS_MAX, "more than %d endpoints", ENDPOINTS_MAX);
        Open opened = new Open(nextNumber++, kind, new ReceiveBuffer(capacityBytes));
        open.put(endpoint, opened);
        byNumber.put(opened.number, opened);
        return opened.number;
    }

    public void close(long number) {
        Open closed = byNumber.remove(number);
        if (closed != null) {
            others = others.plus(closed.counts);
            open.values().remove(closed);
        }
    }

    /** Whether messages of that kind are taken at an endpoint. */
    public Acceptance check(String endpoint, SocketKind kind) {
        Open target = open.get(endpoint);
        if (target == null) {
            return refused(Acceptance.NO_ENDPOINT);
        }
        if (target.kind != kind) {
            target.counts = target.counts.after(Acceptance.WRONG_KIND);
            return Acceptance.WRONG_KIND;
        }
        return Acceptance.TAKEN;
    }

    private Acceptance refused(Acceptance acceptance) {
        others = others.after(acceptance);
        return acceptance;
    }

    /** The room of an open endpoint. */
    public ReceiveBuffer buffer(String endpoint) {
        @Nullable Open target = open.get(endpoint);
        if (target == null) {
            throw new InvariantError("endpoint '" + endpoint + "' is not open");
        }
        return target.buffer;
    }

    public Acceptance deliver(String endpoint, SocketKind kind, Delivery delivery) {
        Acceptance acceptance = check(endpoint, kind);
        Open target = open.get(endpoint);
        if (acceptance == Acceptance.TAKEN && target != null) {
            target.counts = target.counts.after(Acceptance.TAKEN);
            out.deliver(target.number, delivery);
        }
        return acceptance;
    }

    /**
     * The application has used messages; returns the buffer that has more room now, if the endpoint is open.
     *
     * @param charge the sum of {@link ReceiveBuffer#charge} of each
     */
    public Optional<ReceiveBuffer> taken(long number, long charge) {
        Open target = byNumber.get(number);
        if (target == null) {
            return Optional.empty();
        }
        target.buffer.release(charge);
        return Optional.of(target.buffer);
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
