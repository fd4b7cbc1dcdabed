package dev.weft.core.socket;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.base.InvariantError;
import dev.weft.core.base.LongTable;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.ReceiveBuffer;
import dev.weft.core.flow.ReceiveTotal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of this node that take messages from anybody, by name: which there are, how much room each has, what
 * has come to each. Driven by the engine.
 */
public final class Endpoints {
    /** The application's side. */
    public interface Output {
        /**
         * Hands messages to the application, which says {@link #taken} when it has used them. Their bytes are the
         * application's from then on. May not call back in.
         */
        void deliver(long endpoint, Delivery delivery);
    }

    /**
     * What came to an endpoint under one sequence number: a message, or those of a bundle.
     *
     * @param from the node that sent them
     * @param payloads their bytes
     * @param hops how many links they crossed
     */
    public record Delivery(NodeId from, List<ByteView> payloads, int hops) {}

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
    }

    /**
     * Bounds.
     *
     * @param endpointsMax that may be open, listeners included: 1 to 65,536
     * @param capacityBytes that may wait at an endpoint: 64 KiB to 1 GiB
     * @param receivedBytesMax that may wait at all endpoints and connections: 1 MiB to 64 GiB
     */
    public record Limits(int endpointsMax, long capacityBytes, long receivedBytesMax) {
        public static final Limits DEFAULT = new Limits(65_536, 16L << 20, 256L << 20);

        public Limits {
            Check.within("endpoints-max", endpointsMax, 1, 65_536);
            Check.within("endpoint-buffer", capacityBytes, 64 << 10, 1 << 30);
            Check.within("received-bytes-max", receivedBytesMax, 1 << 20, 64L << 30);
        }
    }

    private static final class Open {
        private final long number;
        private final SocketKind kind;
        private final Secrecy demanded;
        private final ReceiveBuffer buffer;
        private long taken;
        private long refused;

        private Open(long number, SocketKind kind, Secrecy demanded, ReceiveBuffer buffer) {
            this.number = number;
            this.kind = kind;
            this.demanded = demanded;
            this.buffer = buffer;
        }

        private Counts counts() {
            return new Counts(taken, refused);
        }
    }

    private final ReceiveTotal total;
    private final Output out;
    /** By name; asked several times with every frame. */
    private final LinkedHashMap<String, Open> open = new LinkedHashMap<>();

    private final LongTable<Open> byNumber = new LongTable<>();
    private long nextNumber = 1;
    /** What came to endpoints that are closed, and to names that never were endpoints. */
    private Counts others = Counts.ZERO;

    /** @param total what they hold together with the connections */
    public Endpoints(ReceiveTotal total, Output out) {
        this.total = total;
        this.out = out;
    }

    public int count() {
        return open.size();
    }

    public boolean isOpen(String endpoint) {
        return open.containsKey(endpoint);
    }

    /**
     * Opens an endpoint; returns the number that names this opening of it.
     *
     * @param demanded how secret what comes must have been on its way
     * @param capacityBytes of what waits to be taken
     */
    public long open(String endpoint, SocketKind kind, Secrecy demanded, long capacityBytes) {
        Check.that(!kind.isConnected(), kind + " endpoints listen for connections");
        Check.that(!isOpen(endpoint), "endpoint '" + endpoint + "' is open already");
        Open opened = new Open(nextNumber++, kind, demanded, new ReceiveBuffer(capacityBytes, total));
        open.put(endpoint, opened);
        byNumber.put(opened.number, opened);
        return opened.number;
    }

    public void close(long number) {
        Open closed = byNumber.remove(number);
        if (closed != null) {
            closed.buffer.detach();
            others = others.plus(closed.counts());
            open.values().remove(closed);
        }
    }

    /** Whether messages of that kind, as secret as they come, are taken at an endpoint. */
    public Acceptance check(String endpoint, SocketKind kind, Secrecy secrecy) {
        Open target = open.get(endpoint);
        if (target == null) {
            others = others.plus(new Counts(0, 1));
            return Acceptance.NO_ENDPOINT;
        }
        if (target.kind != kind) {
            target.refused++;
            return Acceptance.WRONG_KIND;
        }
        if (target.demanded == Secrecy.SEALED && secrecy != Secrecy.SEALED) {
            target.refused++;
            return Acceptance.NOT_SEALED;
        }
        return Acceptance.TAKEN;
    }

    /** The room of an open endpoint. */
    public ReceiveBuffer buffer(String endpoint) {
        @Nullable Open target = open.get(endpoint);
        if (target == null) {
            throw new InvariantError("endpoint '" + endpoint + "' is not open");
        }
        return target.buffer;
    }

    /** Hands messages of one flow to an endpoint, all or none. */
    public Acceptance deliver(
            String endpoint, SocketKind kind, Secrecy secrecy, NodeId from, List<ByteView> messages, int hops) {
        Acceptance acceptance = check(endpoint, kind, secrecy);
        Open target = open.get(endpoint);
        if (acceptance == Acceptance.TAKEN && target != null) {
            target.taken += messages.size();
            out.deliver(target.number, new Delivery(from, messages, hops));
        }
        return acceptance;
    }

    /**
     * The application has used messages; returns the buffer that has more room now, if the endpoint is open.
     *
     * @param charge the sum of {@link ReceiveBuffer#charge} of each
     */
    public Optional<ReceiveBuffer> taken(long number, long charge) {
        Open target = byNumber.find(number);
        if (target == null) {
            return Optional.empty();
        }
        target.buffer.release(charge);
        return Optional.of(target.buffer);
    }

    /** What has come to this node in all. */
    public Counts counts() {
        Counts sum = others;
        for (Open each : open.values()) {
            sum = sum.plus(each.counts());
        }
        return sum;
    }

    /**
     * One open endpoint as it is now.
     *
     * @param heldBytes what its messages count for that the application has not taken
     */
    public record Report(String name, SocketKind kind, Counts counts, long heldBytes) {}

    /** Of each open endpoint, by name; with {@link #elsewhere} they add up to {@link #counts}. */
    public List<Report> reports() {
        List<Report> reports = new ArrayList<>();
        open.forEach(
                (name, target) -> reports.add(new Report(name, target.kind, target.counts(), target.buffer.used())));
        reports.sort(Comparator.comparing(Report::name));
        return reports;
    }

    /** What came to endpoints that are closed now, and to names that were none. */
    public Counts elsewhere() {
        return others;
    }
}
