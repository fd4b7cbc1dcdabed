package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Authority;
import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Credential;
import dev.weft.CredentialRequest;
import dev.weft.Endpoint;
import dev.weft.Listener;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.MeshStartException;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Peer;
import dev.weft.Permission;
import dev.weft.Revocations;
import dev.weft.Role;
import dev.weft.SocketKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes over TLS in a mesh that has an authority. */
@Timeout(300)
class AuthorityNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private final Authority authority = Authority.generate();
    private long serial;

    @TempDir
    Path directory;

    /** As if on a host of its own, with an identity that is kept. */
    private MeshBuilder stranger(String name) {
        return Mesh.builder("safe")
                .nodeName(name)
                .stateDirectory(directory.resolve("state-" + name))
                .runtimeDirectory(directory.resolve("run-" + name))
                .beacon(MeshConfig.Beacon.NONE)
                .heartbeat(Duration.ofMillis(500))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    private MeshBuilder citizen(String name, String... may) {
        return stranger(name).authority(authority.key()).credential(credential(name, may));
    }

    private Credential credential(String name, String... may) {
        CredentialRequest request =
                CredentialRequest.parse(Mesh.request(stranger(name).config()).text());
        return sign(authority, request.node(), name, now.minusSeconds(60), now.plusSeconds(86_400), may);
    }

    private Credential sign(Authority by, NodeId node, String name, Instant from, Instant to, String... may) {
        List<Permission> permissions = Arrays.stream(may).map(Permission::parse).toList();
        return by.sign(new Credential.Grant(
                by.key().fingerprint(),
                "safe",
                node,
                name,
                ++serial,
                from,
                to,
                permissions.isEmpty() ? List.of(Role.MEMBER) : List.of(),
                permissions));
    }

    private Revocations revocations(long number, NodeId... nodes) {
        return authority.sign(new Revocations.Content(
                authority.key().fingerprint(),
                "safe",
                number,
                now,
                Arrays.stream(nodes)
                        .sorted()
                        .map(node -> new Revocations.Entry(node, Revocations.Entry.ALL))
                        .toList()));
    }

    private static Locator at(Mesh mesh) {
        return mesh.self().locators().stream()
                .filter(locator -> locator.scheme().equals("tcp"))
                .findFirst()
                .orElseThrow();
    }

    private static List<MeshEvent> events(Mesh mesh) {
        List<MeshEvent> events = new CopyOnWriteArrayList<>();
        mesh.subscribe(events::add);
        return events;
    }

    private static boolean hasRefusal(Mesh mesh, String reason, String text) {
        return mesh.refusals().stream()
                .anyMatch(refusal ->
                        refusal.reason().equals(reason) && refusal.text().contains(text));
    }

    private void refused(MeshBuilder host, MeshBuilder guest, String reason, String text) {
        try (Mesh alice = host.join();
                Mesh mallory = guest.peer(at(alice)).join()) {
            until(() -> hasRefusal(alice, reason, text) && hasRefusal(mallory, reason, text));
            assertThat(alice.peers()).isEmpty();
            assertThat(mallory.peers()).isEmpty();
        }
    }

    @Test
    void nodesWithCredentialsMeetWithoutAnyKeyAndExchangeMessages() throws InterruptedException {
        try (Mesh alice = citizen("alice").join();
                Mesh bob = citizen("bob").peer(at(alice)).join()) {
            Endpoint inbox = alice.open("inbox", SocketKind.RDM);
            Peer found = bob.await("alice", PATIENCE).orElseThrow();
            assertThat(bob.send(found.id(), "inbox", new byte[100]).await().isDelivered())
                    .isTrue();
            assertThat(inbox.receive().from()).isEqualTo(bob.self().id());
            assertThat(alice.credentialOf(bob.self().id()).orElseThrow().grant().name())
                    .isEqualTo("bob");
        }
    }

    @Test
    void whoHasTheKeyOfTheMeshAndNoCredentialIsRefusedAndBothEndsSayWhy() {
        MeshKey key = MeshKey.random();
        refused(
                citizen("alice").key(key),
                stranger("mallory").key(key),
                "NO_CREDENTIAL",
                "has shown no credential of the mesh's authority");
    }

    @Test
    void aCredentialOfAnotherAuthorityIsRefusedAndBothEndsSayWhy() {
        Authority other = Authority.generate();
        NodeId id = Mesh.request(stranger("mallory").config()).node();
        Credential credential = sign(other, id, "mallory", now, now.plusSeconds(100));
        refused(
                citizen("alice"),
                stranger("mallory").authority(other.key()).credential(credential),
                "WRONG_AUTHORITY",
                "is of authority");
    }

    @Test
    void aCredentialThatDoesNotFitTheNodeKeepsItFromStarting() {
        Credential alices = credential("alice");
        assertStartFails(
                stranger("bob").nodeName("alice").authority(authority.key()).credential(alices), "is for node");
        assertStartFails(stranger("alice").authority(Authority.generate().key()).credential(alices), "is of authority");
        NodeId id = alices.grant().node();
        assertStartFails(
                stranger("alice")
                        .authority(authority.key())
                        .credential(sign(authority, id, "alice", now.minusSeconds(9_000), now.minusSeconds(8_000))),
                "was valid until");
        assertStartFails(
                stranger("alice")
                        .authority(authority.key())
                        .credential(sign(authority, id, "alice", now.plusSeconds(8_000), now.plusSeconds(9_000))),
                "is not valid before");
        assertThatThrownBy(() -> stranger("alice").credential(alices).config())
                .hasMessageContaining("--authority FILE");
        assertThatThrownBy(() -> stranger("bob")
                        .authority(authority.key())
                        .credential(alices)
                        .config())
                .hasMessageContaining("is for the name 'alice'");
    }

    private static void assertStartFails(MeshBuilder builder, String text) {
        assertThatThrownBy(builder::join).isInstanceOf(MeshStartException.class).hasMessageContaining(text);
    }

    @Test
    void whatANodeMayDoIsDecidedByWhoReceives() throws Exception {
        try (Mesh alice = citizen("alice").join();
                Mesh relay = citizen("relay").peer(at(alice)).join();
                Mesh bob = citizen("bob", "send:orders", "join:shop*")
                        .peer(at(relay))
                        .links(new MeshConfig.Links(
                                MeshConfig.Links.Policy.PINNED_ONLY, List.of("relay"), List.of("alice")))
                        .join()) {
            alice.open("orders", SocketKind.RDM);
            alice.open("payroll", SocketKind.RDM);
            NodeId target = bob.await("alice", PATIENCE).orElseThrow().id();
            NodeId id = bob.self().id();
            assertThat(bob.send(target, "orders", new byte[10]).await().isDelivered())
                    .isTrue();
            Outcome refused = bob.send(target, "payroll", new byte[10]).await();
            assertThat(refused.kind()).isEqualTo(Outcome.Kind.REJECTED);
            assertThat(refused.reason()).isEqualTo(Outcome.Reason.NOT_PERMITTED);
            assertThat(alice.statistics().counters().get("authority.denied")).isPositive();

            alice.listenStream("backdoor");
            assertThatThrownBy(() -> bob.connectStream(target, "backdoor", dev.weft.ConnectOptions.DEFAULT))
                    .hasMessageContainingAll("not permitted");

            bob.group("shop-1").join();
            bob.group("board").join();
            until(() -> alice.groups().contains("shop-1"));
            assertThat(alice.group("shop-1").members()).contains(id);
            assertThat(alice.groups()).doesNotContain("board");
            alice.group("board").join();
            until(() -> bob.groups().contains("board")
                    && bob.group("board").members().size() > 1);
            assertThat(bob.group("board")
                            .send(new byte[5])
                            .await()
                            .byMember()
                            .get(target)
                            .reason())
                    .isEqualTo(Outcome.Reason.NOT_PERMITTED);
        }
    }

    @Test
    void aProcessOfTheSameUserWithoutACredentialSeesTheMeshAndMayDoNothing() throws InterruptedException {
        Path run = directory.resolve("run");
        try (Mesh alice = citizen("alice")
                        .runtimeDirectory(run)
                        .listen(Locator.parse("unix/" + run.resolve("a")))
                        .join();
                Mesh tool = Mesh.builder("safe")
                        .ephemeral()
                        .runtimeDirectory(run)
                        .beacon(MeshConfig.Beacon.NONE)
                        .join()) {
            alice.open("inbox", SocketKind.RDM);
            NodeId target = tool.await("alice", PATIENCE).orElseThrow().id();
            Outcome outcome = tool.send(target, "inbox", new byte[1]).await();
            assertThat(outcome.reason()).isEqualTo(Outcome.Reason.NOT_PERMITTED);
        }
    }

    @Test
    void whoIsRevokedIsCutOffEverywhereAndStaysOutAlsoAfterARestart() throws InterruptedException {
        try (Mesh alice = citizen("alice").join();
                Mesh carol = citizen("carol").peer(at(alice)).join()) {
            NodeId bobId;
            try (Mesh bob = citizen("bob").peer(at(alice)).peer(at(carol)).join()) {
                bobId = bob.self().id();
                until(() -> bob.statistics().links().size() == 2
                        && alice.statistics().links().size() == 2
                        && carol.statistics().links().size() == 2);
                List<MeshEvent> atCarol = events(carol);
                List<MeshEvent> atAlice = events(alice);
                List<MeshEvent> atBob = events(bob);
                Instant began = Instant.now();
                assertThat(alice.revoke(revocations(1, bobId))).isEqualTo(1);
                until(() -> bob.statistics().links().isEmpty());
                // By each node's own clock, which does not know how long this test was kept waiting.
                for (List<MeshEvent> events : List.of(atAlice, atCarol)) {
                    until(() -> cutOff(events, bobId).isPresent());
                    assertThat(Duration.between(began, cutOff(events, bobId).orElseThrow()))
                            .isLessThan(Duration.ofSeconds(2));
                }
                for (Mesh other : List.of(alice, carol)) {
                    NodeId otherId = other.self().id();
                    until(() -> cutOff(atBob, otherId).isPresent());
                    assertThat(Duration.between(began, cutOff(atBob, otherId).orElseThrow()))
                            .isLessThan(Duration.ofSeconds(2));
                }
                until(() -> carol.revocations().isPresent());
                assertThat(hasRefusal(bob, "REVOKED", "is revoked by list 1")).isTrue();
                until(() -> atCarol.stream()
                        .anyMatch(event -> event.kind() == MeshEvent.Kind.REVOCATIONS_CHANGED
                                && event.detail().contains("list 1")));
                // Bob goes on dialling, and believes himself linked until the other end has judged him.
                int refusedSoFar = bob.refusals().size();
                until(() -> bob.refusals().size() > refusedSoFar);
                for (Mesh mesh : List.of(alice, carol)) {
                    assertThat(mesh.statistics().links())
                            .noneMatch(link -> link.peer().equals(bobId));
                }
                assertThat(carol.peers()).noneMatch(peer -> peer.id().equals(bobId));
                // Numbers only rise.
                assertThat(alice.revoke(revocations(1))).isEqualTo(1);
                assertThat(alice.revocations().orElseThrow().revokes(bobId)).isTrue();
                assertThatThrownBy(() -> alice.revoke(Authority.generate()
                                .sign(new Revocations.Content(
                                        Authority.generate().key().fingerprint(), "safe", 9, now, List.of()))))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            carol.close();
            alice.close();
            until(() ->
                    directory.resolve("state-alice/safe/revocations").toFile().exists());
            // Nobody is there who could tell.
            try (Mesh again = citizen("alice").join()) {
                until(() -> again.revocations().isPresent());
                try (Mesh bob = citizen("bob").peer(at(again)).join()) {
                    until(() -> hasRefusal(bob, "REVOKED", "is revoked by list 1")
                            && hasRefusal(again, "REVOKED", "is revoked by list 1"));
                    assertThat(again.peers()).isEmpty();
                }
            }
        }
    }

    /** When a link to a node went down because somebody is revoked. */
    private static Optional<Instant> cutOff(List<MeshEvent> events, NodeId node) {
        return events.stream()
                .filter(event -> event.kind() == MeshEvent.Kind.LINK_DOWN
                        && event.node().equals(node)
                        && event.detail().contains("revoked by list"))
                .map(MeshEvent::at)
                .findFirst();
    }

    @Test
    void aCredentialThatEndsEndsTheLinks() {
        // It has ended already, but for what clocks may differ.
        NodeId id = Mesh.request(stranger("bob").config()).node();

        Credential ending = sign(authority, id, "bob", now.minusSeconds(100), now.minusSeconds(50));
        try (Mesh alice = citizen("alice").join();
                Mesh bob = stranger("bob")
                        .authority(authority.key())
                        .credential(ending)
                        .peer(at(alice))
                        .join()) {
            List<MeshEvent> atAlice = events(alice);
            until(() -> !alice.statistics().links().isEmpty());
            until(() -> alice.statistics().links().isEmpty() && hasRefusal(bob, "EXPIRED", "was valid until"));
            Instant ended = atAlice.stream()
                    .filter(event -> event.kind() == MeshEvent.Kind.LINK_DOWN
                            && event.detail().startsWith("EXPIRED"))
                    .map(MeshEvent::at)
                    .findFirst()
                    .orElseThrow();
            // The end, a minute for clocks that differ, and less than two seconds.
            Instant end = ending.grant().notAfter().plusSeconds(60);
            assertThat(ended).isBetween(end, end.plusSeconds(2));
            // He dials again, and is turned away for the same.
            until(() -> hasRefusal(alice, "EXPIRED", "was valid until"));
            bob.renew(sign(authority, id, "bob", now.minusSeconds(100), now.plusSeconds(100)));
            until(() -> !alice.statistics().links().isEmpty());
        }
    }

    @Test
    void whoseRightsHaveBecomeFewerLosesTheConnectionsThatHeCouldNotBeginAnyMore() throws Exception {
        try (Mesh alice = citizen("alice").join();
                Mesh bob = citizen("bob", "send:orders", "send:news")
                        .peer(at(alice))
                        .join();
                Listener<PacketSocket> orders = alice.listenPackets("orders");
                Listener<PacketSocket> news = alice.listenPackets("news")) {
            NodeId target = bob.await("alice", PATIENCE).orElseThrow().id();
            PacketSocket kept = bob.connectPackets(target, "news", ConnectOptions.DEFAULT);
            PacketSocket keptFar = news.accept();
            PacketSocket lost = bob.connectPackets(target, "orders", ConnectOptions.DEFAULT);
            PacketSocket lostFar = orders.accept();
            assertThat(lost.send(new byte[1]).await().isDelivered()).isTrue();
            assertThat(lostFar.receive()).isPresent();
            List<MeshEvent> atAlice = events(alice);

            bob.renew(credential("bob", "send:news"));
            assertThatThrownBy(lostFar::receive)
                    .isInstanceOfSatisfying(
                            ConnectionException.class,
                            broken -> assertThat(broken.outcome().reason()).isEqualTo(Outcome.Reason.NOT_PERMITTED));
            // He hears a reset alone where nothing was ever said to him, for then he knows no flow that could be
            // aborted.
            assertThatThrownBy(lost::receive)
                    .isInstanceOfSatisfying(
                            ConnectionException.class,
                            broken -> assertThat(broken.outcome().reason())
                                    .isIn(Outcome.Reason.NOT_PERMITTED, Outcome.Reason.CONNECTION_RESET));
            assertThat(kept.send(new byte[] {7}).await().isDelivered()).isTrue();
            assertThat(keptFar.receive().orElseThrow()).containsExactly(7);

            // And cannot begin it anew; who refuses says so, once for however many attempts.
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> bob.connectPackets(target, "orders", ConnectOptions.DEFAULT))
                        .hasMessageContaining("not permitted");
            }
            until(() -> denials(atAlice) > 0);
            assertThat(denials(atAlice)).isEqualTo(1);
            assertThat(hasRefusal(alice, "NOT_PERMITTED", "has no right to send 'orders'"))
                    .isTrue();
            assertThat(hasRefusal(bob, "NOT_PERMITTED", "says that this node has no right to that connection"))
                    .isTrue();
            assertThat(alice.statistics().counters().get("authority.denied")).isGreaterThanOrEqualTo(5);
        }
    }

    private static long denials(List<MeshEvent> events) {
        return events.stream()
                .filter(event -> event.kind() == MeshEvent.Kind.DENIED
                        && event.detail().contains("has no right to send 'orders'"))
                .count();
    }

    @Test
    void withoutAnAuthorityNothingOfItMeansAnything() {
        try (Mesh alice = stranger("alice").key(MeshKey.random()).join()) {
            assertThatThrownBy(() -> alice.renew(credential("alice"))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> alice.revoke(revocations(1))).isInstanceOf(IllegalStateException.class);
            assertThat(alice.revocations()).isEmpty();
        }
    }
}
