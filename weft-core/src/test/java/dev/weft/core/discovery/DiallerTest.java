package dev.weft.core.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.Deadlines;
import dev.weft.core.base.Prng;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DiallerTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private record Dial(long atNanos, long number, Locator locator, Optional<NodeId> expected) {}

    /** A dialler on a clock of its own; nobody answers unless a test says so. */
    private static final class Lab implements Dialler.Output {
        final Dialler dialler;
        final List<Dial> dials = new ArrayList<>();
        final List<Long> cancelled = new ArrayList<>();
        /** Dials that fail, and how long after they began; all others never answer. */
        final TreeMap<Locator, Long> refusingNanos = new TreeMap<>();

        final TreeMap<Long, Long> failures = new TreeMap<>();
        long nowNanos;
        int underWayMax;
        int endedCount;

        Lab(long seed) {
            dialler = new Dialler(DiscoveryConfig.DEFAULT, new Prng(seed), this);
        }

        @Override
        public void dial(long number, Locator locator, Optional<NodeId> expected) {
            dials.add(new Dial(nowNanos, number, locator, expected));
            Long refusing = refusingNanos.get(locator);
            if (refusing != null) {
                failures.put(number, nowNanos + refusing);
            }
            underWayMax = Math.max(underWayMax, dials.size() - endedCount);
        }

        @Override
        public void cancel(long number) {
            cancelled.add(number);
            endedCount++;
            failures.remove(number);
        }

        void runFor(long nanos) {
            long endNanos = nowNanos + nanos;
            while (true) {
                long failureNanos =
                        failures.values().stream().mapToLong(at -> at).min().orElse(Deadlines.NEVER);
                long nextNanos = Math.min(failureNanos, dialler.nextDeadlineNanos());
                if (nextNanos > endNanos) {
                    nowNanos = endNanos;
                    return;
                }
                nowNanos = Math.max(nowNanos, nextNanos);
                for (var failure : new TreeMap<>(failures).entrySet()) {
                    if (failure.getValue() <= nowNanos) {
                        failures.remove(failure.getKey());
                        endedCount++;
                        dialler.handleFailed(failure.getKey(), nowNanos);
                    }
                }
                dialler.handleTime(nowNanos);
            }
        }

        List<Long> dialledMillis() {
            return dials.stream().map(dial -> dial.atNanos / MILLI).toList();
        }
    }

    private static NodeId node(int number) {
        return new NodeId(number, 1);
    }

    private static Locator at(int number) {
        return Locator.parse("tcp/10.0.0." + number + ":7400");
    }

    private static List<Locator> ats(int from, int to) {
        List<Locator> locators = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            locators.add(at(i));
        }
        return locators;
    }

    private final Lab lab = new Lab(1);

    @Test
    void allLocatorsAreRacedATenthOfASecondApart() {
        lab.dialler.want(node(1), ats(1, 4), 0);
        lab.runFor(SECOND);
        assertThat(lab.dials).extracting(Dial::locator).containsExactlyElementsOf(ats(1, 4));
        assertThat(lab.dials).extracting(Dial::expected).containsOnly(Optional.of(node(1)));
        assertThat(lab.dialledMillis()).containsExactly(0L, 100L, 200L, 300L);
    }

    @Test
    void twentyDeadLocatorsDelayTheLiveOneByLessThanASecond() {
        lab.dialler.want(node(1), ats(1, 21), 0);
        lab.runFor(SECOND);
        assertThat(lab.dials.get(20).locator()).isEqualTo(at(21));
        assertThat(lab.dials.get(20).atNanos()).isLessThanOrEqualTo(SECOND);
    }

    @Test
    void sharedMemoryIsRacedOnlyWhenItHasHadAWhileForItself() {
        Locator shared = Locator.parse("shm/run/a.shm");
        lab.dialler.want(node(1), List.of(shared, at(1), at(2)), 0);
        lab.runFor(2 * SECOND);
        assertThat(lab.dialledMillis()).containsExactly(0L, 600L, 700L);
    }

    @Test
    void twentyLocatorsBehindASilentOneInSharedMemoryAreAllDialledWithinASecond() {
        List<Locator> all = new ArrayList<>(List.of(Locator.parse("shm/run/a.shm"), Locator.parse("shm/run/b.shm")));
        all.addAll(ats(1, 20));
        lab.dialler.want(node(1), all, 0);
        lab.runFor(SECOND);
        assertThat(lab.dialledMillis())
                .hasSize(22)
                .startsWith(0L, 300L, 600L)
                .last()
                .satisfies(last -> assertThat(last).isLessThan(900));
    }

    @Test
    void sharedMemoryThatIsRefusedIsFollowedByTheNextAtOnce() {
        Locator shared = Locator.parse("shm/run/a.shm");
        lab.refusingNanos.put(shared, MILLI);
        lab.dialler.want(node(1), List.of(shared, at(1), at(2)), 0);
        lab.runFor(2 * SECOND);
        assertThat(lab.dialledMillis()).containsExactly(0L, 1L, 101L);
    }

    @Test
    void refusedDialIsFollowedByTheNextAtOnce() {
        lab.refusingNanos.put(at(1), MILLI);
        lab.dialler.want(node(1), ats(1, 3), 0);
        lab.runFor(SECOND);
        assertThat(lab.dialledMillis()).containsExactly(0L, 1L, 101L);
    }

    @Test
    void loserOfARaceIsCancelledWhenTheNodeIsReached() {
        lab.dialler.want(node(1), ats(1, 4), 0);
        lab.runFor(250 * MILLI);
        lab.dialler.unwant(node(1));
        assertThat(lab.cancelled).containsExactly(1L, 2L, 3L);
        lab.runFor(600 * SECOND);
        assertThat(lab.dials).hasSize(3);
        assertThat(lab.dialler.nextDeadlineNanos()).isEqualTo(Deadlines.NEVER);
        assertThat(lab.dialler.locatorOf(2)).isEmpty();
    }

    @Test
    void dialThatNeverAnswersIsGivenUpAfterFiveSeconds() {
        lab.dialler.want(at(1), 0);
        lab.runFor(5 * SECOND - 1);
        assertThat(lab.cancelled).isEmpty();
        assertThat(lab.dialler.locatorOf(1)).contains(at(1));
        lab.runFor(1);
        assertThat(lab.cancelled).containsExactly(1L);
        assertThat(lab.dialler.locatorOf(1)).isEmpty();
    }

    @Test
    void waitsDoubleFromOneSecondToOneMinuteAndStayThere() {
        for (long seed = 1; seed <= 50; seed++) {
            Lab seeded = new Lab(seed);
            seeded.refusingNanos.put(at(1), 0L);
            seeded.dialler.want(at(1), 0);
            seeded.runFor(3_600 * SECOND);
            long nominalSeconds = 1;
            TreeSet<Long> waits = new TreeSet<>();
            for (int i = 1; i < seeded.dials.size(); i++) {
                long wait =
                        seeded.dials.get(i).atNanos() - seeded.dials.get(i - 1).atNanos();
                assertThat(wait)
                        .as("seed %d, wait %d", seed, i)
                        .isBetween(nominalSeconds * SECOND * 4 / 5, Math.min(60, nominalSeconds * 6 / 5 + 1) * SECOND);
                nominalSeconds = Math.min(60, 2 * nominalSeconds);
                waits.add(wait);
            }
            assertThat(seeded.dials).as("seed %d", seed).hasSizeBetween(60, 85);
            assertThat(waits).as("seed %d: they differ", seed).hasSizeGreaterThan(50);
        }
    }

    @Test
    void targetThatWasLostIsDialledAnewWithoutRegardToEarlierFailures() {
        lab.refusingNanos.put(at(1), 0L);
        lab.dialler.want(node(1), ats(1, 1), 0);
        lab.runFor(600 * SECOND);
        long before = lab.dials.size();
        lab.dialler.retry(node(1), lab.nowNanos);
        lab.runFor(2 * SECOND);
        // At once, and again after the first of the waits.
        assertThat(lab.dials.size() - before).isEqualTo(2);
    }

    @Test
    void successIsForgivenBecauseTheTargetIsUnwantedAndWantedAnew() {
        lab.refusingNanos.put(at(1), 0L);
        lab.dialler.want(node(1), ats(1, 1), 0);
        lab.runFor(600 * SECOND);
        lab.dialler.unwant(node(1));
        assertThat(lab.dialler.isWanted(node(1))).isFalse();
        long before = lab.dials.size();
        lab.dialler.want(node(1), ats(1, 1), lab.nowNanos);
        lab.runFor(2 * SECOND);
        assertThat(lab.dials.size() - before).isEqualTo(2);
    }

    @Test
    void wantingAgainDoesNotHurryTheWait() {
        lab.refusingNanos.put(at(1), 0L);
        lab.dialler.want(node(1), ats(1, 1), 0);
        for (int i = 0; i < 600; i++) {
            lab.dialler.want(node(1), ats(1, 1), lab.nowNanos);
            lab.runFor(100 * MILLI);
        }
        assertThat(lab.dials).hasSizeLessThanOrEqualTo(7);
    }

    @Test
    void locatorLearnedDuringTheWaitIsTriedAtOnce() {
        lab.refusingNanos.put(at(1), 0L);
        // The list of the peer book, which grows by itself.
        List<Locator> growing = new ArrayList<>(ats(1, 1));
        lab.dialler.want(node(1), growing, 0);
        lab.runFor(100 * SECOND);
        for (int i = 2; i <= 4; i++) {
            growing.add(at(i));
            lab.dialler.want(node(1), growing, lab.nowNanos);
            lab.runFor(0);
            assertThat(lab.dials.get(lab.dials.size() - 1)).satisfies(dial -> {
                assertThat(dial.locator()).isEqualTo(at(growing.size()));
                assertThat(dial.atNanos()).isEqualTo(lab.nowNanos);
            });
            lab.runFor(SECOND);
        }
    }

    @Test
    void locatorsThatTheNodeHasLeftAreNotDialledAgain() {
        ats(1, 2).forEach(locator -> lab.refusingNanos.put(locator, 0L));
        lab.dialler.want(node(1), ats(1, 1), 0);
        lab.runFor(10 * SECOND);
        lab.dialler.want(node(1), ats(2, 2), lab.nowNanos);
        long before = lab.dials.size();
        lab.runFor(300 * SECOND);
        assertThat(lab.dials.subList((int) before, lab.dials.size()))
                .extracting(Dial::locator)
                .containsOnly(at(2));
    }

    @Test
    void dialsUnderWayAreBoundedAndEveryTargetHasItsTurn() {
        for (int i = 1; i <= 1_000; i++) {
            lab.dialler.want(node(i), ats(1, 3), 0);
        }
        lab.runFor(120 * SECOND);
        assertThat(lab.underWayMax).isEqualTo(Dialler.ATTEMPTS_MAX);
        TreeSet<NodeId> dialled = new TreeSet<>();
        lab.dials.forEach(dial -> dialled.add(dial.expected().orElseThrow()));
        assertThat(dialled).hasSize(1_000);
    }

    @Test
    void manyTargetsAndFailuresCostLittle() {
        // With a look at every target in every turn this would take minutes.
        for (int i = 1; i <= 20_000; i++) {
            lab.dialler.want(node(i), ats(1, 1), 0);
        }
        lab.refusingNanos.put(at(1), 10 * MILLI);
        lab.runFor(2 * SECOND);
        assertThat(lab.dials.size()).isGreaterThan(20_000);
    }

    @Test
    void failureOfADialThatIsOverIsIgnored() {
        lab.dialler.want(node(1), ats(1, 1), 0);
        lab.runFor(6 * SECOND);
        int before = lab.dials.size();
        lab.dialler.handleFailed(1, lab.nowNanos);
        lab.dialler.handleFailed(999, lab.nowNanos);
        lab.runFor(0);
        assertThat(lab.dials).hasSize(before);
    }
}
