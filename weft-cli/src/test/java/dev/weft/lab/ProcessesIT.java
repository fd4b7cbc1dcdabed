package dev.weft.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Several processes of this host that are killed, stopped and started again; each with the leak detector on. */
@Timeout(900)
@ExtendWith(RealTime.class)
class ProcessesIT {
    private static final int RUN = 1;

    @TempDir
    Path folder;

    private Lab lab;

    @BeforeEach
    void open() {
        lab = new Lab(folder, Lab.PARANOID);
    }

    @AfterEach
    void close() {
        lab.close();
    }

    /** Ends what is left in good order, so that buffers that leak show themselves. */
    private void assertNothingLeakedBy(NodeProcess... nodes) {
        lab.collect();
        for (NodeProcess node : nodes) {
            assertThat(node.leave()).as(node.name() + " exits").isZero();
        }
        assertThat(lab.complaints()).isEmpty();
    }

    @Test
    void processesOfOneHostFindEachOtherThroughTheHostDirectoryAlone() {
        NodeProcess alice = lab.start(Lab.Plan.of("alice"));
        NodeProcess bob = lab.start(Lab.Plan.of("bob"));
        NodeProcess carol = lab.start(Lab.Plan.of("carol"));
        alice.awaitPeers(bob, carol);
        bob.awaitPeers(alice, carol);
        carol.awaitPeers(alice, bob);
        NodeProcess.Sent sent = alice.awaitSent(alice.send(RUN, carol, 100, 1_000, 20_000), RUN);
        assertThat(sent.delivered()).isEqualTo(100);
        assertThat(carol.tally(RUN, sent)).isEqualTo(new NodeProcess.Tally(100, 0));
        assertNothingLeakedBy(alice, bob, carol);
    }

    @Test
    void processesThatShareNoDirectoryFindEachOtherByMulticast() {
        String beacon = "beacon=230.230.230.231:" + ThreadLocalRandom.current().nextInt(20_000, 30_000);
        NodeProcess alice = lab.start(Lab.Plan.of("alice").on("one", List.of()).with(beacon));
        NodeProcess bob = lab.start(Lab.Plan.of("bob").on("two", List.of()).with(beacon));
        alice.awaitPeers(bob);
        bob.awaitPeers(alice);
        assertNothingLeakedBy(alice, bob);
    }

    @Test
    void aRelayKilledUnderLoadLosesAndDoublesNothingAndComesBackAsALaterLife() {
        NodeProcess n1 = lab.start(Lab.Plan.of("n1").with("pin=n2", "pin=n4"));
        NodeProcess n2 = lab.start(Lab.Plan.of("n2").with("pin=n1", "pin=n3", "pin=n4"));
        NodeProcess n3 = lab.start(Lab.Plan.of("n3").with("pin=n2", "pin=n4"));
        NodeProcess n4 = lab.start(Lab.Plan.of("n4").with("pin=n1", "pin=n2", "pin=n3"));
        n1.awaitPeers(n2, n3, n4);
        n3.awaitPeers(n1, n2, n4);

        int sending = n1.send(RUN, n3, 5_000, 1_000, 30_000);
        n3.awaitReceived(RUN, 1_500);
        NodeProcess relay = n1.route(n3).contains(n2.id()) ? n2 : n4;
        NodeProcess other = relay == n2 ? n4 : n2;
        int before = n1.mark();
        relay.kill();
        n1.awaitEvent(before, "LINK_DOWN", relay);
        n1.awaitThat("it sends another way", () -> n1.route(n3).contains(other.id()));
        NodeProcess again = lab.start(Lab.Plan.of(relay.name())
                .with(relay == n2 ? "pin=n1 pin=n3 pin=n4".split(" ") : "pin=n1 pin=n2 pin=n3".split(" ")));

        NodeProcess.Sent sent = n1.awaitSent(sending, RUN);
        assertThat(sent).isEqualTo(new NodeProcess.Sent(5_000, 5_000, 0, 0, 0, 0, 0));
        assertThat(n3.tally(RUN, sent)).isEqualTo(new NodeProcess.Tally(5_000, 0));
        assertThat(again.id()).isEqualTo(relay.id());
        assertThat(again.incarnation()).isGreaterThan(relay.incarnation());
        n1.awaitPeers(again, n3, other);
        assertThat(n1.ask("stats")).isEqualTo("5000 0 5000");
        assertNothingLeakedBy(n1, n3, other, again);
    }

    @Test
    void aGroupMemberKilledUnderLoadCostsTheOthersNothingAndTheSenderLearnsWhoHasWhat() {
        killAMemberThatRelays(Before.WORKS);
    }

    @Test
    void aGroupMemberThatHangsAndIsKilledIsNeverSaidToHaveWhatItDidNotTake() {
        killAMemberThatRelays(Before.HANGS);
    }

    /** What the member does until it is killed. */
    private enum Before {
        WORKS,
        HANGS
    }

    /** Two members stand between the sender and two more; one of the two is killed while it forwards and receives. */
    private void killAMemberThatRelays(Before before) {
        String group = "crew";
        int count = 3_000;
        int perSecond = 500;
        NodeProcess n1 = lab.start(Lab.Plan.of("n1").with("pin=n2", "pin=n3"));
        NodeProcess n2 = lab.start(Lab.Plan.of("n2").with("pin=n1", "pin=n3", "pin=n4", "pin=n5"));
        NodeProcess n3 = lab.start(Lab.Plan.of("n3").with("pin=n1", "pin=n2", "pin=n4", "pin=n5"));
        NodeProcess n4 = lab.start(Lab.Plan.of("n4").with("pin=n2", "pin=n3"));
        NodeProcess n5 = lab.start(Lab.Plan.of("n5").with("pin=n2", "pin=n3"));
        for (NodeProcess member : List.of(n1, n2, n3, n4, n5)) {
            member.join(group);
        }
        n1.awaitPeers(n2, n3, n4, n5);
        n1.awaitMembers(group, n1, n2, n3, n4, n5);
        NodeProcess victim = n1.route(n4).contains(n2.id()) ? n2 : n3;
        List<NodeProcess> living = List.of(victim == n2 ? n3 : n2, n4, n5);

        int spreading = n1.spread(RUN, group, count, perSecond, 20_000);
        long beganNanos = n1.spreadingSinceNanos(spreading, RUN);
        living.get(1).awaitReceived(RUN, 500);
        int events = n1.mark();
        long stoppedNanos = Long.MAX_VALUE;
        if (before == Before.HANGS) {
            victim.stop();
            stoppedNanos = System.nanoTime();
            pause(300);
        }
        victim.kill();
        stoppedNanos = Math.min(stoppedNanos, System.nanoTime());
        n1.awaitEvent(events, "PEER_LOST", victim);

        Map<String, String> fates = n1.awaitFates(spreading, RUN);
        assertThat(fates.keySet())
                .containsExactlyInAnyOrder(
                        victim.id(),
                        living.get(0).id(),
                        living.get(1).id(),
                        living.get(2).id());
        for (NodeProcess member : living) {
            assertThat(fates.get(member.id())).as("fates at %s", member.name()).isEqualTo("d".repeat(count));
            member.awaitReceived(RUN, count);
            assertThat(member.tally(RUN)).as(member.name()).isEqualTo(new NodeProcess.Tally(count, 0));
        }
        // No message was sent before it was due, so those due later cannot have been taken.
        int firstTooLate = (int) ((stoppedNanos - beganNanos) * perSecond / 1_000_000_000L) + 1;
        String dead = fates.get(victim.id());
        assertThat(dead.substring(0, 100)).as("while it lived").isEqualTo("d".repeat(100));
        assertThat(dead).as("every ticket has ended").doesNotContain(".");
        assertThat(dead.substring(firstTooLate)).as("after it stopped").matches("[ue?]*-*");
        if (before == Before.HANGS) {
            assertThat(dead.substring(firstTooLate))
                    .as("while it was still a member")
                    .hasSizeGreaterThan(100)
                    .matches("[ue?]{100,}-*");
        }
        n1.awaitMembers(group, n1, living.get(0), n4, n5);
        Map<String, String> later = n1.awaitFates(n1.spread(RUN + 1, group, 100, perSecond, 20_000), RUN + 1);
        assertThat(later.keySet())
                .as("to whom is sent once it is forgotten")
                .containsExactlyInAnyOrder(living.get(0).id(), n4.id(), n5.id());
        assertNothingLeakedBy(n1, living.get(0), n4, n5);
    }

    @Test
    void aPauseShorterThanTheLimitIsNoDeathALongerOneIsAndHeals() {
        NodeProcess alice = lab.start(Lab.Plan.of("alice"));
        NodeProcess bob = lab.start(Lab.Plan.of("bob"));
        alice.awaitPeers(bob);
        bob.awaitPeers(alice);

        int shortPause = alice.mark();
        int sending = alice.send(RUN, bob, 400, 100, 30_000);
        bob.stop();
        pause(1_500);
        bob.signal("CONT");
        NodeProcess.Sent sent = alice.awaitSent(sending, RUN);
        assertThat(sent.delivered()).isEqualTo(400);
        assertThat(bob.tally(RUN, sent)).isEqualTo(new NodeProcess.Tally(400, 0));
        assertThat(alice.events(shortPause))
                .as("a pause of 1.5 s with a limit of 3.5 s")
                .noneMatch(event ->
                        event.kind().equals("LINK_DOWN") || event.kind().equals("PEER_LOST"));

        int longPause = alice.mark();
        sending = alice.send(RUN + 1, bob, 400, 100, 30_000);
        bob.stop();
        alice.awaitEvent(longPause, "PEER_LOST", bob);
        int continued = alice.mark();
        bob.signal("CONT");
        alice.awaitEvent(continued, "PEER_UP", bob);
        bob.awaitPeers(alice);
        sent = alice.awaitSent(sending, RUN + 1);
        assertThat(sent.open()).isZero();
        NodeProcess.Tally tally = bob.tally(RUN + 1, sent);
        assertThat(tally.duplicates()).isZero();
        assertThat(tally.distinct()).isBetween(sent.delivered(), sent.delivered() + sent.unknown());
        assertNothingLeakedBy(alice, bob);
    }

    @Test
    void aDestinationThatIsKilledAndStartedAgainIsTheSameNodeInALaterLifeAndEveryTicketEnds() {
        NodeProcess alice = lab.start(Lab.Plan.of("alice"));
        NodeProcess bob = lab.start(Lab.Plan.of("bob"));
        alice.awaitPeers(bob);
        int sending = alice.send(RUN, bob, 6_000, 1_000, 8_000);
        bob.awaitReceived(RUN, 1_000);
        int killed = alice.mark();
        bob.kill();
        alice.awaitEvent(killed, "PEER_LOST", bob);
        NodeProcess again = lab.start(Lab.Plan.of("bob"));
        assertThat(again.id()).isEqualTo(bob.id());
        assertThat(again.incarnation()).isEqualTo(bob.incarnation() + 1);
        alice.awaitEvent(killed, "PEER_UP", again);

        NodeProcess.Sent sent = alice.awaitSent(sending, RUN);
        assertThat(sent.open()).isZero();
        assertThat(sent.delivered() + sent.rejected() + sent.undeliverable() + sent.expired() + sent.unknown())
                .isEqualTo(6_000);
        assertThat(again.tally(RUN).duplicates()).isZero();
        // To the new life, everything arrives again.
        sent = alice.awaitSent(alice.send(RUN + 1, again, 500, 1_000, 20_000), RUN + 1);
        assertThat(sent.isAllDelivered()).as(sent.toString()).isTrue();
        assertThat(again.tally(RUN + 1, sent)).isEqualTo(new NodeProcess.Tally(500, 0));
        assertNothingLeakedBy(alice, again);
    }

    @Test
    void aNodeThatHasLostItsStateComesBackAsAnother() throws IOException {
        NodeProcess alice = lab.start(Lab.Plan.of("alice"));
        NodeProcess bob = lab.start(Lab.Plan.of("bob"));
        alice.awaitPeers(bob);
        int killed = alice.mark();
        bob.kill();
        Files.move(lab.state("bob"), folder.resolve("lost"));
        NodeProcess another = lab.start(Lab.Plan.of("bob"));
        assertThat(another.id()).isNotEqualTo(bob.id());
        assertThat(another.incarnation()).isEqualTo(1);
        alice.awaitEvent(killed, "PEER_LOST", bob);
        alice.awaitPeers(another);
        NodeProcess.Sent sent = alice.awaitSent(alice.send(RUN, another, 100, 1_000, 20_000), RUN);
        assertThat(sent.isAllDelivered()).as(sent.toString()).isTrue();
        assertNothingLeakedBy(alice, another);
    }

    @Test
    void whoLeavesIsMissedAtOnceAndLeavesNothingBehind() throws IOException {
        // Heartbeats are so slow that silence alone would be noticed after 70 s only.
        NodeProcess alice = lab.start(Lab.Plan.of("alice").with("heartbeatMillis=20000"));
        NodeProcess bob = lab.start(Lab.Plan.of("bob").with("heartbeatMillis=20000"));
        NodeProcess up = lab.startCommand(Lab.Plan.of("up")
                .with("up", "--mesh", "lab", "--name", "up", "--no-beacon", "--heartbeat", "20s", "--json"));
        alice.awaitThat("three nodes", () -> alice.peers().size() == 2);
        bob.awaitThat("three nodes", () -> bob.peers().size() == 2);
        String upId = alice.peers().stream()
                .filter(id -> !id.equals(bob.id()))
                .findFirst()
                .orElseThrow();

        int leaving = alice.mark();
        up.signal("TERM");
        alice.awaitEvent(leaving, "PEER_LOST", upId);
        assertThat(up.awaitExit())
                .as("exit code of a command that was told to end")
                .isEqualTo(143);
        assertThat(entries()).noneMatch(entry -> entry.startsWith(upId.substring(0, 8)));

        leaving = alice.mark();
        assertThat(bob.leave()).isZero();
        alice.awaitEvent(leaving, "PEER_LOST", bob);
        assertThat(alice.peers()).isEmpty();
        assertNothingLeakedBy(alice);
        assertThat(entries()).isEmpty();
    }

    @Test
    void twoMeshesOfOneHostDoNotSeeEachOther() {
        String beacon = "beacon=230.230.230.232:" + ThreadLocalRandom.current().nextInt(20_000, 30_000);
        NodeProcess red1 = lab.start(Lab.Plan.of("red1").with("mesh=red", beacon, "listen=tcp/127.0.0.1:0"));
        NodeProcess red2 = lab.start(Lab.Plan.of("red2").with("mesh=red", beacon, "listen=tcp/127.0.0.1:0"));
        NodeProcess blue1 = lab.start(Lab.Plan.of("blue1").with("mesh=blue", beacon));
        red1.awaitPeers(red2);
        String listening = red1.events(0).stream()
                .filter(event -> event.kind().equals("LISTENING"))
                .map(event -> event.detail().substring("at ".length()))
                .findFirst()
                .orElse("");
        // Told to contact a node of the other mesh, it is refused and says why.
        NodeProcess blue2 = lab.start(Lab.Plan.of("blue2").with("mesh=blue", beacon, "peer=" + tcpOf(red1, listening)));
        blue1.awaitPeers(blue2);
        blue2.awaitPeers(blue1);
        NodeProcess.Event refused = blue2.awaitEvent(0, "LINK_REFUSED", "");
        assertThat(refused.detail()).containsIgnoringCase("mesh");
        assertThat(red1.peers()).containsExactly(red2.id());
        assertThat(red2.peers()).containsExactly(red1.id());
        for (NodeProcess red : List.of(red1, red2)) {
            assertThat(red.events(0))
                    .noneMatch(event ->
                            event.node().equals(blue1.id()) && event.kind().equals("PEER_DISCOVERED"));
        }
        assertNothingLeakedBy(red1, red2, blue1, blue2);
    }

    @Test
    void whatDeadProcessesLeftInTheHostDirectoryIsClearedAway() throws IOException {
        NodeProcess dead = lab.start(Lab.Plan.of("dead"));
        dead.id();
        dead.kill();
        List<String> left = entries();
        assertThat(left).as("a killed process cannot clean up").isNotEmpty();
        Files.writeString(meshFolder().resolve("0123.node"), "nonsense");

        NodeProcess alice = lab.start(Lab.Plan.of("alice"));
        NodeProcess bob = lab.start(Lab.Plan.of("bob"));
        alice.awaitPeers(bob);
        bob.awaitPeers(alice);
        alice.awaitThat(
                "the entry of the dead is gone",
                () -> entries().stream().noneMatch(entry -> entry.startsWith(dead.id()) && entry.endsWith(".node")));
        // A number that is in use again must not keep an entry alive: the lock decides.
        NodeProcess.Sent sent = alice.awaitSent(alice.send(RUN, bob, 10, 1_000, 20_000), RUN);
        assertThat(sent.isAllDelivered()).isTrue();
        NodeProcess again = lab.start(Lab.Plan.of("dead"));
        alice.awaitPeers(bob, again);
        assertNothingLeakedBy(alice, bob, again);
    }

    private Path meshFolder() {
        return lab.runtime("here").resolve("weft/lab");
    }

    private List<String> entries() {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(meshFolder())) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (IOException gone) {
            return List.of();
        }
        return names;
    }

    private String tcpOf(NodeProcess node, String told) {
        // Listening begins before anybody can subscribe, so it may have been told to nobody; the entry names it too.
        if (!told.isEmpty()) {
            return told;
        }
        try {
            return Files.readAllLines(lab.runtime("here").resolve("weft/red/" + node.id() + ".node")).stream()
                    .filter(line -> line.startsWith("locator="))
                    .map(line -> line.substring("locator=".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
