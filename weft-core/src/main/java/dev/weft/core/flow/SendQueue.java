package dev.weft.core.flow;

import dev.weft.core.wire.Bundle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What of a flow is to be sent, and what next: first what was lost, then what has a number and has never left, then the
 * messages that wait for theirs. Small ones that wait next to each other share a number.
 *
 * <p>Called by {@link OutboundFlow} alone.
 */
final class SendQueue {
    private final SequenceWindow<Fragment> window;
    private final int fragmentBytes;
    private final BundleSize bundleSize;
    private final int numbersMax;

    /** Without a number. */
    private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>(0);
    /** Never sent yet. */
    private final ArrayDeque<Long> fresh = new ArrayDeque<>(0);
    /** To be sent again, the oldest first: the destination has begun to make room for those. Null while there is none. */
    private @Nullable TreeSet<Long> again;

    /**
     * @param window what has a number
     * @param windowFragments how many may be under way; about twice as many may have numbers
     */
    SendQueue(SequenceWindow<Fragment> window, int fragmentBytes, BundleSize bundleSize, int windowFragments) {
        this.window = window;
        this.fragmentBytes = fragmentBytes;
        this.bundleSize = bundleSize;
        this.numbersMax = 2 * windowFragments;
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    void add(Outgoing message) {
        waiting.add(message);
    }

    /** A message that has no number yet will not go. */
    void withdraw(Outgoing message) {
        waiting.remove(message);
    }

    /** What had left is to be sent again. */
    void again(long sequence) {
        if (again == null) {
            again = new TreeSet<>();
        }
        again.add(sequence);
    }

    /** The number of what is to be sent next, until it is {@link #done}; null where nothing is, or no number is left. */
    @Nullable
    Long next() {
        while (true) {
            Long next = again == null ? fresh.peek() : again.first();
            if (next != null || waiting.isEmpty() || !hasNumbersLeft()) {
                return next;
            }
            assignNext();
        }
    }

    /** What was {@link #next} has been sent, or is not to be. */
    void done(Long sequence) {
        if (again == null || !again.remove(sequence)) {
            fresh.remove();
        } else if (again.isEmpty()) {
            again = null;
        }
    }

    void clear() {
        waiting.clear();
        fresh.clear();
        again = null;
    }

    /** A message gets all its numbers at once, maybe more than the window takes; the next one waits for them. */
    private boolean hasNumbersLeft() {
        return window.next() - window.first() < numbersMax;
    }

    /** Gives the next message its numbers; small ones that wait behind it share its one. */
    private void assignNext() {
        Outgoing message = waiting.remove();
        message.firstSequence = window.next();
        List<Outgoing> bundle = message.fragmentCount == 1 ? bundleWith(message) : List.of(message);
        if (bundle.size() > 1 || message.count() > 1) {
            fresh.add(window.add(Fragment.bundle(bundle)));
            return;
        }
        for (int i = 0; i < message.fragmentCount; i++) {
            fresh.add(window.add(Fragment.piece(message, i, fragmentBytes)));
        }
    }

    private List<Outgoing> bundleWith(Outgoing first) {
        Outgoing next = waiting.peek();
        int count = first.count();
        int bytes = bundledBytes(first);
        if (next == null || !bundles(first, 0, 0) || !bundles(next, count, bytes)) {
            return List.of(first);
        }
        List<Outgoing> bundle = new ArrayList<>(Math.min(waiting.size() + 1, Bundle.MESSAGES_MAX));
        bundle.add(first);
        while (next != null && bundles(next, count, bytes)) {
            waiting.remove();
            next.firstSequence = first.firstSequence;
            bundle.add(next);
            count += next.count();
            bytes += bundledBytes(next);
            next = waiting.peek();
        }
        return bundle;
    }

    /** Whether a message may share a bundle in which there are so many others with so many bytes. */
    private boolean bundles(Outgoing message, int otherCount, int otherBytes) {
        return message.role == Outgoing.Role.MESSAGE
                && message.fragmentCount == 1
                && otherCount + message.count() <= Bundle.MESSAGES_MAX
                && otherBytes + bundledBytes(message) <= bundleSize.bytes();
    }

    private static int bundledBytes(Outgoing message) {
        return Bundle.bytesOf(message.messages());
    }
}
