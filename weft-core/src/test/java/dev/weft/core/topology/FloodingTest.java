package dev.weft.core.topology;

import static dev.weft.core.topology.FloodingLab.MILLI;
import static dev.weft.core.topology.FloodingLab.SECOND;
import static dev.weft.core.topology.FloodingLab.lsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.topology.FloodingLab.Node;
import dev.weft.core.topology.FloodingLab.Weather;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaHeading;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Push;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/**
 * Advertisements among several machines. That an older edition never replaces a newer one is checked by the lab after
 * every event of every test.
 */
class FloodingTest {
    private static final NodeId STRANGER = new NodeId(77_777, 0x8000000000000000L);
    private static final long SEEDS = 50;

    /** Short ages, so that a test need not run for hours of virtual time. */
    private static final TopologyConfig BRIEF = new TopologyConfig(60, 20 * SECOND, 100_000, 1 << 20, SECOND);

    private static void forSeeds(long count, LongConsumer property) {
        for (long seed = 1; seed <= count; seed++) {
            try {
                property.accept(seed);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static FloodingLab pair() {
        FloodingLab lab = new FloodingLab(1, TopologyConfig.DEFAULT);
        lab.link(lab.add(), lab.add());
        lab.runFor(SECOND);
        return lab;
    }

    // ------------------------------------------------------------------ databases that differ for good

    /** One node has room for fewer advertisements than there are. */
    private static FloodingLab pairThatDiffers() {
        FloodingLab lab = new FloodingLab(1, TopologyConfig.DEFAULT);
        Node full = lab.add(new TopologyConfig(3_600, 1_200 * SECOND, 16, 1 << 20, SECOND));
        Node roomy = lab.add();
        for (int i = 0; i < 20; i++) {
            Node origin = lab.add();
            origin.say("n" + i);
            lab.link(roomy, origin);
        }
        lab.runFor(5 * SECOND);
        lab.link(full, roomy);
        return lab;
    }

    @Test
    void digestsThatDoNotHelpAreExchangedEverMoreRarely() {
        FloodingLab lab = pairThatDiffers();
        Node full = lab.nodes.get(0);
        lab.runFor(120 * SECOND);
        assertThat(lab.isEqualEverywhere()).isFalse();
        long before = full.sentCount(FrameType.DIGEST);
        lab.runFor(600 * SECOND);
        // One a minute of its own, one in answer to each of the other's.
        assertThat(full.sentCount(FrameType.DIGEST) - before).isBetween(5L, 24L);
    }

    @Test
    void changeOfADatabaseBringsDigestsBackAtOnce() {
        FloodingLab lab = pairThatDiffers();
        Node full = lab.nodes.get(0);
        lab.runFor(600 * SECOND);
        long before = full.sentCount(FrameType.DIGEST);
        full.say("something new");
        lab.runFor(5 * SECOND);
        assertThat(full.sentCount(FrameType.DIGEST) - before).isPositive();
    }

    // ------------------------------------------------------------------ spreading

    @Test
    void databasesAreEqualSoonAfterLossEnds() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.weather = Weather.FOUL;
            lab.mesh(3 + lab.prng.below(28), lab.prng.below(40));
            for (int i = 0; i < 20; i++) {
                lab.nodes.get(lab.prng.below(lab.nodes.size())).say("word " + i);
                lab.runFor(lab.prng.below(SECOND));
            }
            lab.weather = Weather.FAIR;
            lab.runFor(20 * SECOND);
            assertThat(lab.isEqualEverywhere()).isTrue();
            assertThat(lab.nodes.get(0).flooding.lsdb().size()).isEqualTo(2 * lab.nodes.size());
            for (Node node : lab.nodes) {
                assertThat(lab.nodes.get(0).word(node)).isEqualTo(node.word(node));
            }
        });
    }

    @Test
    void databasesBecomeEqualEvenWhileFramesAreLost() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.weather = Weather.FOUL;
            lab.mesh(12, 12);
            lab.runFor(40 * SECOND);
            assertThat(lab.isEqualEverywhere()).isTrue();
        });
    }

    @Test
    void halvesThatWereApartAgreeWhenTheyMeet() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.mesh(12, 12);
            lab.runFor(10 * SECOND);
            List<List<Node>> cuts = new ArrayList<>();
            for (Node one : lab.nodes.subList(0, 6)) {
                for (Node other : lab.nodes.subList(6, 12)) {
                    if (one.links.containsKey(other.number)) {
                        lab.cut(one, other);
                        cuts.add(List.of(one, other));
                    }
                }
            }
            lab.nodes.get(0).say("left");
            lab.nodes.get(11).say("right");
            lab.runFor(30 * SECOND);
            assertThat(lab.nodes.get(0).word(lab.nodes.get(11))).isEqualTo("n11");
            lab.weather = Weather.FOUL;
            cuts.forEach(cut -> lab.link(cut.get(0), cut.get(1)));
            lab.runFor(5 * SECOND);
            lab.weather = Weather.FAIR;
            lab.runFor(15 * SECOND);
            // What was split further by the cut has no way to agree; the first link back is one for all that it joins.
            assertThat(lab.nodes.get(cuts.get(0).get(0).number).flooding.lsdb().hash())
                    .isEqualTo(lab.nodes
                            .get(cuts.get(0).get(1).number)
                            .flooding
                            .lsdb()
                            .hash());
            assertThat(lab.isEqualEverywhere()).isTrue();
            assertThat(lab.nodes.get(0).word(lab.nodes.get(11))).isEqualTo("right");
            assertThat(lab.nodes.get(11).word(lab.nodes.get(0))).isEqualTo("left");
        });
    }

    @Test
    void oneChangeCostsAFewFramesForEachLink() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.mesh(30, 60);
            lab.runFor(30 * SECOND);
            assertThat(lab.isEqualEverywhere()).isTrue();
            long before = lab.framesCount;
            lab.nodes.get(lab.prng.below(30)).say("news");
            lab.runFor(30 * SECOND);
            assertThat(lab.isEqualEverywhere()).isTrue();
            // At most one flood each way over a link, and one acknowledgement for each.
            assertThat(lab.framesCount - before).isLessThanOrEqualTo(4L * lab.linksCount());
        });
    }

    @Test
    void newsReachAllAtOnceThroughTheFewThatEachAskedToPush() {
        forSeeds(10, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.mesh(100, 400);
            lab.runFor(30 * SECOND + 10 * FloodingLab.MILLI);
            assertThat(lab.isEqualEverywhere()).isTrue();
            Node origin = lab.nodes.get(lab.prng.below(100));
            long before = lab.nodes.stream().mapToLong(Node::advertisementsSent).sum();
            origin.say("news");
            lab.runFor(800 * FloodingLab.MILLI);
            assertThat(lab.isEqualEverywhere())
                    .as("before the next heartbeat could tell who lacks it")
                    .isTrue();
            long copies = lab.nodes.stream().mapToLong(Node::advertisementsSent).sum() - before;
            assertThat(copies).isLessThanOrEqualTo(3L * 100 + origin.links.size());
        });
    }

    @Test
    void aNodeAsksAnotherToPushAsSoonAsALinkIsGone() {
        FloodingLab lab = new FloodingLab(1, TopologyConfig.DEFAULT);
        lab.mesh(20, 170);
        Node one = lab.nodes.get(0);
        List<Integer> asked = pushers(one);
        assertThat(asked).hasSize(3);
        lab.cut(one, lab.nodes.get(asked.get(1)));
        assertThat(pushers(one)).hasSize(3).contains(asked.get(0), asked.get(2)).doesNotContain(asked.get(1));
    }

    @Test
    void whoHasNoOtherNeighborIsAskedLastForItHasNothingToPassOn() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.mesh(10, 40);
            Node hub = lab.nodes.get(0);
            for (int i = 0; i < 20; i++) {
                Node observer = lab.add();
                lab.link(hub, observer);
                observer.sayLinks();
            }
            lab.runFor(10 * SECOND);
            List<Integer> inside =
                    hub.links.keySet().stream().filter(other -> other < 10).toList();
            assertThat(inside.size()).isGreaterThanOrEqualTo(3);
            assertThat(pushers(hub)).hasSize(3).isSubsetOf(inside);
            for (int at = 1; at < 10; at++) {
                lab.cut(hub, lab.nodes.get(at));
            }
            assertThat(pushers(hub)).as("nobody else is there").hasSizeGreaterThanOrEqualTo(3);
        });
    }

    /** Two rooms with one door between them: whoever stands in the door asks those inside, as a rule. */
    @Test
    void aLinkThatAloneLeadsToAPartOfTheMeshPushesAfterTheFirstNewsFromThere() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            for (int i = 0; i < 24; i++) {
                lab.add();
            }
            for (int i = 0; i < 24; i++) {
                for (int j = i + 1; j < 24; j++) {
                    if (i / 12 == j / 12 || i == 0 && j == 12) {
                        lab.link(lab.nodes.get(i), lab.nodes.get(j));
                    }
                }
            }
            lab.nodes.forEach(node -> node.say("n" + node.number));
            lab.nodes.forEach(Node::sayLinks);
            lab.runFor(30 * SECOND);
            for (int origin : List.of(5, 17)) {
                lab.nodes.get(origin).say("first");
                lab.runFor(5 * SECOND + 10 * FloodingLab.MILLI);
                assertThat(lab.isEqualEverywhere()).isTrue();
                lab.nodes.get(origin).say("second");
                lab.runFor(800 * FloodingLab.MILLI);
                assertThat(lab.isEqualEverywhere()).as("before a heartbeat").isTrue();
                lab.runFor(10 * SECOND - 810 * FloodingLab.MILLI - 5 * SECOND);
            }
        });
    }

    private static List<Integer> pushers(Node node) {
        return node.links.keySet().stream()
                .filter(other -> node.flooding.pushFrom(FloodingLab.id(other)) == Push.EAGER)
                .toList();
    }

    @Test
    void repeatedFloodIsAcknowledgedAndNotSpreadAgain() {
        FloodingLab lab = new FloodingLab(1, TopologyConfig.DEFAULT);
        Node from = lab.add();
        Node middle = lab.add();
        Node behind = lab.add();
        lab.link(from, middle);
        lab.link(middle, behind);
        lab.runFor(SECOND);
        Lsa news = lsa(STRANGER, 1, 1, "stranger");
        from.flooding.lsdb().offer(FloodingLab.edition(news), 0, lab.nowNanos, any -> true);
        middle.hear(from, new Flood.Item(0, news));
        lab.runFor(SECOND);
        assertThat(middle.sentCount(FrameType.FLOOD)).isEqualTo(1);
        assertThat(behind.word(from)).isEmpty();
        assertThat(behind.flooding.lsdb().origins()).containsExactly(STRANGER);
        for (int i = 1; i <= 10; i++) {
            middle.hear(from, new Flood.Item(0, news));
        }
        lab.runFor(SECOND);
        assertThat(middle.acknowledgedCount()).isEqualTo(1 + 10);
        assertThat(middle.sentCount(FrameType.FLOOD)).isEqualTo(1);
    }

    @Test
    void whatANeighborAnnouncesAndIsMissingHereIsAskedForOnce() {
        FloodingLab lab = new FloodingLab(1, TopologyConfig.DEFAULT);
        Node here = lab.add();
        lab.link(here, lab.add());
        lab.link(here, lab.add());
        lab.runFor(SECOND);
        lab.weather = new Weather(1_000_000, 0, MILLI, MILLI);
        here.sent.clear();
        LsaHeading announced = new LsaHeading(new LsaKey(STRANGER, LsaKind.NODE), new LsaVersion(1, 1));
        for (Node neighbor : lab.nodes.subList(1, 3)) {
            here.flooding.handleFloodAck(neighbor.id, new FloodAck(List.of(announced)), lab.nowNanos);
        }
        lab.runFor(SECOND / 2);
        assertThat(here.sentCount(FrameType.FLOOD_WANT)).isEqualTo(1);
        // It was not sent: whoever tells of it then is asked.
        lab.runFor(SECOND);
        here.flooding.handleFloodAck(lab.nodes.get(2).id, new FloodAck(List.of(announced)), lab.nowNanos);
        lab.runFor(SECOND / 2);
        assertThat(here.sentCount(FrameType.FLOOD_WANT)).isEqualTo(2);
    }

    @Test
    void whoAsksForAnAdvertisementIsSentThePresentEdition() {
        FloodingLab lab = pair();
        Node one = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        one.say("present");
        lab.runFor(SECOND);
        one.sent.clear();
        LsaHeading wanted = new LsaHeading(new LsaKey(one.id, LsaKind.NODE), new LsaVersion(1, 1));
        LsaHeading unknown = new LsaHeading(new LsaKey(STRANGER, LsaKind.NODE), new LsaVersion(1, 1));
        one.flooding.handleFloodWant(other.id, new FloodWant(List.of(wanted, unknown, wanted)));
        lab.runFor(SECOND / 2);
        assertThat(one.sentCount(FrameType.FLOOD)).isEqualTo(1);
        Flood answer = (Flood) one.sent.stream()
                .filter(frame -> frame.type() == FrameType.FLOOD)
                .findFirst()
                .orElseThrow();
        assertThat(answer.items()).hasSize(1);
        assertThat(answer.items().get(0).lsa().key()).isEqualTo(wanted.key());
    }

    @Test
    void whoSendsAnOlderEditionIsSentTheNewerOne() {
        FloodingLab lab = pair();
        Node one = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        lab.cut(one, other);
        one.say("newer");
        lab.link(one, other);
        lab.runFor(SECOND);
        one.sent.clear();
        one.hear(other, new Flood.Item(0, lsa(STRANGER, 5, 9, "ninth")));
        one.hear(other, new Flood.Item(0, lsa(STRANGER, 5, 8, "eighth")), new Flood.Item(0, lsa(STRANGER, 4, 99, "x")));
        assertThat(one.flooding.lsdb().recordOf(STRANGER).orElseThrow().name()).isEqualTo("ninth");
        Flood answer = (Flood) one.sent.get(one.sent.size() - 1);
        assertThat(answer.items()).extracting(item -> item.lsa().version()).containsExactly(new LsaVersion(5, 9));
    }

    @Test
    void unacknowledgedAdvertisementIsSentAgainAtDoublingIntervals() {
        FloodingLab lab = pair();
        Node one = lab.nodes.get(0);
        lab.weather = new Weather(1_000_000, 0, MILLI, MILLI);
        one.sent.clear();
        one.say("lost");
        List<Long> sentNanos = new ArrayList<>();
        long start = lab.nowNanos;
        long seen = 0;
        while (lab.nowNanos < start + 40 * SECOND) {
            long count = one.sentCount(FrameType.FLOOD);
            if (count > seen) {
                assertThat(count).isEqualTo(seen + 1);
                sentNanos.add((lab.nowNanos - start) / SECOND);
                seen = count;
            }
            lab.runFor(100 * MILLI);
        }
        assertThat(sentNanos).containsExactly(0L, 1L, 3L, 7L, 15L, 23L, 31L, 39L);
        lab.weather = Weather.FAIR;
        lab.runFor(10 * SECOND);
        long settled = one.sentCount(FrameType.FLOOD);
        lab.runFor(60 * SECOND);
        assertThat(one.sentCount(FrameType.FLOOD)).isEqualTo(settled);
        assertThat(lab.isEqualEverywhere()).isTrue();
    }

    @Test
    void acknowledgementOfAnOlderEditionEndsNothing() {
        FloodingLab lab = pair();
        Node one = lab.nodes.get(0);
        one.say("first");
        lab.runFor(SECOND);
        lab.weather = new Weather(1_000_000, 0, MILLI, MILLI);
        one.say("second");
        one.flooding.handleFloodAck(
                lab.nodes.get(1).id,
                new FloodAck(List.of(new LsaHeading(new LsaKey(one.id, LsaKind.NODE), new LsaVersion(1, 1)))),
                lab.nowNanos);
        lab.weather = Weather.FAIR;
        lab.runFor(1_100 * MILLI);
        assertThat(lab.nodes.get(1).word(one)).isEqualTo("second");
    }

    @Test
    void databaseThatSilentlyDiffersIsHealedByDigests() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.mesh(8, 6);
            lab.runFor(10 * SECOND);
            // It gets lost without any frame being under way: nothing but the hash can tell.
            Node forgetful = lab.nodes.get(lab.prng.below(8));
            forgetful
                    .flooding
                    .lsdb()
                    .offer(FloodingLab.edition(lsa(STRANGER, 1, 1, "whim")), 0, lab.nowNanos, any -> true);
            assertThat(lab.isEqualEverywhere()).isFalse();
            lab.runFor(5 * SECOND);
            assertThat(lab.isEqualEverywhere()).isTrue();
            assertThat(lab.isKnownAnywhere(STRANGER)).isTrue();
        });
    }

    @Test
    void equalDatabasesExchangeNothing() {
        FloodingLab lab = new FloodingLab(1, TopologyConfig.DEFAULT);
        lab.mesh(10, 10);
        lab.runFor(20 * SECOND);
        long before = lab.framesCount;
        lab.runFor(600 * SECOND);
        assertThat(lab.framesCount).isEqualTo(before);
    }

    @Test
    void databaseOfManyPiecesIsExchangedWhole() {
        FloodingLab lab = new FloodingLab(1, TopologyConfig.DEFAULT);
        Node full = lab.add();
        Node empty = lab.add();
        for (int i = 0; i < 1_500; i++) {
            full.flooding
                    .lsdb()
                    .offer(FloodingLab.edition(lsa(new NodeId(1_000 + i, 1), 1, 1, "p" + i)), 0, 0, any -> true);
        }
        lab.link(full, empty);
        lab.runFor(3 * SECOND);
        assertThat(full.sentCount(FrameType.FLOOD)).isGreaterThanOrEqualTo(3);
        assertThat(empty.flooding.lsdb().size()).isEqualTo(1_500);
        assertThat(lab.isEqualEverywhere()).isTrue();
    }

    // ------------------------------------------------------------------ this node's own word

    @Test
    void traceOfAnEarlierLifeIsOverruledEverywhere() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, TopologyConfig.DEFAULT);
            lab.weather = Weather.FOUL;
            lab.mesh(8, 8);
            lab.runFor(5 * SECOND);
            Node before = lab.nodes.get(3);
            for (int i = 0; i < 4; i++) {
                before.say("old " + i);
                lab.runFor(SECOND);
            }
            List<Integer> linked = List.copyOf(before.links.keySet());
            Node after = lab.reincarnate(before, 2);
            after.say("new");
            linked.forEach(other -> lab.link(after, lab.nodes.get(other)));
            after.sayLinks();
            lab.runFor(5 * SECOND);
            lab.weather = Weather.FAIR;
            lab.runFor(15 * SECOND);
            assertThat(lab.isEqualEverywhere()).isTrue();
            assertThat(lab.nodes.get(5).word(after)).isEqualTo("new");
            assertThat(after.laterLives).isEmpty();
        });
    }

    @Test
    void wordInThisNodesNameIsOutbid() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        self.say("mine");
        lab.runFor(SECOND);
        Lsa forged = lsa(self.id, 1, 500, "forged");
        other.flooding.lsdb().offer(FloodingLab.edition(forged), 0, lab.nowNanos, any -> true);
        self.hear(other, new Flood.Item(0, forged));
        lab.runFor(SECOND);
        assertThat(other.word(self)).isEqualTo("mine");
        assertThat(other.flooding.lsdb().versionOf(forged.key())).contains(new LsaVersion(1, 501));
    }

    @Test
    void wordThatCannotBeOutbidDoesNotMakeThisNodeCountBackwards() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        self.say("mine");
        lab.runFor(SECOND);
        self.hear(other, new Flood.Item(0, lsa(self.id, 1, Long.MAX_VALUE, "forged")));
        self.say("mine again");
        lab.runFor(SECOND);
        assertThat(self.word(self)).isEqualTo("mine again");
        assertThat(other.word(self)).isEqualTo("mine again");
        assertThat(self.laterLives).isNotEmpty().containsOnly(1L);
    }

    @Test
    void wordNearTheEndOfNumbersDoesNotMakeThisNodeCountPastIt() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        self.say("mine");
        lab.runFor(SECOND);
        self.hear(other, new Flood.Item(0, lsa(self.id, 1, Long.MAX_VALUE - 1, "forged")));
        lab.runFor(SECOND);
        for (int i = 0; i < 3; i++) {
            self.say("mine again " + i);
            lab.runFor(SECOND);
        }
        assertThat(self.word(self)).isEqualTo("mine again 2");
        assertThat(other.word(self)).isEqualTo("mine again 2");
        assertThat(self.laterLives).isNotEmpty().containsOnly(1L);
    }

    @Test
    void laterLifeOfThisNodeIsReportedAndNotKept() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        self.say("mine");
        self.hear(lab.nodes.get(1), new Flood.Item(0, lsa(self.id, 7, 1, "later")));
        assertThat(self.laterLives).containsExactly(7L);
        assertThat(self.word(self)).isEqualTo("mine");
    }

    @Test
    void flappingLinkIsAdvertisedWithinItsBudget() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        lab.runFor(100 * SECOND);
        LsaKey key = new LsaKey(self.id, LsaKind.NODE);
        for (int i = 0; i < 1_000; i++) {
            self.say("flap " + i);
            lab.runFor(10 * MILLI);
            long editions = self.flooding.lsdb().versionOf(key).orElseThrow().sequence();
            // A burst of 5, and one for each second after it.
            assertThat(editions).isLessThanOrEqualTo(5 + (i + 1) / 100 + 1);
        }
        lab.runFor(2 * SECOND);
        assertThat(self.word(self)).isEqualTo("flap 999");
        assertThat(lab.nodes.get(1).word(self)).isEqualTo("flap 999");
        assertThat(self.flooding.lsdb().versionOf(key).orElseThrow().sequence()).isBetween(14L, 17L);
    }

    @Test
    void urgentWordIsOutInTheSameTurnAndAPacedOneIsGathered() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        self.sayLinks();
        lab.runFor(SECOND);
        self.sent.clear();
        self.originate(LsaKind.ADJACENCY, ByteView.EMPTY, Flooding.Haste.URGENT);
        assertThat(self.sentCount(FrameType.FLOOD)).isEqualTo(1);
        self.sayLinks();
        assertThat(self.sentCount(FrameType.FLOOD)).isEqualTo(1);
        // Four times the least pace, for this is the third edition in a row.
        lab.runFor(41 * MILLI);
        assertThat(self.sentCount(FrameType.FLOOD)).isEqualTo(2);
    }

    @Test
    void pacedWordDoesNotDelayAnUrgentOneThatWaitsForItsBudget() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        Node other = lab.nodes.get(1);
        // A large database, so that the pace is 5 s.
        for (int i = 0; i < 6_000; i++) {
            Lsa filling = lsa(new NodeId(1_000 + i, 1), 1, 1, "p");
            self.flooding.lsdb().offer(FloodingLab.edition(filling), 0, lab.nowNanos, any -> true);
            other.flooding.lsdb().offer(FloodingLab.edition(filling), 0, lab.nowNanos, any -> true);
        }
        lab.runFor(10 * SECOND);
        for (int i = 0; i < 6; i++) {
            self.say("urgent " + i);
        }
        self.originate(LsaKind.NODE, FloodingLab.content("paced"), Flooding.Haste.PACED);
        assertThat(self.word(self)).isEqualTo("urgent 4");
        lab.runFor(1_100 * MILLI);
        assertThat(other.word(self)).isEqualTo("paced");
    }

    @Test
    void sayingTheSameAgainMakesNoEdition() {
        FloodingLab lab = pair();
        Node self = lab.nodes.get(0);
        for (int i = 0; i < 10; i++) {
            self.say("same");
            lab.runFor(10 * SECOND);
        }
        assertThat(self.flooding.lsdb().versionOf(new LsaKey(self.id, LsaKind.NODE)))
                .contains(new LsaVersion(1, 1));
    }

    // ------------------------------------------------------------------ age

    @Test
    void refreshKeepsEntriesAndSilenceRemovesThemEverywhere() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, BRIEF);
            lab.mesh(8, 6);
            lab.runFor(300 * SECOND);
            assertThat(lab.isEqualEverywhere()).isTrue();
            assertThat(lab.nodes.get(0).flooding.lsdb().size()).isEqualTo(16);
            // A leaf, so that the rest stay joined.
            Node last = lab.nodes.get(7);
            lab.kill(last);
            lab.runFor(30 * SECOND);
            assertThat(lab.isKnownAnywhere(last.id)).isTrue();
            lab.runFor(35 * SECOND);
            assertThat(lab.isKnownAnywhere(last.id)).isFalse();
            for (Node node : lab.nodes.subList(0, 7)) {
                assertThat(node.changes).contains(last.id);
            }
        });
    }

    /** The order in which copies of different age meet is what could keep a dead node alive. */
    @Test
    void noGhostReturnsOnceItsAdvertisementIsTooOld() {
        forSeeds(SEEDS, seed -> {
            FloodingLab lab = new FloodingLab(seed, BRIEF);
            lab.weather = new Weather(300_000, 100_000, 100 * MILLI, 900 * MILLI);
            lab.mesh(10, 4);
            lab.runFor(30 * SECOND);
            Node gone = lab.nodes.get(9);
            gone.say("last words");
            long saidNanos = lab.nowNanos;
            lab.runFor(8 * SECOND);
            lab.kill(gone);
            // Nodes that come late learn of it from others when it is nearly too old.
            while (lab.nowNanos < saidNanos + 57 * SECOND) {
                Node late = lab.add();
                lab.link(late, lab.nodes.get(lab.prng.below(9)));
                int earlier = 10 + lab.prng.below(lab.nodes.size() - 10);
                if (earlier != late.number) {
                    lab.link(late, lab.nodes.get(earlier));
                }
                lab.runFor(2_900 * MILLI);
                assertThat(lab.isRecordKeptAnywhere(gone.id) || lab.nowNanos > saidNanos + 40 * SECOND)
                        .isTrue();
            }
            lab.runUntil(saidNanos + 60 * SECOND);
            while (lab.nowNanos < saidNanos + 150 * SECOND) {
                assertThat(lab.isRecordKeptAnywhere(gone.id))
                        .as("%d ms after its last word", (lab.nowNanos - saidNanos) / MILLI)
                        .isFalse();
                lab.runFor(250 * MILLI);
            }
        });
    }

    @Test
    void copyOfTheGreatestAgeIsAcknowledgedAndNotKept() {
        FloodingLab lab = pair();
        Node one = lab.nodes.get(0);
        one.sent.clear();
        one.hear(lab.nodes.get(1), new Flood.Item(3_600, lsa(STRANGER, 1, 1, "ghost")));
        lab.runFor(SECOND);
        assertThat(one.flooding.lsdb().size()).isZero();
        assertThat(one.acknowledgedCount()).isEqualTo(1);
    }

    @Test
    void advertisementLearnedLateExpiresInItsTime() {
        FloodingLab lab = pair();
        Node one = lab.nodes.get(0);
        one.say("mine");
        one.hear(lab.nodes.get(1), new Flood.Item(3_000, lsa(STRANGER, 1, 1, "old")));
        lab.nodes.get(1).dead = true;
        lab.runFor(599 * SECOND);
        assertThat(one.flooding.lsdb().recordOf(STRANGER)).isPresent();
        lab.runFor(2 * SECOND);
        assertThat(one.flooding.lsdb().recordOf(STRANGER)).isEmpty();
    }

    // ------------------------------------------------------------------ bounds

    @Test
    void floodOfPhantomsStaysWithinTheBoundsAndHurtsNobodyThatIsLinked() {
        forSeeds(10, seed -> {
            TopologyConfig small = new TopologyConfig(3_600, 1_200 * SECOND, 200, 1 << 20, SECOND);
            FloodingLab lab = new FloodingLab(seed, small);
            Node self = lab.add();
            Node hostile = lab.add();
            Node friend = lab.add();
            lab.link(self, hostile);
            lab.link(self, friend);
            self.say("self");
            for (int i = 0; i < 3_000; i++) {
                NodeId phantom = new NodeId(10_000 + lab.prng.below(1_000), 1);
                self.hear(hostile, new Flood.Item(0, lsa(phantom, 1, 1 + i, "boo")));
                assertThat(self.flooding.lsdb().size()).isLessThanOrEqualTo(200 + 4);
            }
            friend.say("friend");
            self.say("self anew");
            lab.runFor(5 * SECOND);
            assertThat(self.word(friend)).isEqualTo("friend");
            assertThat(self.word(self)).isEqualTo("self anew");
            assertThat(friend.word(self)).isEqualTo("self anew");
            assertThat(self.flooding.lsdb().size()).isLessThanOrEqualTo(200 + 4);
            assertThat(self.flooding.lsdb().refusedCount()).isPositive();
        });
    }

    @Test
    void phantomsThatGrowStayWithinTheBytes() {
        TopologyConfig small = new TopologyConfig(3_600, 1_200 * SECOND, 1_000, 1 << 20, SECOND);
        FloodingLab lab = new FloodingLab(1, small);
        Node self = lab.add();
        Node hostile = lab.add();
        lab.link(self, hostile);
        self.say("self");
        List<String> words = Collections.nCopies(200, "w".repeat(100));
        ByteView large = NodeRecord.of("boo", ByteView.of(new byte[16]), List.of())
                .withWords(new NodeRecord.Words(words, List.of(), new TreeMap<>()))
                .encode();
        for (int i = 0; i < 500; i++) {
            self.hear(hostile, new Flood.Item(0, lsa(new NodeId(10_000 + i, 1), 1, 1, "boo")));
        }
        for (int i = 0; i < 500; i++) {
            LsaKey key = new LsaKey(new NodeId(10_000 + i, 1), LsaKind.NODE);
            self.hear(hostile, new Flood.Item(0, Lsa.originate(key, new LsaVersion(1, 2), large)));
            assertThat(self.flooding.lsdb().bytes()).isLessThanOrEqualTo(1 << 20);
        }
        self.say("still here");
        assertThat(self.word(self)).isEqualTo("still here");
    }
}
