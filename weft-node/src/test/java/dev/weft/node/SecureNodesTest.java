package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.MeshStartException;
import dev.weft.Message;
import dev.weft.Peer;
import dev.weft.Refusal;
import dev.weft.SocketKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes over TLS, that meet nowhere but on TCP. */
@Timeout(300)
class SecureNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final MeshKey key = MeshKey.random();

    /** As if on a host of its own: it has a runtime directory that no other node looks into. */
    private MeshBuilder node(String mesh, String name) {
        return Mesh.builder(mesh)
                .nodeName(name)
                .ephemeral()
                .runtimeDirectory(directory.resolve(name))
                .beacon(MeshConfig.Beacon.NONE)
                .heartbeat(Duration.ofMillis(200))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    private MeshBuilder node(String name) {
        return node("safe", name);
    }

    private static Locator at(Mesh mesh) {
        return mesh.self().locators().stream()
                .filter(locator -> locator.scheme().equals("tcp"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void membersExchangeMessagesOverTls() throws InterruptedException {
        try (Mesh alice = node("alice").key(key).join();
                Mesh bob = node("bob").key(key).peer(at(alice)).join()) {
            Endpoint inbox = alice.open("inbox", SocketKind.RDM);
            Peer found = bob.await("alice", PATIENCE).orElseThrow();
            byte[] large = new byte[3 << 20];
            large[large.length - 1] = 7;
            assertThat(bob.send(found.id(), "inbox", large).await().isDelivered())
                    .isTrue();
            Message message = inbox.receive();
            assertThat(message.payload()).isEqualTo(large);
            assertThat(message.from()).isEqualTo(bob.self().id());
        }
    }

    @Test
    void nodesWithoutAKeyMeetOverLoopbackUnderTlsAndAreWarned() throws InterruptedException {
        try (Mesh alice = node("alice").join()) {
            List<MeshEvent> events = events(alice);
            try (Mesh bob = node("bob").peer(at(alice)).join()) {
                assertThat(bob.await("alice", PATIENCE)).isPresent();
                String warning = "the mesh has no key: every user of this host can join at " + at(alice);
                until(() -> warnings(events).contains(warning));
                assertThat(warnings(events)).containsExactly(warning);
                // Under TLS all the same.
                assertThat(alice.statistics().counters().get("handshake.completed"))
                        .isPositive();
            }
        }
    }

    @Test
    void whoAllowsPlainIsWarnedOfWhatThatMeans() {
        try (Mesh open = node("open").plaintext().join();
                Mesh keyed = node("keyed").plaintext().key(key).join();
                Mesh safe = node("safe").key(key).join()) {
            List<MeshEvent> atOpen = events(open);
            List<MeshEvent> atKeyed = events(keyed);
            List<MeshEvent> atSafe = events(safe);
            until(() -> !warnings(atOpen).isEmpty()
                    && !warnings(atKeyed).isEmpty()
                    && atSafe.stream().anyMatch(event -> event.kind() == MeshEvent.Kind.LISTENING));
            assertThat(warnings(atOpen))
                    .containsExactly("links are not encrypted: whoever reaches this network can read them and join");
            assertThat(warnings(atKeyed))
                    .containsExactly("links are not encrypted: whoever reaches this network can read them");
            assertThat(warnings(atSafe)).isEmpty();
            // Whoever asks later hears it too.
            List<MeshEvent> later = events(open);
            until(() -> warnings(later).equals(warnings(atOpen)));
        }
    }

    private static List<String> warnings(List<MeshEvent> events) {
        return List.copyOf(events).stream()
                .filter(event -> event.kind() == MeshEvent.Kind.WARNING)
                .map(MeshEvent::detail)
                .toList();
    }

    @Test
    void anotherKeyIsRefusedAndBothEndsSayWhy() {
        refused(node("alice").key(key), node("mallory").key(MeshKey.random()), "NOT_A_MEMBER", "another mesh key");
    }

    @Test
    void aStrangerWithoutAKeyIsRefusedAndBothEndsSayWhy() {
        refused(node("alice").key(key), node("mallory"), "NOT_A_MEMBER", "has shown no key");
    }

    @Test
    void anotherMeshIsRefusedAndBothEndsSayWhy() {
        refused(node("alice").key(key), node("elsewhere", "mallory").key(key), "WRONG_MESH", "is not known here");
    }

    private void refused(MeshBuilder host, MeshBuilder guest, String reason, String text) {
        try (Mesh alice = host.join()) {
            List<MeshEvent> atAlice = events(alice);
            try (Mesh mallory = guest.peer(at(alice)).join()) {
                List<MeshEvent> atMallory = events(mallory);
                until(() -> refusals(atAlice, reason, text) > 0 && refusals(atMallory, reason, text) > 0);
                assertThat(alice.refusals())
                        .anyMatch(
                                refusal -> refusal.node().equals(mallory.self().id())
                                        && refusal.reason().equals(reason)
                                        && refusal.text().contains(text));
                assertThat(mallory.refusals())
                        .anyMatch(refusal -> refusal.locator().equals(java.util.Optional.of(at(alice)))
                                && refusal.reason().equals(reason)
                                && refusal.text().contains(text));
                assertThat(alice.peers()).isEmpty();
                assertThat(mallory.peers()).isEmpty();
                assertThat(alice.statistics().links()).isEmpty();
                String secret = key.text().substring(12, 22);
                assertThat(atAlice).noneMatch(event -> event.detail().contains(secret));
            }
        }
    }

    private static long refusals(List<MeshEvent> events, String reason, String text) {
        return List.copyOf(events).stream()
                .filter(event -> event.kind() == MeshEvent.Kind.LINK_REFUSED)
                .filter(event ->
                        event.detail().startsWith(reason) && event.detail().contains(text))
                .count();
    }

    @Test
    void aNodeInPlainAndOneUnderTlsDoNotMeet() throws InterruptedException {
        try (Mesh alice = node("alice").key(key).join();
                Mesh bob = node("bob").key(key).plaintext().peer(at(alice)).join();
                Mesh carol = node("carol").key(key).peer(at(bob)).join()) {
            // There is no word that both understand: each end says what it met, where it met anything.
            until(() -> hasRefusal(bob, at(alice), "the other end closed the connection")
                    && hasRefusal(carol, at(bob), "")
                    && alice.statistics().counters().get("handshake.failed") > 0);
            until(() -> bob.refusals().stream()
                    .anyMatch(refusal -> refusal.by() == Refusal.By.CONNECTION
                            && refusal.text().equals("the other end speaks TLS, and this one in plain")));
            int refusedSoFar = bob.refusals().size();
            until(() -> bob.refusals().size() > refusedSoFar);
            for (Mesh mesh : List.of(alice, bob, carol)) {
                assertThat(mesh.peers()).isEmpty();
                assertThat(mesh.statistics().links()).isEmpty();
            }
        }
    }

    private static boolean hasRefusal(Mesh mesh, Locator at, String text) {
        return mesh.refusals().stream()
                .anyMatch(refusal -> refusal.locator().equals(java.util.Optional.of(at))
                        && refusal.text().contains(text));
    }

    @Test
    void withoutAKeyNothingLeavesTheHost() {
        assertThatThrownBy(() ->
                        node("alice").listen(Locator.parse("tcp/0.0.0.0:0")).join())
                .isInstanceOf(MeshStartException.class)
                .hasMessageContaining("--key")
                .hasMessageContaining("--plaintext");
        assertThatThrownBy(() ->
                        node("alice").peer(Locator.parse("tcp/192.0.2.1:7400")).join())
                .isInstanceOf(MeshStartException.class)
                .hasMessageContaining("beyond this host");
        assertThatThrownBy(() -> node("alice")
                        .peer(Locator.parse("tcp/127.example.org:7400"))
                        .join())
                .isInstanceOf(MeshStartException.class)
                .hasMessageContaining("beyond this host");
    }

    @Test
    void anIdentityThatOthersMayReadIsRefused() throws Exception {
        Path state = directory.resolve("state");
        MeshBuilder kept = Mesh.builder("safe")
                .stateDirectory(state)
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
        Mesh first = kept.join();
        String id = first.self().id().toString();
        first.close();
        Path file = state.resolve("safe").resolve("identity.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(kept::join).isInstanceOf(MeshStartException.class).hasMessageContaining("chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        try (Mesh again = kept.join()) {
            assertThat(again.self().id().toString()).isEqualTo(id);
        }
    }

    @Test
    void whoKeepsAnOldKeyIsAStrangerAndWhoDoesNotFollowAChangeIsCutOffAndTold() throws InterruptedException {
        MeshKey next = MeshKey.random();
        try (Mesh alice = node("alice").key(key).join();
                Mesh carol = node("carol").key(key).peer(at(alice)).join()) {
            assertThat(carol.await("alice", PATIENCE)).isPresent();
            alice.rekey(List.of(key, next));
            carol.rekey(List.of(key, next));
            alice.rekey(List.of(next));
            carol.rekey(List.of(next));
            try (Mesh late = node("late").key(key).peer(at(alice)).join()) {
                List<MeshEvent> atLate = events(late);
                until(() -> refusals(atLate, "NOT_A_MEMBER", "another mesh key") > 0);
            }
            List<MeshEvent> atCarol = events(carol);
            alice.rekey(List.of(MeshKey.random()));
            until(() -> atCarol.stream()
                    .anyMatch(event -> event.kind() == MeshEvent.Kind.LINK_DOWN
                            && event.detail().startsWith("NOT_A_MEMBER")));
        }
    }

    /** Whatever can be asked of a node, or printed of what it was made of, and whatever it has told of who was refused. */
    @Test
    void theKeyIsInNothingThatANodeTells() {
        MeshKey other = MeshKey.random();
        MeshBuilder described = node("alice").key(key);
        try (Mesh alice = described.join();
                Mesh bob = node("bob").key(key).peer(at(alice)).join();
                Mesh mallory = node("mallory").key(other).peer(at(alice)).join()) {
            List<MeshEvent> events = events(alice);
            until(() -> !bob.peers().isEmpty()
                    && !mallory.refusals().isEmpty()
                    && !alice.refusals().isEmpty());
            alice.rekey(List.of(key, other));
            until(() -> !mallory.peers().isEmpty());
            StringBuilder told = new StringBuilder();
            for (Mesh mesh : List.of(alice, bob, mallory)) {
                told.append(mesh)
                        .append(mesh.self())
                        .append(mesh.peers())
                        .append(mesh.description())
                        .append(mesh.refusals())
                        .append(mesh.statistics())
                        .append(mesh.topology())
                        .append(mesh.deadLetters());
            }
            told.append(events).append(described.config()).append(key).append(List.of(key, other));
            assertThatThrownBy(() -> alice.rekey(List.of(key, other, MeshKey.random())))
                    .satisfies(thrown -> told.append(thrown));
            Thread.getAllStackTraces().keySet().forEach(thread -> told.append(thread.getName()));
            for (MeshKey secret : List.of(key, other)) {
                for (String form : List.of(
                        secret.text().substring(9, 25),
                        HexFormat.of().formatHex(secret.secret()),
                        java.util.Base64.getEncoder()
                                .encodeToString(secret.secret())
                                .substring(0, 20),
                        java.util.Arrays.toString(secret.secret()))) {
                    assertThat(told.toString()).doesNotContainIgnoringCase(form);
                }
            }
        }
    }

    @Test
    void aNodeWithoutAKeyHasNoneToChange() {
        try (Mesh alice = node("alice").join()) {
            assertThatThrownBy(() -> alice.rekey(List.of(key))).isInstanceOf(IllegalStateException.class);
        }
        try (Mesh alice = node("alice").key(key).join()) {
            assertThatThrownBy(() -> alice.rekey(List.of())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static List<MeshEvent> events(Mesh mesh) {
        List<MeshEvent> events = new java.util.concurrent.CopyOnWriteArrayList<>();
        mesh.subscribe(events::add);
        return events;
    }
}
