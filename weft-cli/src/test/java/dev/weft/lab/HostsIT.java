package dev.weft.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Six hosts on one LAN, made of network namespaces, whose wires are cut in every way. */
@Timeout(900)
@ExtendWith(RealTime.class)
class HostsIT {
    private static final int RUN = 1;
    private static final int HOSTS = 6;

    /** Silence is noticed after 1.75 s instead of 3.5 s, for the sake of those who wait for this test. */
    private static final String HEARTBEAT = "heartbeatMillis=500";

    @TempDir
    Path folder;

    private Lab lab;
    private Hosts hosts;
    private final List<NodeProcess> nodes = new ArrayList<>();

    @BeforeEach
    void open() {
        Hosts.missing().ifPresent(why -> {
            System.err.println("HostsIT is skipped: " + why);
            assumeTrue(false, why);
        });
        lab = new Lab(folder, Lab.PARANOID);
        hosts = Hosts.up(HOSTS);
    }

    @AfterEach
    void close() {
        if (hosts != null) {
            lab.close();
            hosts.close();
        }
    }

    private void startAll() {
        for (int host = 1; host <= HOSTS; host++) {
            nodes.add(lab.start(hosts.plan(host).with(HEARTBEAT)));
        }
        nodes.forEach(this::awaitAllOthers);
    }

    private NodeProcess h(int host) {
        return nodes.get(host - 1);
    }

    private void awaitAllOthers(NodeProcess node) {
        node.awaitPeers(nodes.stream().filter(other -> other != node).toArray(NodeProcess[]::new));
    }

    private static void awaitLinks(NodeProcess node, int count) {
        node.awaitThat(count + " links", () -> node.links().size() == count);
    }

    private void assertAllArrived(NodeProcess from, int sending, NodeProcess to, int run, int count) {
        NodeProcess.Sent sent = from.awaitSent(sending, run);
        assertThat(sent).isEqualTo(new NodeProcess.Sent(count, count, 0, 0, 0, 0, 0));
        assertThat(to.tally(run, sent)).isEqualTo(new NodeProcess.Tally(count, 0));
    }

    private void assertNoLeak() {
        lab.collect();
        for (NodeProcess node : nodes) {
            if (node.isAlive()) {
                assertThat(node.leave()).as(node.name() + " exits").isZero();
            }
        }
        assertThat(lab.complaints()).isEmpty();
    }

    @Test
    void hostsThatMulticastFindEachOtherAndMessagesFlowWhileAnyPathIsLeft() {
        startAll();
        nodes.forEach(node -> awaitLinks(node, HOSTS - 1));
        int sending = h(1).send(RUN, h(4), 8_000, 500, 60_000);
        int back = h(4).send(RUN + 1, h(1), 8_000, 500, 60_000);
        h(4).awaitReceived(RUN, 300);

        // Packets vanish between 1 and 4, without a word to either: the way is over other hosts then.
        int mark = h(1).mark();
        hosts.tell("cut", "1", "4");
        h(1).awaitEvent(mark, "LINK_DOWN", h(4));
        h(1).awaitThat("it goes around the cut", () -> h(1).route(h(4)).size() > 2);
        h(4).awaitThat("it goes around the cut", () -> h(4).route(h(1)).size() > 2);

        // One way only, from the relay in use to the destination: what one end hears is not enough for a link.
        int mute = lastRelay();
        mark = h(mute).mark();
        hosts.tell("cut", Integer.toString(mute), "4", "oneway");
        h(mute).awaitEvent(mark, "LINK_DOWN", h(4));
        h(1).awaitThat("it goes around the mute relay", () -> lastRelay() > 0 && lastRelay() != mute);

        // The next relay dies.
        h(lastRelay()).kill();
        assertAllArrived(h(1), sending, h(4), RUN, 8_000);
        assertAllArrived(h(4), back, h(1), RUN + 1, 8_000);

        hosts.tell("heal");
        h(1).awaitThat("the link is back", () -> h(1).links().contains(h(4).id()));
        h(mute).awaitThat("the link is back", () -> h(mute).links().contains(h(4).id()));
        assertNoLeak();
    }

    /** The host before the last on the way from 1 to 4; 0 while there is none. */
    private int lastRelay() {
        List<String> route = h(1).route(h(4));
        for (int host = 1; host <= HOSTS && route.size() > 2; host++) {
            if (h(host).id().equals(route.get(route.size() - 2))) {
                return host;
            }
        }
        return 0;
    }

    @Test
    void aMeshInTwoHalvesGoesOnInBothAndIsOneAgainWhenHealed() {
        startAll();
        // As a user starts it, with the defaults of the command, on a host of its own runtime directory.
        NodeProcess up = lab.startCommand(Lab.Plan.of("up")
                .on("up", hosts.on(HOSTS))
                .with("up", "--mesh", "lab", "--remote", "1", "--plaintext", "--ephemeral"));
        h(1).awaitThat("the command has joined", () -> h(1).peers().size() == HOSTS);
        up.signal("TERM");
        up.awaitExit();
        nodes.forEach(this::awaitAllOthers);
        hosts.tell("split", "1,2,3", "4,5,6");
        h(1).awaitPeers(h(2), h(3));
        h(6).awaitPeers(h(4), h(5));
        int within = h(1).send(RUN, h(3), 500, 500, 20_000);
        int across = h(2).send(RUN + 1, h(5), 500, 500, 2_000);
        int later = h(3).send(RUN + 2, h(6), 500, 500, 60_000);
        assertAllArrived(h(1), within, h(3), RUN, 500);
        NodeProcess.Sent sent = h(2).awaitSent(across, RUN + 1);
        assertThat(sent.open()).isZero();
        assertThat(sent.delivered()).isZero();

        hosts.tell("heal");
        nodes.forEach(this::awaitAllOthers);
        sent = h(3).awaitSent(later, RUN + 2);
        NodeProcess.Tally tally = h(6).tally(RUN + 2, sent);
        assertThat(sent.open()).isZero();
        assertThat(tally.duplicates()).isZero();
        assertThat(tally.distinct()).isBetween(sent.delivered(), sent.delivered() + sent.unknown());
        int again = h(3).send(RUN + 3, h(6), 500, 500, 20_000);
        assertAllArrived(h(3), again, h(6), RUN + 3, 500);
        assertNoLeak();
    }

    @Test
    void alongAChainOfHostsMessagesCrossFiveLinksAndWaitForARelayThatComesBack() {
        for (int one = 1; one <= HOSTS; one++) {
            for (int other = one + 2; other <= HOSTS; other++) {
                hosts.tell("cut", Integer.toString(one), Integer.toString(other));
            }
        }
        startAll();
        assertThat(h(1).route(h(6))).hasSize(HOSTS);
        int sending = h(1).send(RUN, h(6), 2_000, 500, 60_000);
        assertAllArrived(h(1), sending, h(6), RUN, 2_000);

        int killed = h(1).mark();
        h(3).kill();
        h(1).awaitEvent(killed, "PEER_LOST", h(6));
        int gone = h(1).send(RUN + 1, h(6), 100, 500, 2_000);
        NodeProcess.Sent sent = h(1).awaitSent(gone, RUN + 1);
        assertThat(sent.open()).isZero();
        assertThat(sent.delivered()).isZero();
        nodes.set(2, lab.start(hosts.plan(3).with(HEARTBEAT)));
        nodes.forEach(this::awaitAllOthers);
        int again = h(1).send(RUN + 2, h(6), 1_000, 500, 30_000);
        assertAllArrived(h(1), again, h(6), RUN + 2, 1_000);
        assertNoLeak();
    }
}
