package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.MESH;
import static dev.weft.core.discovery.DiscoveryLab.MILLI;
import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.at;
import static dev.weft.core.discovery.DiscoveryLab.beacon;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.discovery.DiscoveryLab.Said;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import dev.weft.core.wire.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    // ------------------------------------------------------------------ beacons

    @Test
    void nodeSaysWhoItIsAndAsksWhoElseIsThereAtOnce() {
        Node node = lab.add();
        node.start();
        assertThat(node.said).extracting(said -> said.beacon().kind()).containsExactly(Kind.BEACON, Kind.DISCOVERY);
        assertThat(node.said.get(1).bytes()).isGreaterThanOrEqualTo(Beacon.QUESTION_BYTES);
        assertThat(node.said.get(0).beacon().locators()).containsExactly(at(1));
    }

    @Test
    void newcomerAndThoseWhoAreThereKnowEachOtherWithinAMoment() {
        List<Node> nodes = lab.network(5);
        Node newcomer = lab.add();
        newcomer.start();
        lab.runFor(20 * MILLI);
        for (Node node : nodes.subList(0, 5)) {
            assertThat(newcomer.knows(node)).isTrue();
            assertThat(node.knows(newcomer)).isTrue();
        }
    }

    @Test
    void beaconsComeAtAnIntervalThatEachNodeDrawsForGood() {
        TreeSet<Long> intervals = new TreeSet<>();
        for (long seed = 1; seed <= 50; seed++) {
            DiscoveryLab seeded = new DiscoveryLab(seed);
            Node node = seeded.add();
            node.start();
            seeded.runFor(3_600 * SECOND);
            List<Said> beacons = node.said(Kind.BEACON);
            long interval = beacons.get(1).atNanos() - beacons.get(0).atNanos();
            assertThat(interval).as("seed %d", seed).isBetween(110 * SECOND, 140 * SECOND);
            for (int i = 1; i < beacons.size(); i++) {
                assertThat(beacons.get(i).atNanos() - beacons.get(i - 1).atNanos())
                        .as("seed %d", seed)
                        .isEqualTo(interval);
            }
            intervals.add(interval);
        }
        assertThat(intervals).hasSizeGreaterThan(45);
    }

    @Test
    void changedLocatorsAreToldWithinTheTurnAndOnlyOnce() {
        Node node = lab.add();
        node.start();
        lab.runFor(10 * SECOND);
        node.said.clear();
        node.discovery.locatorsChanged(List.of(at(9)), lab.nowNanos);
        node.discovery.locatorsChanged(List.of(at(9)), lab.nowNanos);
        lab.runFor(0);
        assertThat(node.said(Kind.BEACON)).hasSize(1);
        assertThat(node.said(Kind.BEACON).get(0).beacon().locators()).containsExactly(at(9));
    }

    @Test
    void lonelyNodeGoesOnAskingEveryHalfMinuteAndALinkedOneDoesNot() {
        Node node = lab.add();
        node.start();
        lab.runFor(299 * SECOND);
        assertThat(node.said(Kind.DISCOVERY)).hasSize(10);
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), lab.nowNanos);
        lab.runFor(31 * SECOND);
        node.said.clear();
        lab.runFor(600 * SECOND);
        assertThat(node.said(Kind.DISCOVERY)).isEmpty();
    }

    @Test
    void nodeThatHasLostItsLastLinkAsksAgain() {
        Node node = lab.add();
        node.start();
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), lab.nowNanos);
        lab.runFor(300 * SECOND);
        node.said.clear();
        node.discovery.handleLinkDown(id(2), lab.nowNanos);
        lab.runFor(0);
        assertThat(node.said(Kind.DISCOVERY)).hasSize(1);
        lab.runFor(31 * SECOND);
        assertThat(node.said(Kind.DISCOVERY)).hasSize(2);
    }

    @Test
    void firstQuestionDoesNotWaitHoweverLongThePauseIs() {
        DiscoveryConfig slow = new DiscoveryConfig(600, 110 * SECOND, 140 * SECOND, 3_600 * SECOND, 4_096, 5 * SECOND);
        Node node = lab.add(MESH, slow);
        node.start();
        assertThat(node.said(Kind.DISCOVERY)).hasSize(1);
    }

    // ------------------------------------------------------------------ answers

    @Test
    void answerComesWithinAMomentWhereFewAreKnownAndIsSpreadWhereManyAre() {
        for (long seed = 1; seed <= 50; seed++) {
            for (int others : new int[] {1, 300, 2_000}) {
                DiscoveryLab seeded = new DiscoveryLab(seed);
                Node node = seeded.add();
                for (int i = 0; i < others; i++) {
                    node.hear(beacon(Kind.BEACON, id(1_000 + i)), "10.9.9.9");
                }
                node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9.9.9");
                seeded.runFor(3 * SECOND);
                List<Said> answers =
                        node.said.stream().filter(said -> said.to().isPresent()).toList();
                assertThat(answers).as("seed %d", seed).hasSize(1);
                long spread = others == 1 ? 20 * MILLI : Math.min(2 * SECOND, others * (5 * MILLI));
                assertThat(answers.get(0).atNanos()).as("seed %d", seed).isLessThanOrEqualTo(spread);
                assertThat(answers.get(0).to()).contains("10.9.9.9");
            }
        }
    }

    @Test
    void oneSourceIsAnsweredOnceInFiveSeconds() {
        Node node = lab.add();
        for (int i = 0; i < 600; i++) {
            node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9.9.9");
            lab.runFor(100 * MILLI);
        }
        long answers = node.said.stream().filter(said -> said.to().isPresent()).count();
        assertThat(answers).isBetween(11L, 12L);
    }

    @Test
    void questionsUnderForgedSourcesAreAnsweredAtABoundedRate() {
        Node node = lab.add();
        lab.runFor(100 * SECOND);
        for (int i = 0; i < 10_000; i++) {
            node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9." + i / 250 + "." + i % 250);
            lab.runFor(MILLI);
        }
        lab.runFor(20 * SECOND);
        long answers = node.said.stream().filter(said -> said.to().isPresent()).count();
        // A burst of 20 and 10 in each of the 10 seconds.
        assertThat(answers).isBetween(100L, 121L);
    }

    @Test
    void answerIsNeverLargerThanItsQuestion() {
        Node node = lab.add();
        List<dev.weft.Locator> long8 = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            long8.add(dev.weft.Locator.parse("unix//" + "p".repeat(190) + i));
        }
        node.discovery.start(long8, 0);
        ByteView question = beacon(Kind.DISCOVERY, id(1_000)).encode(Beacon.BYTES_MAX);
        node.discovery.handleBeacon(question, "10.9.9.9", 0);
        lab.runFor(SECOND);
        Said answer = node.said.get(node.said.size() - 1);
        assertThat(answer.to()).isPresent();
        assertThat(answer.bytes()).isLessThanOrEqualTo(question.length());
        assertThat(answer.beacon().locators()).hasSize(2);
    }

    @Test
    void questionThatIsTooShortIsNotAnswered() {
        Node node = lab.add();
        ByteView question = beacon(Kind.DISCOVERY, id(1_000)).encode(Beacon.BYTES_MAX);
        node.discovery.handleBeacon(question.slice(0, 511), "10.9.9.9", 0);
        lab.runFor(10 * SECOND);
        assertThat(node.said).isEmpty();
        assertThat(node.discovery.nodes()).containsExactly(id(1_000));
    }

    // ------------------------------------------------------------------ coming and going

    @Test
    void nodeIsForgottenAfterTenMinutesOfSilence() {
        List<Node> nodes = lab.network(2);
        lab.runFor(2_000 * SECOND);
        assertThat(nodes.get(0).knows(nodes.get(1))).isTrue();
        nodes.get(1).dead = true;
        long last = nodes.get(1).said.get(nodes.get(1).said.size() - 1).atNanos();
        lab.runUntil(last + 600 * SECOND);
        assertThat(nodes.get(0).knows(nodes.get(1))).isTrue();
        lab.runFor(1);
        assertThat(nodes.get(0).knows(nodes.get(1))).isFalse();
        assertThat(nodes.get(0).events).containsExactly("+2 beacon", "-2 it was silent for too long");
    }

    @Test
    void linkedNodeNeedNoBeaconToBeRemembered() {
        Node node = lab.add();
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), 0);
        lab.runFor(7_200 * SECOND);
        assertThat(node.discovery.nodes()).containsExactly(id(2));
        node.discovery.handleLinkDown(id(2), lab.nowNanos);
        lab.runFor(600 * SECOND);
        assertThat(node.discovery.nodes()).containsExactly(id(2));
        lab.runFor(SECOND);
        assertThat(node.discovery.nodes()).isEmpty();
    }

    @Test
    void silenceThatOthersTellOfCounts() {
        Node node = lab.add();
        node.discovery.handlePeers(
                new Peers(List.of(
                        new Peers.Entry(id(2), 1, List.of(at(2)), 500),
                        new Peers.Entry(id(3), 1, List.of(at(3)), 600))),
                0);
        assertThat(node.discovery.nodes()).containsExactly(id(2));
        lab.runFor(101 * SECOND);
        assertThat(node.discovery.nodes()).isEmpty();
    }

    @Test
    void goodByeIsSaidAndForgetsAtOnce() {
        List<Node> nodes = lab.network(3);
        nodes.get(0).discovery.want(nodes.get(2).id, lab.nowNanos);
        lab.runFor(0);
        nodes.get(2).discovery.leave();
        lab.settle();
        nodes.get(2).dead = true;
        assertThat(nodes.get(2).said(Kind.LEAVE)).hasSize(1);
        assertThat(nodes.get(0).knows(nodes.get(2))).isFalse();
        assertThat(nodes.get(1).knows(nodes.get(2))).isFalse();
        assertThat(nodes.get(0).cancelled).hasSize(1);
        assertThat(nodes.get(0).events).contains("-3 it has said good-bye");
    }

    @Test
    void goodByeOfAnEarlierLifeOrOfALinkedNodeChangesNothing() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 5, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        node.hear(new Beacon(Kind.LEAVE, MESH, id(2), 4, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        node.discovery.handleLinkUp(id(3), 1, List.of(at(3)), Optional.empty(), 0);
        node.hear(beacon(Kind.LEAVE, id(3)), "10.0.0.3");
        assertThat(node.discovery.nodes()).containsExactly(id(2), id(3));
    }

    @Test
    void laterLifeBringsItsOwnLocatorsAndAnEarlierOneNone() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 5, 0, 600, List.of(at(5)), List.of()), "10.0.0.2");
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 4, 0, 600, List.of(at(4)), List.of()), "10.0.0.2");
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(5));
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 6, 0, 600, List.of(at(6)), List.of()), "10.0.0.2");
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(6));
    }

    @Test
    void foreignMeshIsInvisible() {
        Node ours = lab.add();
        Node theirs = lab.add(MESH + 1, DiscoveryConfig.DEFAULT);
        ours.start();
        theirs.start();
        lab.runFor(600 * SECOND);
        assertThat(ours.discovery.nodes()).isEmpty();
        assertThat(theirs.discovery.nodes()).isEmpty();
        assertThat(ours.said).allMatch(said -> said.to().isEmpty());
        assertThat(ours.discovery.foreignCount()).isPositive();
        assertThat(ours.discovery.malformedCount()).isZero();
    }

    @Test
    void malformedDatagramsAreCountedAndNothingElse() {
        for (long seed = 1; seed <= 50; seed++) {
            DiscoveryLab seeded = new DiscoveryLab(seed);
            Prng prng = new Prng(seed);
            Node node = seeded.add();
            byte[] valid =
                    beacon(Kind.PING, id(2), id(3)).encode(Beacon.BYTES_MAX).toByteArray();
            for (int i = 0; i < 200; i++) {
                // Without its first byte changed it might be valid after all.
                byte[] broken = valid.clone();
                broken[0]++;
                for (int flips = prng.below(20); flips > 0; flips--) {
                    broken[1 + prng.below(broken.length - 1)] = (byte) prng.nextLong();
                }
                node.discovery.handleBeacon(ByteView.of(broken, 0, prng.below(broken.length + 1)), "10.9.9.9", 0);
            }
            node.discovery.handleBeacon(ByteView.of(new byte[1_201]), "10.9.9.9", 0);
            assertThat(node.discovery.malformedCount()).as("seed %d", seed).isEqualTo(201);
            assertThat(node.discovery.nodes()).isEmpty();
            assertThat(node.said).isEmpty();
            assertThat(node.events).isEmpty();
        }
    }

    @Test
    void anyNoiseBehindAValidHeadDoesNoHarm() {
        for (long seed = 1; seed <= 2_000; seed++) {
            Prng prng = new Prng(seed);
            Node node = lab.nodes.isEmpty() ? lab.add() : lab.nodes.get(0);
            byte[] bytes =
                    beacon(Kind.PING, id(2), id(3)).encode(Beacon.BYTES_MAX).toByteArray();
            for (int flips = prng.below(8); flips >= 0; flips--) {
                bytes[3 + prng.below(bytes.length - 3)] = (byte) prng.nextLong();
            }
            node.discovery.handleBeacon(ByteView.of(bytes), "10.9.9.9", lab.nowNanos);
            lab.runFor(100 * MILLI);
        }
    }

    // ------------------------------------------------------------------ suspicion

    @Test
    void suspectThatDoesNotAnswerIsForgottenByAllAfterThirtyFiveSeconds() {
        List<Node> nodes = lab.network(3);
        lab.runFor(10 * SECOND);
        Node gone = nodes.get(1);
        gone.dead = true;
        long start = lab.nowNanos;
        nodes.get(0).discovery.suspect(gone.id, start);
        lab.runUntil(start + 5 * SECOND - 1);
        assertThat(nodes.get(0).said(Kind.PING)).isEmpty();
        lab.runUntil(start + 5 * SECOND);
        assertThat(nodes.get(0).said(Kind.PING)).hasSize(1);
        assertThat(nodes.get(0).said(Kind.PING).get(0).beacon().suspects()).containsExactly(gone.id);
        lab.runUntil(start + 35 * SECOND - 1);
        assertThat(nodes.get(0).knows(gone)).isTrue();
        assertThat(nodes.get(2).knows(gone)).isTrue();
        lab.runUntil(start + 35 * SECOND);
        assertThat(nodes.get(0).events).contains("-2 it was suspected and did not answer");
        assertThat(nodes.get(2).events).contains("-2 it was suspected and did not answer");
    }

    @Test
    void suspectThatAnswersIsKeptByAllWhoHeardTheQuestion() {
        for (long seed = 1; seed <= 50; seed++) {
            DiscoveryLab seeded = new DiscoveryLab(seed);
            List<Node> nodes = seeded.network(4);
            // A lonely node asks around so often that it would clear itself.
            for (Node node : nodes) {
                node.discovery.handleLinkUp(id(50), 1, List.of(at(50)), Optional.empty(), seeded.nowNanos);
            }
            seeded.runFor(40 * SECOND);
            // Alone it answers at once, with another within 15 s.
            nodes.get(0).discovery.suspect(nodes.get(1).id, seeded.nowNanos);
            if (seed % 2 == 0) {
                nodes.get(0).discovery.suspect(nodes.get(2).id, seeded.nowNanos);
            }
            seeded.runFor(90 * SECOND);
            for (Node node : nodes) {
                assertThat(node.discovery.knownCount()).as("seed %d", seed).isEqualTo(4);
                assertThat(node.events).as("seed %d", seed).noneMatch(event -> event.startsWith("-"));
            }
        }
    }

    @Test
    void onlyTheSuspectThatAnsweredIsCleared() {
        List<Node> nodes = lab.network(4);
        lab.runFor(10 * SECOND);
        nodes.get(3).dead = true;
        nodes.get(0).discovery.suspect(nodes.get(2).id, lab.nowNanos);
        nodes.get(0).discovery.suspect(nodes.get(3).id, lab.nowNanos);
        lab.runFor(40 * SECOND);
        assertThat(nodes.get(0).discovery.nodes()).containsExactly(id(2), id(3));
        assertThat(nodes.get(1).discovery.nodes()).containsExactly(id(1), id(3));
    }

    @Test
    void whatOthersHeardBeforeTheSuspicionDoesNotClearIt() {
        Node node = lab.add();
        node.hear(beacon(Kind.BEACON, id(2)), "10.0.0.2");
        node.hear(beacon(Kind.BEACON, id(3)), "10.0.0.3");
        lab.runFor(60 * SECOND);
        node.discovery.suspect(id(2), lab.nowNanos);
        node.discovery.suspect(id(3), lab.nowNanos);
        lab.runFor(10 * SECOND);
        node.discovery.handlePeers(
                new Peers(List.of(
                        new Peers.Entry(id(2), 1, List.of(at(2)), 30), new Peers.Entry(id(3), 1, List.of(at(3)), 1))),
                lab.nowNanos);
        lab.runFor(30 * SECOND);
        assertThat(node.discovery.nodes()).containsExactly(id(3));
    }

    @Test
    void nodeHeardOfJustNowOrLinkedIsNotSuspected() {
        Node node = lab.add();
        node.discovery.handleLinkUp(id(3), 1, List.of(at(3)), Optional.empty(), 0);
        lab.runFor(60 * SECOND);
        node.hear(beacon(Kind.BEACON, id(2)), "10.0.0.2");
        lab.runFor(2_900 * MILLI);
        node.discovery.suspect(id(2), lab.nowNanos);
        node.discovery.suspect(id(3), lab.nowNanos);
        node.discovery.suspect(id(99), lab.nowNanos);
        lab.runFor(60 * SECOND);
        assertThat(node.said(Kind.PING)).isEmpty();
        assertThat(node.discovery.nodes()).containsExactly(id(2), id(3));
    }

    @Test
    void moreSuspectsThanOneQuestionHoldsAreAllAskedAndAllHaveTheirTimeToAnswer() {
        Node node = lab.add();
        for (int i = 0; i < 50; i++) {
            node.hear(beacon(Kind.BEACON, id(100 + i)), "10.0.0.2");
        }
        lab.runFor(10 * SECOND);
        long start = lab.nowNanos;
        for (int i = 0; i < 50; i++) {
            node.discovery.suspect(id(100 + i), start);
        }
        lab.runFor(9 * SECOND);
        TreeSet<NodeId> asked = new TreeSet<>();
        List<Said> questions = node.said(Kind.PING);
        questions.forEach(said -> asked.addAll(said.beacon().suspects()));
        assertThat(asked).hasSize(50);
        assertThat(questions).hasSize(4);
        assertThat(questions).allMatch(said -> said.bytes() <= Beacon.BYTES_MAX);
        long last = questions.get(3).atNanos();
        lab.runUntil(last + 30 * SECOND - 1);
        assertThat(node.discovery.nodes()).hasSize(2);
        lab.runFor(1);
        assertThat(node.discovery.nodes()).isEmpty();
    }

    @Test
    void suspectThatOthersHaveAskedAboutIsNotAskedAgain() {
        List<Node> nodes = lab.network(3);
        lab.runFor(10 * SECOND);
        nodes.get(2).dead = true;
        nodes.get(0).discovery.suspect(id(3), lab.nowNanos);
        lab.runFor(2 * SECOND);
        nodes.get(1).discovery.suspect(id(3), lab.nowNanos);
        lab.runFor(60 * SECOND);
        assertThat(nodes.get(0).said(Kind.PING)).hasSize(1);
        assertThat(nodes.get(1).said(Kind.PING)).isEmpty();
        assertThat(nodes.get(1).knows(nodes.get(2))).isFalse();
    }

    // ------------------------------------------------------------------ bounds

    @Test
    void floodOfRandomNodesStaysWithinTheTableAndThoseLinkedSurvive() {
        Prng prng = new Prng(1);
        DiscoveryConfig small = new DiscoveryConfig(600, 110 * SECOND, 140 * SECOND, 30 * SECOND, 512, 5 * SECOND);
        Node node = lab.add(MESH, small);
        for (int i = 2; i <= 20; i++) {
            node.discovery.handleLinkUp(id(i), 1, List.of(at(i)), Optional.empty(), 0);
        }
        node.discovery.remember(id(21), List.of(at(21)), 0);
        for (int i = 0; i < 100_000; i++) {
            node.hear(beacon(Kind.BEACON, new NodeId(prng.nextLong(), prng.nextLong())), "10.9.9.9");
            assertThat(node.discovery.knownCount()).isLessThanOrEqualTo(512);
        }
        for (int i = 2; i <= 21; i++) {
            assertThat(node.discovery.nodes()).contains(id(i));
        }
        assertThat(node.discovery.evictedCount()).isEqualTo(100_000 - 512 + 20);
    }

    @Test
    void linkedNodeFindsRoomInATableThatLiesHaveFilled() {
        DiscoveryConfig small = new DiscoveryConfig(600, 110 * SECOND, 140 * SECOND, 30 * SECOND, 64, 5 * SECOND);
        Node node = lab.add(MESH, small);
        for (int i = 0; i < 10; i++) {
            List<Peers.Entry> lies = new ArrayList<>();
            for (int j = 0; j < 64; j++) {
                lies.add(new Peers.Entry(id(1_000 + 64 * i + j), 1, List.of(at(1)), 0));
            }
            node.discovery.handlePeers(new Peers(lies), 0);
        }
        assertThat(node.discovery.knownCount()).isEqualTo(64);
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2)), Optional.empty(), 0);
        assertThat(node.discovery.locatorsOf(id(2))).containsExactly(at(2));
    }

    @Test
    void exchangeTellsAllThatIsKnownInPiecesButTheNeighborItself() {
        Node node = lab.add();
        for (int i = 0; i < 150; i++) {
            node.hear(beacon(Kind.BEACON, id(100 + i)), "10.0.0.2");
        }
        lab.runFor(90 * SECOND);
        List<Peers> pieces = node.discovery.exchange(id(100), announced -> false, lab.nowNanos);
        assertThat(pieces).hasSize(3);
        assertThat(pieces)
                .allSatisfy(piece -> assertThat(piece.entries()).allSatisfy(entry -> {
                    assertThat(entry.silentSeconds()).isEqualTo(90);
                    assertThat(entry.node()).isNotEqualTo(id(100));
                }));
        assertThat(pieces.stream().mapToInt(piece -> piece.entries().size()).sum())
                .isEqualTo(149);
    }

    // ------------------------------------------------------------------ dialling

    @Test
    void locatorLearnedWhileTheNodeIsDialledIsTriedAtOnce() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 1, 0, 600, List.of(at(2)), List.of()), "10.0.0.2");
        node.discovery.want(id(2), 0);
        lab.runFor(60 * SECOND);
        node.dialled.clear();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 1, 0, 600, List.of(at(3)), List.of()), "10.0.0.2");
        node.discovery.want(id(2), lab.nowNanos);
        lab.runFor(0);
        assertThat(node.dialled).containsExactly(at(3));
    }

    @Test
    void locatorThatWorkedIsDialledFirstTheNextTime() {
        Node node = lab.add();
        node.hear(new Beacon(Kind.BEACON, MESH, id(2), 1, 0, 600, List.of(at(2), at(3)), List.of()), "10.0.0.2");
        node.discovery.handleLinkUp(id(2), 1, List.of(at(2), at(3)), Optional.of(at(3)), 0);
        node.discovery.handleLinkDown(id(2), SECOND);
        node.discovery.want(id(2), SECOND);
        lab.runFor(SECOND);
        assertThat(node.dialled).startsWith(at(3));
    }

    @Test
    void configuredLocatorRestsWhileItsNodeIsThereAndIsDialledAgainWhenThatIsForgotten() {
        Node node = lab.add();
        node.start();
        node.discovery.addConfigured(at(7), lab.nowNanos);
        lab.runFor(SECOND);
        assertThat(node.dialled).containsExactly(at(7));
        node.discovery.handleLinkUp(id(7), 1, List.of(at(7)), Optional.of(at(7)), lab.nowNanos);
        node.discovery.handleLinkUp(id(8), 1, List.of(at(8)), Optional.empty(), lab.nowNanos);
        node.discovery.configuredReached(at(7), id(7));
        lab.runFor(60 * SECOND);
        node.discovery.handleLinkDown(id(7), lab.nowNanos);
        lab.runFor(60 * SECOND);
        assertThat(node.dialled).as("another link keeps it in the mesh").containsExactly(at(7));
        lab.runFor(700 * SECOND);
        assertThat(node.dialled.size()).as("dialled anew and again").isGreaterThan(2);
        assertThat(node.dialled).containsOnly(at(7));
    }

    @Test
    void configuredLocatorIsDialledAtOnceByANodeThatHasLostItsLastLink() {
        Node node = lab.add();
        node.start();
        node.discovery.handleLinkUp(id(7), 1, List.of(at(7)), Optional.of(at(7)), lab.nowNanos);
        node.discovery.configuredReached(at(7), id(7));
        node.discovery.handleLinkDown(id(7), lab.nowNanos);
        lab.runFor(SECOND);
        assertThat(node.dialled).containsExactly(at(7));
    }

    @Test
    void nodeWhoseLocatorsHaveAllFailedIsNamedOnce() {
        Node node = lab.add();
        node.start();
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(5), 1, List.of(at(5)), 0))), lab.nowNanos);
        node.discovery.want(id(5), lab.nowNanos);
        lab.runFor(MILLI);
        node.discovery.handleDialFailed(1, lab.nowNanos);
        assertThat(node.discovery.takeUnreachable()).containsExactly(id(5));
        assertThat(node.discovery.takeUnreachable()).isEmpty();
    }

    @Test
    void laterLifeIsDialledWithoutRegardToEarlierFailures() {
        Node node = lab.add();
        node.start();
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(5), 1, List.of(at(5)), 0))), lab.nowNanos);
        node.discovery.want(id(5), lab.nowNanos);
        lab.runFor(MILLI);
        for (long number = 1; number <= 5; number++) {
            node.discovery.handleDialFailed(number, lab.nowNanos);
            lab.runFor(70 * SECOND);
        }
        node.discovery.handleDialFailed(6, lab.nowNanos);
        int before = node.dialled.size();
        node.discovery.handlePeers(new Peers(List.of(new Peers.Entry(id(5), 2, List.of(at(5)), 0))), lab.nowNanos);
        lab.runFor(MILLI);
        assertThat(node.dialled).hasSize(before + 1);
    }
}
