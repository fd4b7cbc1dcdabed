package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.ConnectOptions;
import dev.weft.Endpoint;
import dev.weft.Group;
import dev.weft.GroupOutcome;
import dev.weft.GroupSendOptions;
import dev.weft.Listener;
import dev.weft.Locator;
import dev.weft.Membership;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import dev.weft.Message;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Refusal;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FlowLabel;
import dev.weft.core.wire.FlowRef;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.LsaKey;
import dev.weft.core.wire.LsaKind;
import dev.weft.core.wire.LsaVersion;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes over TLS with a third between them that has the mesh's key and looks into all it relays. */
@Timeout(300)
class SealedNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final MeshKey key = MeshKey.random();

    private MeshBuilder node(String name) {
        return Mesh.builder("safe")
                .nodeName(name)
                .ephemeral()
                .key(key)
                .runtimeDirectory(directory.resolve(name))
                .beacon(MeshConfig.Beacon.NONE)
                .heartbeat(Duration.ofMillis(200))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    /** Links to the relay and to nobody else. */
    private MeshBuilder leaf(String name, SpyingRelay relay) {
        return node(name)
                .peer(relay.locator())
                .links(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of("relay"), List.of()));
    }

    private static long counter(Mesh mesh, String name) {
        return mesh.statistics().counters().getOrDefault(name, 0L);
    }

    @Test
    void aRelayReadsNeitherPayloadNorEndpointNorAnythingElseOfWhatItRelays() throws Exception {
        try (SpyingRelay relay = new SpyingRelay(node("relay"));
                Mesh alice = leaf("alice", relay).join();
                Mesh bob = leaf("bob", relay).join()) {
            Endpoint inbox = bob.open("canary-endpoint", SocketKind.RDM);
            NodeId to = alice.await("bob", PATIENCE).orElseThrow().id();
            assertThat(alice.route(to)).hasSize(3);
            assertThat(alice.isSealed(to)).isTrue();
            assertThat(alice.isSealed(relay.id())).isFalse();
            for (int i = 0; i < 50; i++) {
                byte[] payload = ("canary-payload " + i).getBytes(StandardCharsets.UTF_8);
                assertThat(alice.send(to, "canary-endpoint", payload).await().isDelivered())
                        .isTrue();
                Message message = inbox.receive();
                assertThat(message.payload()).isEqualTo(payload);
                assertThat(message.from()).isEqualTo(alice.self().id());
            }
            byte[] large = new byte[2 << 20];
            java.util.Arrays.fill(large, (byte) 'c');
            assertThat(alice.send(to, "canary-endpoint", large).await().isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(large);
            try (Listener<PacketSocket> door = bob.listenPackets("canary-door");
                    PacketSocket out = alice.connectPackets(to, "canary-door", ConnectOptions.DEFAULT);
                    PacketSocket in = door.accept()) {
                out.send("canary-packet".getBytes(StandardCharsets.UTF_8));
                assertThat(in.receive().orElseThrow()).isEqualTo("canary-packet".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(relay.frames).hasSizeGreaterThan(200);
            assertThat(relay.saw("bob")).as("it really looks").isTrue();
            assertThat(relay.saw("canary")).isFalse();
            assertThat(relay.saw("cccccccccccccccc")).isFalse();
            assertThat(counter(bob, "seal.opened")).isGreaterThan(150);
            assertThat(counter(bob, "seal.forged")).isZero();
            assertThat(counter(bob, "seal.imposture")).isZero();
            assertThat(counter(bob, "seal.plain-refused")).isZero();
        }
    }

    @Test
    void aRelayReadsNothingOfWhatGoesToAGroupThatItIsNotIn() throws Exception {
        try (SpyingRelay relay = new SpyingRelay(node("relay"));
                Mesh alice = leaf("alice", relay).join();
                Mesh bob = leaf("bob", relay).join();
                Mesh carol = leaf("carol", relay).join();
                Membership atBob = bob.group("ops").join();
                Membership atCarol = carol.group("ops").join()) {
            Group ops = alice.group("ops");
            until(() -> ops.members().size() == 2);
            for (GroupSendOptions kind :
                    List.of(GroupSendOptions.DGRAM, GroupSendOptions.RDM, GroupSendOptions.SEQPACKET)) {
                for (int i = 0; i < 20; i++) {
                    byte[] payload = ("canary " + kind.kind() + i).getBytes(StandardCharsets.UTF_8);
                    GroupOutcome outcome = ops.send(payload, kind).await();
                    assertThat(outcome.isDeliveredToAll()).as("%s", outcome).isTrue();
                    assertThat(atBob.receive().payload()).isEqualTo(payload);
                    assertThat(atCarol.receive().payload()).isEqualTo(payload);
                }
            }
            byte[] large = new byte[2 << 20];
            java.util.Arrays.fill(large, (byte) 'c');
            assertThat(ops.send(large, GroupSendOptions.RDM).await().isDeliveredToAll())
                    .isTrue();
            assertThat(atBob.receive().payload()).isEqualTo(large);
            assertThat(relay.saw("ops")).as("it really looks").isTrue();
            assertThat(relay.saw("canary")).isFalse();
            assertThat(relay.saw("cccccccccccccccc")).isFalse();
            assertThat(counter(alice, "group.seal.sealed")).isEqualTo(61);
            assertThat(counter(bob, "group.seal.opened")).isEqualTo(61);
            assertThat(counter(bob, "group.seal.forged")).isZero();

            atCarol.close();
            until(() -> ops.members().size() == 1);
            long told = counter(alice, "group.seal.told");
            assertThat(ops.send(new byte[] {1}, GroupSendOptions.RDM).await().isDeliveredToAll())
                    .isTrue();
            assertThat(counter(alice, "group.seal.told"))
                    .as("who has left does not get the next key")
                    .isEqualTo(told + 1);
        }
    }

    @Test
    void aRelayCannotSpeakInAnothersName() throws Exception {
        try (SpyingRelay relay = new SpyingRelay(node("relay"));
                Mesh alice = leaf("alice", relay).join();
                Mesh bob = leaf("bob", relay).join()) {
            Endpoint inbox = bob.open("inbox", SocketKind.RDM);
            NodeId to = alice.await("bob", PATIENCE).orElseThrow().id();
            assertThat(alice.send(to, "inbox", new byte[] {1}).await().isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).containsExactly(1);
            FlowLabel hers = new FlowLabel(alice.self().id(), 1, 99, to, 1, SocketKind.RDM, WhenFull.WAIT, "inbox", 0);
            for (long incarnation = 0; incarnation < 4; incarnation++) {
                FlowLabel label = new FlowLabel(
                        hers.origin(), incarnation, 99, to, incarnation, SocketKind.RDM, WhenFull.WAIT, "inbox", 0);
                Frame data = Data.whole(FlowRef.opening(label), 0, 0, ByteView.utf8("forged"));
                relay.say(to, RoutedFrame.of(RouteHeader.DIRECT, data).encode());
                relay.say(
                        to,
                        RoutedFrame.of(RouteHeader.along(1).forwarded(2), data).encode());
            }
            until(() -> counter(bob, "seal.plain-refused") >= 4 && counter(bob, "seal.imposture") >= 4);
            assertThat(alice.send(to, "inbox", new byte[] {2}).await().isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).containsExactly(2);
        }
    }

    @Test
    void aMemberThatAdvertisesInAnothersNameIsNotBelievedAndShutOut() throws Exception {
        try (SpyingRelay relay = new SpyingRelay(node("relay"));
                Mesh alice = leaf("alice", relay).join();
                Mesh bob = leaf("bob", relay).join()) {
            NodeId to = alice.await("bob", PATIENCE).orElseThrow().id();
            assertThat(counter(alice, "topology.checked")).isGreaterThanOrEqualTo(4);
            Lsa lie = Lsa.originate(
                    "safe",
                    new LsaKey(to, LsaKind.NODE),
                    new LsaVersion(9, 9),
                    ByteView.EMPTY,
                    relay.publicKey(),
                    relay::sign);
            relay.say(alice.self().id(), new Flood(List.of(new Flood.Item(0, lie))).encode());
            until(() -> counter(alice, "topology.forged") == 1 && counter(alice, "link.shut-out") == 1);
            until(() -> alice.refusals().stream()
                    .anyMatch(refusal -> refusal.text().contains("in the name of node " + to.brief())));
            until(() -> relay.saw("in the name of node " + to.brief()));
            assertThat(counter(bob, "topology.forged")).isZero();
        }
    }

    @Test
    void aRestartedDestinationIsSpokenToUnderNewKeys() throws Exception {
        try (SpyingRelay relay = new SpyingRelay(node("relay"));
                Mesh alice = leaf("alice", relay).join()) {
            for (int life = 1; life <= 3; life++) {
                try (Mesh bob = leaf("bob" + life, relay).join()) {
                    Endpoint inbox = bob.open("inbox", SocketKind.RDM);
                    NodeId to =
                            alice.await("bob" + life, PATIENCE).orElseThrow().id();
                    assertThat(alice.send(to, "inbox", new byte[] {7}).await().isDelivered())
                            .isTrue();
                    assertThat(inbox.receive().payload()).containsExactly(7);
                }
            }
            assertThat(counter(alice, "seal.begun")).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void whereNobodySealsARelayReadsAll() throws Exception {
        try (SpyingRelay relay = new SpyingRelay(node("relay").sealing(MeshConfig.Sealing.NEVER));
                Mesh alice =
                        leaf("alice", relay).sealing(MeshConfig.Sealing.NEVER).join();
                Mesh bob = leaf("bob", relay).sealing(MeshConfig.Sealing.NEVER).join()) {
            bob.open("canary-endpoint", SocketKind.RDM);
            NodeId to = alice.await("bob", PATIENCE).orElseThrow().id();
            assertThat(alice.isSealed(to)).isFalse();
            alice.send(to, "canary-endpoint", new byte[] {1}).await();
            assertThat(relay.saw("canary")).isTrue();
        }
    }

    @Test
    void aNodeThatSealsAndOneThatNeverDoesRefuseEachOtherAndSayWhy() {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob")
                        .sealing(MeshConfig.Sealing.NEVER)
                        .peer(alice.self().locators().get(0))
                        .join()) {
            until(() -> refused(alice) && refused(bob));
            assertThat(alice.peers()).isEmpty();
        }
    }

    private static boolean refused(Mesh mesh) {
        List<Refusal> refusals = mesh.refusals();
        return refusals.stream()
                .anyMatch(refusal ->
                        refusal.reason().equals("FORBIDDEN") && refusal.text().contains("sealing=never"));
    }

    @Test
    void nodesThatAlwaysSealDoSoOverALinkOfTheirOwn() throws InterruptedException, IOException {
        try (Mesh alice = node("alice").sealing(MeshConfig.Sealing.ALWAYS).join();
                Mesh bob = node("bob").peer(alice.self().locators().get(0)).join()) {
            Endpoint inbox = alice.open("inbox", SocketKind.RDM);
            NodeId to = bob.await("alice", PATIENCE).orElseThrow().id();
            Outcome outcome = bob.send(to, "inbox", new byte[] {1}).await();
            assertThat(outcome.isDelivered()).isTrue();
            assertThat(inbox.receive().payload()).containsExactly(1);
            assertThat(counter(alice, "seal.opened")).isPositive();
            assertThat(bob.isSealed(to)).isTrue();
        }
    }
}
