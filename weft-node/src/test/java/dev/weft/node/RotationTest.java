package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Authority;
import dev.weft.Credential;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Role;
import dev.weft.SocketKind;
import dev.weft.Ticket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys and credentials change twenty times while 5,000 messages a second go from one node to another, over a relay and
 * so sealed. The pace is that of the wall clock, what is asserted are counts: a machine that is too slow for the rate takes
 * longer for the same messages, and each of them still meets the change that it was to meet.
 */
@Timeout(300)
class RotationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROTATIONS = 20;
    private static final int PER_ROTATION = 2_000;
    private static final int MESSAGES = ROTATIONS * PER_ROTATION;
    private static final int PER_SECOND = 5_000;

    @TempDir
    Path directory;

    private final List<MeshEvent> linksLost = new CopyOnWriteArrayList<>();

    private MeshBuilder node(String name) {
        return Mesh.builder("safe")
                .nodeName(name)
                .stateDirectory(directory.resolve("state-" + name))
                .runtimeDirectory(directory.resolve("run-" + name))
                .beacon(MeshConfig.Beacon.NONE)
                // Long, so that a machine that stands still for seconds is no lost link.
                .heartbeat(Duration.ofSeconds(5))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    /** Links to the relay and to nobody else. */
    private static MeshBuilder leaf(MeshBuilder node, Mesh relay) {
        return node.peer(at(relay))
                .links(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of("relay"), List.of()));
    }

    private static Locator at(Mesh mesh) {
        return mesh.self().locators().get(0);
    }

    /** One change on all nodes, one after the other. */
    private interface Rotation {
        void change() throws InterruptedException;
    }

    @Test
    void twentyChangesOfTheKeyUnderLoadOverARelayLoseNothingAndDoubleNothing() throws InterruptedException {
        MeshKey first = MeshKey.random();
        try (Mesh relay = node("relay").key(first).join();
                Mesh source = leaf(node("source").key(first), relay).join();
                Mesh sink = leaf(node("sink").key(first), relay).join()) {
            List<Mesh> all = List.of(sink, relay, source);
            AtomicReference<MeshKey> present = new AtomicReference<>(first);
            underLoad("keys", source, sink, all, () -> {
                MeshKey next = MeshKey.random();
                for (Mesh mesh : all) {
                    mesh.rekey(List.of(present.get(), next));
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                for (Mesh mesh : List.of(source, sink, relay)) {
                    mesh.rekey(List.of(next));
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                present.set(next);
            });
        }
    }

    @Test
    void twentyRenewalsUnderLoadOverARelayLoseNothingAndDoubleNothing() throws InterruptedException {
        Authority authority = Authority.generate();
        AtomicInteger serial = new AtomicInteger();
        try (Mesh relay = credited(node("relay"), "relay", authority, serial).join();
                Mesh source = leaf(credited(node("source"), "source", authority, serial), relay)
                        .join();
                Mesh sink = leaf(credited(node("sink"), "sink", authority, serial), relay)
                        .join()) {
            List<Mesh> all = List.of(sink, relay, source);
            underLoad("credentials", source, sink, all, () -> {
                for (Mesh mesh : all) {
                    mesh.renew(
                            credential(authority, mesh.self().id(), mesh.self().name(), serial));
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            });
            // The last of them has gone round.
            for (Mesh mesh : all) {
                until(() -> all.stream()
                        .filter(other -> other != mesh)
                        .allMatch(other -> other.credentialOf(mesh.self().id())
                                        .orElseThrow()
                                        .grant()
                                        .serial()
                                > 3 * ROTATIONS));
            }
        }
    }

    private MeshBuilder credited(MeshBuilder node, String name, Authority authority, AtomicInteger serial) {
        NodeId id = Mesh.request(node(name).config()).node();
        return node.authority(authority.key()).credential(credential(authority, id, name, serial));
    }

    private static Credential credential(Authority authority, NodeId node, String name, AtomicInteger serial) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return authority.sign(new Credential.Grant(
                authority.key().fingerprint(),
                "safe",
                node,
                name,
                serial.incrementAndGet(),
                now.minusSeconds(60),
                now.plusSeconds(86_400),
                List.of(Role.MEMBER),
                List.of()));
    }

    private void underLoad(String what, Mesh source, Mesh sink, List<Mesh> all, Rotation rotation)
            throws InterruptedException {
        AtomicIntegerArray seen = new AtomicIntegerArray(MESSAGES);
        sink.open("inbox", SocketKind.RDM)
                .onMessage(message ->
                        seen.incrementAndGet(ByteBuffer.wrap(message.payload()).getInt()));
        NodeId to = source.await("sink", PATIENCE).orElseThrow().id();
        until(() -> source.route(to).size() == 3 && source.isSealed(to));
        // The first message waits for the library of the seals; the load begins behind it.
        sink.open("first", SocketKind.RDM);
        assertThat(source.send(to, "first", new byte[1]).await().isDelivered()).isTrue();
        for (Mesh mesh : all) {
            mesh.subscribe(event -> {
                if (event.kind() == MeshEvent.Kind.LINK_DOWN) {
                    linksLost.add(event);
                }
            });
        }

        // Who keeps pinned links only may have had to ask a node for its name, and was told that it is not wanted.
        Instant metBy = Instant.now();
        AtomicInteger sent = new AtomicInteger();
        List<Ticket> tickets = new ArrayList<>(MESSAGES);
        long began = System.nanoTime();
        Thread traffic = new Thread(
                () -> {
                    while (sent.get() < MESSAGES) {
                        long due = Math.min(MESSAGES, 1 + (System.nanoTime() - began) / (1_000_000_000L / PER_SECOND));
                        for (int number = sent.get(); number < due; number++) {
                            byte[] payload =
                                    ByteBuffer.allocate(64).putInt(number).array();
                            tickets.add(source.send(to, "inbox", payload));
                            sent.set(number + 1);
                        }
                        LockSupport.parkNanos(1_000_000);
                    }
                },
                "traffic");
        traffic.start();
        for (int number = 0; number < ROTATIONS; number++) {
            int from = number * PER_ROTATION;
            until(() -> sent.get() > from);
            rotation.change();
        }
        int sentAtLastChange = sent.get();
        traffic.join();
        List<Outcome> failed = new ArrayList<>();
        for (Ticket ticket : tickets) {
            Outcome outcome = ticket.await();
            if (!outcome.isDelivered()) {
                failed.add(outcome);
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        System.out.printf(
                Locale.ROOT,
                "rotations: %d changes of %s, %d messages in %.1f s: %.0f/s%n",
                ROTATIONS,
                what,
                MESSAGES,
                took.toNanos() / 1e9,
                MESSAGES * 1e9 / took.toNanos());

        assertThat(failed).isEmpty();
        assertThat(tickets).hasSize(MESSAGES);
        int lost = 0;
        int doubled = 0;
        for (int i = 0; i < MESSAGES; i++) {
            lost += seen.get(i) == 0 ? 1 : 0;
            doubled += seen.get(i) > 1 ? 1 : 0;
        }
        assertThat(lost).as("messages that are lost").isZero();
        assertThat(doubled).as("messages that have come twice").isZero();
        assertThat(linksLost).isEmpty();
        assertThat(sentAtLastChange).as("messages sent by the last change").isGreaterThan(MESSAGES - PER_ROTATION);
        // It went over the relay, sealed, to the end.
        assertThat(source.route(to)).hasSize(3);
        assertThat(counter(sink, "seal.opened")).isPositive();
        assertThat(counter(sink, "seal.plain-refused")).isZero();
        for (Mesh mesh : all) {
            assertThat(mesh.refusals()).noneMatch(refusal -> refusal.at().isAfter(metBy));
            assertThat(mesh.statistics().links()).hasSize(mesh.self().name().equals("relay") ? 2 : 1);
        }
    }

    private static long counter(Mesh mesh, String name) {
        return mesh.statistics().counters().getOrDefault(name, 0L);
    }
}
