package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Check;
import dev.weft.core.forward.Arrival;
import dev.weft.core.seal.Seals.Opened;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.Sealed;
import dev.weft.core.wire.WireReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The associations that lead here: their keys, derived where a first frame has come with its opening, and which of an
 * origin's associations are spent, so that no recorded opening begins anything twice. Owned by {@link Seals}, which
 * asks it alone and in turn.
 */
final class InboundSeals {
    /** The most associations; one more and the one that was not used for longest is given up. */
    static final int INCOMING_MAX = 8_192;

    /** Of how many nodes it is known which associations are spent. */
    static final int ORIGINS_MAX = 65_536;

    /** How many associations may be in the making. */
    static final int PENDING_MAX = 64;

    /** How long the association before the latest is kept: longer than a frame is under way. */
    private static final long SUPERSEDED_NANOS = 60_000_000_000L;

    private static final long RECEIPT_NANOS = 20_000_000L;
    private static final long HINT_WINDOW_NANOS = 100_000_000L;
    private static final int HINTS_MAX = 32;

    private record Held(Sealed sealed, Arrival arrival) {}

    /** An association of another node whose keys are being derived. */
    private static final class Pending {
        private final int association;
        private final SealOpening opening;
        private final List<Held> held = new ArrayList<>();

        private Pending(int association, SealOpening opening) {
            this.association = association;
            this.opening = opening;
        }
    }

    /** Which associations of a node's life are spent: a recorded opening begins nothing twice. */
    private static final class Origin {
        private long incarnation;
        private long floor;
        private long openedNanos;
        private @Nullable Incoming latest;
        private @Nullable Incoming before;
    }

    private final NodeId self;
    private final long incarnation;
    private final Sealer sealer;
    private final Seals.Output out;
    private final LongSupplier tasks;

    /** The one longest unused first. */
    private final LinkedHashMap<Integer, Incoming> incoming = new LinkedHashMap<>();

    private final TreeMap<NodeId, Origin> origins = new TreeMap<>();
    private final TreeMap<Long, Pending> accepting = new TreeMap<>();
    private final TreeMap<Integer, Pending> pending = new TreeMap<>();
    private long heldBytes;
    private long hintWindowNanos;
    private int hints;

    private long openedCount;
    private long acceptedCount;
    private long failedCount;
    private long forgedCount;
    private long replayedCount;
    private long unknownCount;
    private long droppedCount;

    /** @param tasks numbers for what the sealer is asked to do */
    InboundSeals(NodeId self, long incarnation, Sealer sealer, Seals.Output out, LongSupplier tasks) {
        this.self = self;
        this.incarnation = incarnation;
        this.sealer = sealer;
        this.out = out;
        this.tasks = tasks;
    }

    // ------------------------------------------------------------------ arriving

    /** Opens a frame that has arrived; empty where it is not believed, or has to wait for its keys. */
    Optional<Opened> open(Sealed sealed, Arrival arrival, long nowNanos) {
        Incoming known = incoming.remove(sealed.association());
        if (known != null) {
            incoming.put(sealed.association(), known);
            if (sealed.opening().isPresent() && nowNanos - known.receiptNanos >= RECEIPT_NANOS) {
                known.receiptNanos = nowNanos;
                out.answer(arrival, new SealAnswer(sealed.association(), self, known.keys.receipt()));
            }
            return open(known, sealed, arrival);
        }
        if (sealed.opening().isEmpty()) {
            refuse(sealed, arrival, nowNanos);
            return Optional.empty();
        }
        hold(sealed, sealed.opening().get(), arrival, nowNanos);
        return Optional.empty();
    }

    private Optional<Opened> open(Incoming with, Sealed sealed, Arrival arrival) {
        Incoming.Opened opened = with.open(sealed, arrival.route().priority());
        switch (opened.finding()) {
            case FORGED -> forgedCount++;
            case REPLAYED -> replayedCount++;
            case AUTHENTIC -> {
                Optional<RoutedFrame> inner = inner(sealed.type(), arrival.route(), opened.plain());
                if (inner.isPresent()) {
                    openedCount++;
                    return Optional.of(new Opened(inner.get(), arrival.sealedBy(with.origin)));
                }
                forgedCount++;
            }
        }
        return Optional.empty();
    }

    /** The frame within, where it is one that is sealed so: its origin may be malicious as well. */
    private static Optional<RoutedFrame> inner(FrameType outer, RouteHeader route, ByteView plain) {
        try {
            FrameType type = FrameType.decode(new WireReader(plain.slice(0, 1)));
            boolean isSealable = switch (type) {
                case DATA, ACK, ADVANCE, PROBE, PROBE_REPLY, RESET, ABORT, GROUP_ACK, GROUP_KEY, GROUP_KEY_WANT -> true;
                default -> false;
            };
            return isSealable && Sealed.typeFor(type) == outer
                    ? Optional.of(new RoutedFrame(type, route, plain.slice(1, plain.length() - 1)))
                    : Optional.empty();
        } catch (MalformedFrame unknown) {
            return Optional.empty();
        }
    }

    private void hold(Sealed sealed, SealOpening opening, Arrival arrival, long nowNanos) {
        Pending present = pending.get(sealed.association());
        if (present == null) {
            if (!isAcceptable(opening)) {
                refuse(sealed, arrival, nowNanos);
                return;
            }
            if (pending.size() >= PENDING_MAX) {
                droppedCount++;
                return;
            }
            present = new Pending(sealed.association(), opening);
            long task = tasks.getAsLong();
            pending.put(sealed.association(), present);
            accepting.put(task, present);
            sealer.accept(task, opening);
        }
        if (!present.opening.equals(opening)
                || present.held.size() >= Seals.WAITING_FRAMES_MAX
                || heldBytes + sealed.sealed().length() > Seals.WAITING_BYTES_MAX) {
            droppedCount++;
            return;
        }
        Sealed kept = new Sealed(
                sealed.type(),
                sealed.association(),
                sealed.counter(),
                Optional.of(present.opening),
                sealed.sealed().compact());
        present.held.add(new Held(kept, arrival));
        heldBytes += sealed.sealed().length();
    }

    private boolean isAcceptable(SealOpening opening) {
        boolean isForUs = opening.destination().equals(self) && opening.destinationIncarnation() == incarnation;
        Origin origin = origins.get(opening.origin());
        boolean isFresh = origin == null
                ? origins.size() < ORIGINS_MAX
                : opening.originIncarnation() > origin.incarnation
                        || opening.originIncarnation() == origin.incarnation && opening.number() > origin.floor;
        return isForUs && isFresh && opening.originIncarnation() >= out.incarnationOf(opening.origin());
    }

    /** Tells the origin that this node has no such keys: after a restart, or where they were not used for long. */
    void refuse(Sealed sealed, Arrival arrival, long nowNanos) {
        unknownCount++;
        if (nowNanos - hintWindowNanos >= HINT_WINDOW_NANOS) {
            hintWindowNanos = nowNanos;
            hints = 0;
        }
        boolean isOurs = sealed.opening()
                .map(opening -> opening.destination().equals(self))
                .orElse(true);
        if (isOurs && hints < HINTS_MAX) {
            hints++;
            out.answer(arrival, new SealAnswer(sealed.association(), self, ByteView.EMPTY));
        }
    }

    // ------------------------------------------------------------------ what the sealer has made

    /** Returns the frames that have waited for it and are believed. */
    List<Opened> handleMade(Sealer.Made made, long nowNanos) {
        Pending accepted = accepting.remove(made.task());
        if (accepted == null) {
            return List.of();
        }
        pending.remove(accepted.association);
        accepted.held.forEach(frame -> heldBytes -= frame.sealed().sealed().length());
        if (made.keys().isEmpty()) {
            failedCount++;
            accepted.held.stream().findFirst().ifPresent(frame -> refuse(frame.sealed(), frame.arrival(), nowNanos));
            return List.of();
        }
        return handleAccepted(accepted, made.keys().get(), nowNanos);
    }

    /** The keys can be derived for anybody's opening; that it is the origin's own shows in the first frame. */
    private List<Opened> handleAccepted(Pending accepted, Sealer.Keys keys, long nowNanos) {
        long endNanos = nowNanos
                + 2 * sealer.terms().associationNanos()
                + sealer.terms().graceNanos();
        Incoming fresh = new Incoming(accepted.opening, keys, endNanos);
        boolean isWhatItSays = keys.association() == accepted.association && isAcceptable(accepted.opening);
        if (!isWhatItSays || incoming.containsKey(keys.association())) {
            failedCount++;
            return List.of();
        }
        List<Opened> opened = new ArrayList<>();
        for (Held frame : accepted.held) {
            Optional<Opened> one = open(fresh, frame.sealed(), frame.arrival());
            if (one.isPresent() && opened.isEmpty()) {
                install(fresh, nowNanos);
                fresh.receiptNanos = nowNanos;
                out.answer(frame.arrival(), new SealAnswer(keys.association(), self, keys.receipt()));
            }
            one.ifPresent(opened::add);
        }
        return opened;
    }

    private void install(Incoming fresh, long nowNanos) {
        acceptedCount++;
        forgetEarlierLives(fresh.origin, fresh.originIncarnation);
        Origin origin = origins.computeIfAbsent(fresh.origin, node -> new Origin());
        Incoming oldest = origin.before;
        if (oldest != null) {
            incoming.remove(oldest.keys.association(), oldest);
        }
        Incoming superseded = origin.latest;
        if (superseded != null) {
            superseded.endNanos = Math.min(superseded.endNanos, nowNanos + SUPERSEDED_NANOS);
        }
        origin.before = superseded;
        origin.latest = fresh;
        origin.incarnation = fresh.originIncarnation;
        origin.floor = fresh.number;
        origin.openedNanos = nowNanos;
        if (incoming.size() >= INCOMING_MAX) {
            Iterator<Incoming> eldest = incoming.values().iterator();
            Incoming given = eldest.next();
            eldest.remove();
            unlink(given);
        }
        incoming.put(fresh.keys.association(), fresh);
    }

    private void unlink(Incoming gone) {
        Origin origin = origins.get(gone.origin);
        if (origin != null) {
            origin.latest = origin.latest == gone ? null : origin.latest;
            origin.before = origin.before == gone ? null : origin.before;
        }
    }

    /** What a node has sealed in lives before this one is over. */
    void forgetEarlierLives(NodeId node, long life) {
        Origin origin = origins.get(node);
        if (origin != null && origin.incarnation < life) {
            incoming.values().removeIf(one -> one == origin.latest || one == origin.before);
            origin.latest = null;
            origin.before = null;
            origin.incarnation = life;
            origin.floor = 0;
        }
    }

    // ------------------------------------------------------------------ time

    /** @param spentNanos who has opened nothing since then has nothing left that could be replayed */
    void sweep(long spentNanos, long nowNanos) {
        incoming.values().removeIf(association -> {
            boolean isOver = association.endNanos <= nowNanos;
            if (isOver) {
                unlink(association);
            }
            return isOver;
        });
        origins.values()
                .removeIf(origin -> origin.latest == null && origin.before == null && origin.openedNanos < spentNanos);
    }

    // ------------------------------------------------------------------ questions

    void audit() {
        Check.that(incoming.size() <= INCOMING_MAX, "%d associations lead here", incoming.size());
        Check.that(pending.size() <= PENDING_MAX, "%d associations are in the making", pending.size());
        Check.that(heldBytes >= 0, "%d bytes wait for keys of others", heldBytes);
    }

    /** By stable names; some are counted where associations lead away, too. */
    void count(TreeMap<String, Long> counters) {
        counters.put("seal.accepted", acceptedCount);
        counters.merge("seal.dropped", droppedCount, Long::sum);
        counters.merge("seal.failed", failedCount, Long::sum);
        counters.merge("seal.forged", forgedCount, Long::sum);
        counters.put("seal.inbound", (long) incoming.size());
        counters.put("seal.opened", openedCount);
        counters.put("seal.replayed", replayedCount);
        counters.put("seal.unknown", unknownCount);
    }
}
