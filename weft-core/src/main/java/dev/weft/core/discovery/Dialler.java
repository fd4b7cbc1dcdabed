package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.DeadlineIndex;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.link.Backoff;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who to dial and when: all locators of a target are raced (RFC 8305), the first at once and the next each 100 ms
 * later, faster where there are many, so that twenty dead locators cost less than a second; a target that none of them
 * reaches is tried again after a back-off. Shared memory is given a while of that second for itself. Where nobody vouches
 * for is a target of its own, so that it takes nothing from the others, and {@link OpenDials} says how often.
 *
 * <p>Called by {@link Discovery} alone.
 */
final class Dialler {
    interface Output {
        void dial(long number, Locator locator, Optional<NodeId> expected);

        /** The result of a dial is not wanted any more. */
        void cancel(long number);
    }

    private static final long STAGGER_NANOS = 100_000_000L;

    /** In which all of a target's locators have been dialled. */
    private static final long RACE_NANOS = 900_000_000L;

    /**
     * On the host itself a dial is answered or refused at once, so the next would only race the best way there is; but one
     * that stays silent must leave time for all others.
     */
    private static final long SHARED_MEMORY_ALONE_NANOS = 600_000_000L;

    /** How many dials may be under way at once. */
    static final int ATTEMPTS_MAX = 256;

    /** How often a target may be dialled. */
    private enum Bound {
        BACKOFF,
        /** Beyond the back-off, what {@link OpenDials} allows. */
        OPEN
    }

    /** Someone to reach: a node, or whoever answers at a locator. */
    private static final class Target {
        private final long number;
        private final Optional<NodeId> node;
        private final Backoff backoff;
        private final Bound bound;
        private final ArrayDeque<Locator> untried = new ArrayDeque<>();
        private final TreeSet<Long> attempts = new TreeSet<>();
        private long staggerNanos = STAGGER_NANOS;
        private long sharedAloneNanos = SHARED_MEMORY_ALONE_NANOS;
        private List<Locator> locators;

        private Target(long number, Optional<NodeId> node, List<Locator> locators, Bound bound, Backoff backoff) {
            this.number = number;
            this.bound = bound;
            this.node = node;
            this.locators = locators;
            this.backoff = backoff;
            begin();
        }

        private void begin() {
            untried.clear();
            untried.addAll(locators);
            int shared = (int) locators.stream().filter(Target::isShared).count();
            sharedAloneNanos = SHARED_MEMORY_ALONE_NANOS / Math.max(1, shared);
            long leftNanos = RACE_NANOS - shared * sharedAloneNanos;
            staggerNanos = Math.min(STAGGER_NANOS, leftNanos / Math.max(1, locators.size() - shared));
        }

        private long aloneNanos(Locator locator) {
            return isShared(locator) ? sharedAloneNanos : staggerNanos;
        }

        private static boolean isShared(Locator locator) {
            return locator.scheme().equals("shm");
        }
    }

    private record Attempt(Target target, Locator locator) {}

    private final DiscoveryConfig config;
    private final Prng prng;
    private final Output out;
    private final TreeMap<NodeId, Target> vouched = new TreeMap<>();
    /** Where only beacons that anybody can send lead to. */
    private final TreeMap<NodeId, Target> open = new TreeMap<>();
    /** Of which nobody knows who is there. */
    private final TreeMap<Locator, Target> nameless = new TreeMap<>();

    private final TreeMap<Long, Target> targetsByNumber = new TreeMap<>();
    private final TreeMap<Long, Attempt> attempts = new TreeMap<>();
    private final OpenDials openDials = new OpenDials();
    private final DeadlineIndex turns = new DeadlineIndex();
    private final DeadlineIndex ends = new DeadlineIndex();
    private long nextTarget = 1;
    private final TreeSet<NodeId> unreachable = new TreeSet<>();
    private long nextNumber = 1;

    Dialler(DiscoveryConfig config, Prng prng, Output out) {
        this.config = config;
        this.prng = prng;
        this.out = out;
    }

    boolean isWanted(NodeId node) {
        return vouched.containsKey(node) || open.containsKey(node);
    }

    /** The nodes that are dialled, or would be. */
    List<NodeId> wantedNodes() {
        List<NodeId> wanted = new ArrayList<>(vouched.keySet());
        for (NodeId node : open.keySet()) {
            if (!vouched.containsKey(node)) {
                wanted.add(node);
            }
        }
        return wanted;
    }

    void want(NodeId node, List<Locator> locators, long nowNanos) {
        if (locators.isEmpty()) {
            return;
        }
        Target target = vouched.get(node);
        if (target == null) {
            vouched.put(node, begin(Optional.of(node), locators, Bound.BACKOFF, nowNanos));
            return;
        }
        for (Locator locator : locators) {
            if (!target.locators.contains(locator)) {
                target.untried.addFirst(locator);
                turns.update(target.number, nowNanos);
            }
        }
        target.locators = List.copyOf(locators);
    }

    /** @param candidates where nobody vouches for */
    void wantOpen(NodeId node, List<Locator> candidates, long nowNanos) {
        Target target = open.get(node);
        if (target == null) {
            if (!candidates.isEmpty()) {
                open.put(node, begin(Optional.of(node), candidates, Bound.OPEN, nowNanos));
            }
            return;
        }
        target.untried.removeIf(locator -> !candidates.contains(locator));
        for (Locator locator : candidates) {
            if (!target.locators.contains(locator)) {
                target.untried.addLast(locator);
                turns.update(target.number, nowNanos);
            }
        }
        target.locators = List.copyOf(candidates);
    }

    /** Dials whoever is there, again and again until {@link #unwant(Locator)}. */
    void want(Locator locator, long nowNanos) {
        if (!nameless.containsKey(locator)) {
            nameless.put(locator, begin(Optional.empty(), List.of(locator), Bound.BACKOFF, nowNanos));
        }
    }

    void unwant(NodeId node) {
        drop(vouched.remove(node));
        drop(open.remove(node));
    }

    void unwant(Locator locator) {
        drop(nameless.remove(locator));
    }

    /** A node lives anew: it is dialled without regard to earlier failures. */
    void retry(NodeId node, long nowNanos) {
        Target target = vouched.get(node);
        if (target != null) {
            target.backoff.succeeded();
            target.begin();
            turns.update(target.number, nowNanos);
        }
    }

    /** Which locator a dial went to. */
    Optional<Locator> locatorOf(long number) {
        return Optional.ofNullable(attempts.get(number)).map(Attempt::locator);
    }

    void handleFailed(long number, long nowNanos) {
        Target target = end(number);
        if (target != null) {
            if (!target.untried.isEmpty()) {
                turns.update(target.number, nowNanos);
            } else if (target.attempts.isEmpty()) {
                pause(target, nowNanos);
            }
        }
    }

    void handleTime(long nowNanos) {
        for (Long late = ends.pollDue(nowNanos); late != null; late = ends.pollDue(nowNanos)) {
            out.cancel(late);
            handleFailed(late, nowNanos);
        }
        while (attempts.size() < ATTEMPTS_MAX) {
            Long due = turns.pollDue(nowNanos);
            Target target = due == null ? null : targetsByNumber.get(due);
            if (target == null) {
                break;
            }
            advance(target, nowNanos);
        }
    }

    /** The nodes that all of their locators have failed since the last time. */
    List<NodeId> takeUnreachable() {
        if (unreachable.isEmpty()) {
            return List.of();
        }
        List<NodeId> taken = List.copyOf(unreachable);
        unreachable.clear();
        return taken;
    }

    long nextDeadlineNanos() {
        return attempts.size() < ATTEMPTS_MAX ? Math.min(turns.nextNanos(), ends.nextNanos()) : ends.nextNanos();
    }

    private void advance(Target target, long nowNanos) {
        if (target.untried.isEmpty()) {
            target.begin();
        }
        if (target.bound == Bound.OPEN && !mayDial(target, nowNanos)) {
            return;
        }
        Locator locator = target.untried.remove();
        long number = nextNumber++;
        target.attempts.add(number);
        attempts.put(number, new Attempt(target, locator));
        ends.update(number, nowNanos + config.attemptNanos());
        long aloneNanos = target.aloneNanos(locator);
        turns.update(target.number, target.untried.isEmpty() ? Deadlines.NEVER : nowNanos + aloneNanos);
        out.dial(number, locator, target.node);
    }

    /** Where not, it waits for its turn, or for another locator's. */
    private boolean mayDial(Target target, long nowNanos) {
        while (!target.untried.isEmpty() && openDials.isSpent(target.untried.element(), nowNanos)) {
            target.untried.remove();
        }
        if (target.untried.isEmpty()) {
            turns.update(target.number, Deadlines.NEVER);
            if (target.attempts.isEmpty()) {
                pause(target, nowNanos);
            }
            return false;
        }
        if (openDials.nextNanos() > nowNanos) {
            turns.update(target.number, openDials.nextNanos());
            return false;
        }
        openDials.take(target.untried.element(), nowNanos);
        return true;
    }

    /** Dials that were not made to where nobody vouches for. */
    long refusedCount() {
        return openDials.refusedCount();
    }

    private void pause(Target target, long nowNanos) {
        target.node
                .filter(node -> target.bound == Bound.BACKOFF || !vouched.containsKey(node))
                .ifPresent(unreachable::add);
        turns.update(target.number, nowNanos + target.backoff.nextDelayNanos());
    }

    private Target begin(Optional<NodeId> node, List<Locator> locators, Bound bound, long nowNanos) {
        Target target = new Target(nextTarget++, node, List.copyOf(locators), bound, new Backoff(prng));
        targetsByNumber.put(target.number, target);
        turns.update(target.number, nowNanos);
        return target;
    }

    private void drop(@Nullable Target gone) {
        if (gone != null) {
            targetsByNumber.remove(gone.number);
            turns.update(gone.number, Deadlines.NEVER);
            for (Long number : gone.attempts) {
                attempts.remove(number);
                ends.update(number, Deadlines.NEVER);
                out.cancel(number);
            }
        }
    }

    private @Nullable Target end(long number) {
        Attempt attempt = attempts.remove(number);
        if (attempt == null) {
            return null;
        }
        ends.update(number, Deadlines.NEVER);
        attempt.target.attempts.remove(number);
        return attempt.target;
    }
}
