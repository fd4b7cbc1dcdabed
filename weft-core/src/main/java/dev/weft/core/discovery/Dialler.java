package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
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
 * reaches is tried again after a back-off.
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
    private static final long RACE_NANOS = 800_000_000L;

    /** How many dials may be under way at once. */
    static final int ATTEMPTS_MAX = 256;

    /** Someone to reach: a node, or whoever answers at a locator. */
    private static final class Target {
        private final Optional<NodeId> node;
        private final Backoff backoff;
        private final ArrayDeque<Locator> untried = new ArrayDeque<>();
        private final TreeSet<Long> attempts = new TreeSet<>();
        private long staggerNanos = STAGGER_NANOS;
        private long nextNanos;
        private List<Locator> locators;

        private Target(Optional<NodeId> node, List<Locator> locators, Backoff backoff, long nowNanos) {
            this.node = node;
            this.locators = locators;
            this.backoff = backoff;
            begin(nowNanos);
        }

        private void begin(long nowNanos) {
            untried.clear();
            untried.addAll(locators);
            staggerNanos = Math.min(STAGGER_NANOS, RACE_NANOS / Math.max(1, locators.size()));
            nextNanos = nowNanos;
        }
    }

    private record Attempt(String target, Locator locator, long deadlineNanos) {}

    private final DiscoveryConfig config;
    private final Prng prng;
    private final Output out;
    private final TreeMap<String, Target> targets = new TreeMap<>();
    private final TreeMap<Long, Attempt> attempts = new TreeMap<>();
    private long nextNumber = 1;

    Dialler(DiscoveryConfig config, Prng prng, Output out) {
        this.config = config;
        this.prng = prng;
        this.out = out;
    }

    boolean isWanted(NodeId node) {
        return targets.containsKey(key(node));
    }

    void want(NodeId node, List<Locator> locators, long nowNanos) {
        Target target = targets.get(key(node));
        if (target == null) {
            if (!locators.isEmpty()) {
                put(key(node), Optional.of(node), locators, nowNanos);
            }
            return;
        }
        for (Locator locator : locators) {
            if (!target.locators.contains(locator)) {
                target.locators = locators;
                target.untried.addFirst(locator);
                target.nextNanos = nowNanos;
            }
        }
    }

    /** Dials whoever is there, again and again until {@link #unwant(Locator)}. */
    void want(Locator locator, long nowNanos) {
        if (!targets.containsKey(key(locator))) {
            put(key(locator), Optional.empty(), List.of(locator), nowNanos);
        }
    }

    void unwant(NodeId node) {
        drop(key(node));
    }

    void unwant(Locator locator) {
        drop(key(locator));
    }

    /** A target that was lost is dialled anew, without regard to earlier failures. */
    void retry(NodeId node, long nowNanos) {
        Target target = targets.get(key(node));
        if (target != null) {
            target.backoff.succeeded();
            target.begin(nowNanos);
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
                target.nextNanos = nowNanos;
            } else if (target.attempts.isEmpty()) {
                pause(target, nowNanos);
            }
        }
    }

    void handleTime(long nowNanos) {
        for (Attempt late : List.copyOf(attempts.values())) {
            if (late.deadlineNanos <= nowNanos) {
                long number = numberOf(late);
                out.cancel(number);
                handleFailed(number, nowNanos);
            }
        }
        for (String name : new ArrayList<>(targets.keySet())) {
            Target target = targets.get(name);
            if (target != null && target.nextNanos <= nowNanos && attempts.size() < ATTEMPTS_MAX) {
                advance(name, target, nowNanos);
            }
        }
    }

    long nextDeadlineNanos() {
        long next = Deadlines.NEVER;
        if (attempts.size() < ATTEMPTS_MAX) {
            for (Target target : targets.values()) {
                next = Math.min(next, target.nextNanos);
            }
        }
        for (Attempt attempt : attempts.values()) {
            next = Math.min(next, attempt.deadlineNanos);
        }
        return next;
    }

    private void advance(String name, Target target, long nowNanos) {
        if (target.untried.isEmpty()) {
            target.begin(nowNanos);
        }
        Locator locator = target.untried.remove();
        long number = nextNumber++;
        target.attempts.add(number);
        attempts.put(number, new Attempt(name, locator, nowNanos + config.attemptNanos()));
        target.nextNanos = target.untried.isEmpty() ? Deadlines.NEVER : nowNanos + target.staggerNanos;
        out.dial(number, locator, target.node);
    }

    private void pause(Target target, long nowNanos) {
        target.nextNanos = nowNanos + target.backoff.nextDelayNanos();
    }

    private void put(String name, Optional<NodeId> node, List<Locator> locators, long nowNanos) {
        targets.put(name, new Target(node, List.copyOf(locators), new Backoff(prng), nowNanos));
    }

    private void drop(String name) {
        Target gone = targets.remove(name);
        if (gone != null) {
            for (Long number : gone.attempts) {
                attempts.remove(number);
                out.cancel(number);
            }
        }
    }

    private @Nullable Target end(long number) {
        Attempt attempt = attempts.remove(number);
        Target target = attempt == null ? null : targets.get(attempt.target);
        if (target != null) {
            target.attempts.remove(number);
        }
        return target;
    }

    private long numberOf(Attempt attempt) {
        for (var entry : attempts.entrySet()) {
            if (entry.getValue() == attempt) {
                return entry.getKey();
            }
        }
        throw new dev.weft.core.base.InvariantError("an attempt without a number");
    }

    private static String key(NodeId node) {
        return "node " + node;
    }

    private static String key(Locator locator) {
        return "at " + locator;
    }
}
