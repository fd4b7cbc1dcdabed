package dev.weft.core.discovery;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Beacon;
import java.util.List;

/**
 * What this node says by beacons and when: that it is there, at an interval it draws for good; who else is there, when
 * it starts and while it is alone; whether a suspect lives; good-bye; and answers, spread the more the more nodes may
 * answer.
 *
 * <p>Called by {@link Discovery} alone.
 */
final class Beacons {
    interface Output {
        void beacon(ByteView datagram);

        void beaconTo(String source, ByteView datagram);
    }

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int FEW_PEERS = 8;
    private static final long SPREAD_OF_FEW_NANOS = 20 * MILLI;
    private static final long SPREAD_PER_PEER_NANOS = 5 * MILLI;
    private static final long SPREAD_MAX_NANOS = 2 * SECOND;
    private static final long SPREAD_OF_SUSPECTS_NANOS = 15 * SECOND;

    private enum Timer {
        BEACON,
        ANNOUNCE,
        DISCOVERY
    }

    private final Discovery.Self self;
    private final DiscoveryConfig config;
    private final Prng prng;
    private final PeerBook book;
    private final Output out;
    private final Answers answers = new Answers(this::answer);
    private final long intervalNanos;
    private final Deadlines<Timer> timers = new Deadlines<>(Timer.class);
    private List<Locator> ownLocators = List.of();
    private long lastQuestionNanos;

    Beacons(Discovery.Self self, DiscoveryConfig config, Prng prng, PeerBook book, Output out) {
        this.self = self;
        this.config = config;
        this.prng = prng;
        this.book = book;
        this.out = out;
        this.lastQuestionNanos = -config.discoveryPauseNanos();
        this.intervalNanos = prng.between(config.beaconMinNanos(), config.beaconMaxNanos());
    }

    void start(List<Locator> locators, long nowNanos) {
        ownLocators = List.copyOf(locators);
        announce(nowNanos);
        whoIsThere(nowNanos);
    }

    void locatorsChanged(List<Locator> locators, long nowNanos) {
        if (!ownLocators.equals(locators)) {
            ownLocators = List.copyOf(locators);
            timers.armNoLater(Timer.ANNOUNCE, nowNanos);
        }
    }

    void leave() {
        out.beacon(beacon(Beacon.Kind.LEAVE, List.of()).encode(Beacon.BYTES_MAX));
    }

    void ask(List<NodeId> suspects) {
        out.beacon(beacon(Beacon.Kind.PING, suspects).encode(Beacon.BYTES_MAX));
    }

    /** The node has lost its last link. */
    void lonely(long nowNanos) {
        timers.armNoLater(Timer.DISCOVERY, nowNanos);
    }

    void handleDiscovery(String source, int questionBytes, long nowNanos) {
        int peers = book.size();
        long spread =
                peers <= FEW_PEERS ? SPREAD_OF_FEW_NANOS : Math.min(SPREAD_MAX_NANOS, peers * SPREAD_PER_PEER_NANOS);
        long atNanos = nowNanos + prng.below(spread + 1);
        answers.schedule(source, Answers.Audience.WHO_ASKED, questionBytes, atNanos, nowNanos);
    }

    /** Everybody who hears the question suspects, so everybody is to hear the answer. */
    void handleQuestionAboutSelf(int askedCount, String source, int questionBytes, long nowNanos) {
        long delayNanos = askedCount == 1 ? 0 : prng.below(SPREAD_OF_SUSPECTS_NANOS);
        answers.schedule(source, Answers.Audience.ALL, questionBytes, nowNanos + delayNanos, nowNanos);
    }

    void handleTime(long nowNanos) {
        for (Timer due = timers.pollDue(nowNanos); due != null; due = timers.pollDue(nowNanos)) {
            switch (due) {
                case BEACON, ANNOUNCE -> announce(nowNanos);
                case DISCOVERY -> whoIsThere(nowNanos);
            }
        }
        answers.handleTime(nowNanos);
    }

    long nextDeadlineNanos() {
        return Math.min(timers.nextNanos(), answers.nextDeadlineNanos());
    }

    private void announce(long nowNanos) {
        out.beacon(beacon(Beacon.Kind.BEACON, List.of()).encode(Beacon.BYTES_MAX));
        timers.disarm(Timer.ANNOUNCE);
        timers.arm(Timer.BEACON, nowNanos + intervalNanos);
    }

    /** Asks all, at most once in 30 s; a question too early waits. */
    private void whoIsThere(long nowNanos) {
        if (nowNanos - lastQuestionNanos < config.discoveryPauseNanos()) {
            timers.armNoLater(Timer.DISCOVERY, lastQuestionNanos + config.discoveryPauseNanos());
            return;
        }
        lastQuestionNanos = nowNanos;
        out.beacon(beacon(Beacon.Kind.DISCOVERY, List.of()).encode(Beacon.BYTES_MAX));
        // A node that is alone goes on asking: the question or the answers may have been lost.
        if (book.isLonely()) {
            timers.arm(Timer.DISCOVERY, nowNanos + config.discoveryPauseNanos());
        }
    }

    private void answer(String source, Answers.Audience audience) {
        ByteView datagram = beacon(Beacon.Kind.BEACON, List.of()).encode(Beacon.QUESTION_BYTES);
        switch (audience) {
            case WHO_ASKED -> out.beaconTo(source, datagram);
            case ALL -> out.beacon(datagram);
        }
    }

    private Beacon beacon(Beacon.Kind kind, List<NodeId> asked) {
        return new Beacon(
                kind,
                self.meshHash(),
                self.node(),
                self.incarnation(),
                book.size(),
                config.ttlSeconds(),
                ownLocators.subList(0, Math.min(Beacon.LOCATORS_MAX, ownLocators.size())),
                asked);
    }
}
