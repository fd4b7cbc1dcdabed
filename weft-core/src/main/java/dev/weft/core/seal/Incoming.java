package dev.weft.core.seal;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.Sealed;
import java.util.Optional;

/** An association that another node has begun: opens each counter once. Called by {@link Seals} alone. */
final class Incoming {
    /** What a frame was found to be. */
    enum Finding {
        AUTHENTIC,
        /** Altered, or not by whom it names. */
        FORGED,
        /** Seen before, or too old to tell. */
        REPLAYED
    }

    /** @param plain the true type and the body; empty unless authentic */
    record Opened(Finding finding, ByteView plain) {
        private static final Opened FORGED = new Opened(Finding.FORGED, ByteView.EMPTY);
        private static final Opened REPLAYED = new Opened(Finding.REPLAYED, ByteView.EMPTY);
    }

    final NodeId origin;
    final long originIncarnation;
    final long number;
    final Sealer.Keys keys;
    private final ReplayWindow window = new ReplayWindow();
    long endNanos;
    long receiptNanos;

    Incoming(SealOpening opening, Sealer.Keys keys, long endNanos) {
        this.origin = opening.origin();
        this.originIncarnation = opening.originIncarnation();
        this.number = opening.number();
        this.keys = keys;
        this.endNanos = endNanos;
    }

    Opened open(Sealed frame, int priority) {
        if (!window.isNew(frame.counter())) {
            return Opened.REPLAYED;
        }
        Optional<ByteView> plain = keys.open(frame.counter(), frame.associated(priority), frame.sealed());
        if (plain.isEmpty() || plain.get().isEmpty()) {
            return Opened.FORGED;
        }
        window.mark(frame.counter());
        return new Opened(Finding.AUTHENTIC, plain.get());
    }
}
