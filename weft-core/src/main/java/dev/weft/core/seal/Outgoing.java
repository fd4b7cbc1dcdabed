package dev.weft.core.seal;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealOpening;
import dev.weft.core.wire.Sealed;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An association that this node has begun: seals, counts, and remembers how the latest frames of data began, for a
 * relay that could not pass one on can tell its counter only. Called by {@link Seals} alone.
 */
final class Outgoing {
    /** How many frames of data are remembered. */
    private static final int REMEMBERED = 256;

    /** Enough for the handle and the number of an established flow. */
    private static final int HEAD_BYTES = 24;

    /** Enough for a flow that is named at full length. */
    private static final int OPENING_HEAD_BYTES = 256;

    final SealOpening opening;
    private final Sealer.Keys keys;
    private final long bornNanos;
    private long counter;
    private long bytes;
    private boolean known;
    private @Nullable ByteView[] heads = {};
    private long[] counters = {};

    Outgoing(SealOpening opening, Sealer.Keys keys, long bornNanos) {
        this.opening = opening;
        this.keys = keys;
        this.bornNanos = bornNanos;
    }

    int association() {
        return keys.association();
    }

    /** The destination says that it has the keys; true where it proves it. */
    boolean handleReceipt(ByteView receipt) {
        known |= keys.receipt().equals(receipt);
        return known;
    }

    /** How often its terms have been used up: 1 or more and another is to take its place, 2 and it is not used. */
    int wear(Sealer.Terms terms, long nowNanos) {
        long worn = Math.max((nowNanos - bornNanos) / terms.associationNanos(), counter / terms.framesMax());
        return (int) Math.min(2, Math.max(worn, bytes / terms.bytesMax()));
    }

    /** @param plain the true type and the body */
    RoutedFrame seal(RouteHeader route, FrameType type, ByteView plain) {
        FrameType outer = Sealed.typeFor(type);
        long number = counter++;
        bytes += plain.length();
        if (outer == FrameType.SEALED) {
            remember(number, plain.slice(1, plain.length() - 1));
        }
        Optional<SealOpening> shown = known ? Optional.empty() : Optional.of(opening);
        ByteView associated = Sealed.associated(outer, route.priority(), keys.association(), number, shown);
        ByteView sealed = keys.seal(number, associated, plain);
        return RoutedFrame.of(route, new Sealed(outer, keys.association(), number, shown, sealed));
    }

    private void remember(long number, ByteView body) {
        if (heads.length == 0) {
            heads = new ByteView[REMEMBERED];
            counters = new long[REMEMBERED];
        }
        int at = (int) (number % REMEMBERED);
        int wanted = body.at(0) == 0 ? OPENING_HEAD_BYTES : HEAD_BYTES;
        heads[at] = ByteView.of(body.slice(0, Math.min(wanted, body.length())).toByteArray());
        counters[at] = number;
    }

    /** How the body of a frame of data began. */
    Optional<ByteView> headOf(long number) {
        if (heads.length == 0) {
            return Optional.empty();
        }
        int at = (int) (number % REMEMBERED);
        return counters[at] == number ? Optional.ofNullable(heads[at]) : Optional.empty();
    }
}
