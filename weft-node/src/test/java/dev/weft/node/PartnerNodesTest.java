package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.SocketKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes on TCP that demand more or less of one partner than of all, and somebody who reads on the wire. */
@Timeout(300)
class PartnerNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CANARY = "canary5c1e";

    @TempDir
    Path directory;

    private final MeshKey key = MeshKey.random();

    /** Linked to none but the named. */
    private MeshBuilder node(String name, String... links) {
        return Mesh.builder("safe")
                .nodeName(name)
                .ephemeral()
                .key(key)
                .runtimeDirectory(directory.resolve(name))
                .beacon(MeshConfig.Beacon.NONE)
                .heartbeat(Duration.ofMillis(500))
                .links(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of(links), List.of()))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    private static Locator at(Mesh mesh) {
        return mesh.self().locators().get(0);
    }

    private static void say(Mesh from, Mesh to, String word) throws InterruptedException {
        try (Endpoint inbox = to.open("inbox-" + word, SocketKind.RDM)) {
            NodeId target = from.await(to.self().name(), PATIENCE).orElseThrow().id();
            byte[] payload = (CANARY + word).getBytes(StandardCharsets.UTF_8);
            assertThat(from.send(target, "inbox-" + word, payload).await().isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(payload);
        }
    }

    @Test
    void aPartnerThatIsTrustedIsSpokenToInPlainAndAllOthersUnderTls() throws Exception {
        MeshConfig.Partner anyHere = MeshConfig.Partner.parse("tcp/127.0.0.1:*", "plain");
        try (Mesh trusting = node("trusting")
                        .links(MeshConfig.Links.AUTOMATIC)
                        .partner(anyHere)
                        .join();
                Mesh strict = node("strict", "carol").join();
                Tap onTrusting = new Tap(at(trusting));
                Tap onStrict = new Tap(at(strict));
                Mesh carol = node("carol", "trusting", "strict")
                        .partner(MeshConfig.Partner.parse(onTrusting.locator().toString(), "plain"))
                        .peer(onTrusting.locator())
                        .peer(onStrict.locator())
                        .join()) {
            until(() -> carol.statistics().links().size() == 2);
            say(carol, trusting, "-plain");
            say(carol, strict, "-hidden");
            assertThat(onTrusting.heard()).contains(CANARY + "-plain").doesNotContain("weft/1");
            // TLS in both directions, or the second tap has heard nothing.
            assertThat(onStrict.heard()).contains("weft/1").doesNotContain(CANARY);
            // The key is asked for in plain too.
            try (Mesh mallory = Mesh.builder("safe")
                    .nodeName("mallory")
                    .ephemeral()
                    .runtimeDirectory(directory.resolve("mallory"))
                    .beacon(MeshConfig.Beacon.NONE)
                    .plaintext()
                    .peer(at(trusting))
                    .join()) {
                until(() -> trusting.refusals().stream()
                        .anyMatch(refusal -> refusal.reason().equals("NOT_A_MEMBER")
                                && refusal.node().equals(mallory.self().id())));
                until(() -> mallory.refusals().stream()
                        .anyMatch(refusal -> refusal.reason().equals("NOT_A_MEMBER")));
                assertThat(mallory.peers()).isEmpty();
            }
        }
    }

    @Test
    void aPartnerThatMustBeEncryptedIsNotSpokenToInPlainThoughOthersAre() throws Exception {
        try (Mesh open = node("open", "carol").plaintext().join();
                Mesh carol = node("carol", "open")
                        .plaintext()
                        .partner(MeshConfig.Partner.parse(at(open).toString(), "encrypted"))
                        .peer(at(open))
                        .join()) {
            until(() -> carol.refusals().stream()
                    .anyMatch(refusal -> refusal.reason().equals("NOT_ENCRYPTED")
                            && refusal.text().contains("must be encrypted")));
            assertThat(carol.peers()).isEmpty();
        }
    }

    @Test
    void aNameThatIsPinnedToANodeIsRefusedToAnother() throws Exception {
        try (Mesh hub = node("hub", "carol").join();
                Mesh carol = node("carol", "hub")
                        .partner(MeshConfig.Partner.parse("hub", "01234567-89ab-8def-8123-456789abcdef"))
                        .peer(at(hub))
                        .join()) {
            for (Mesh each : List.of(hub, carol)) {
                until(() -> each.refusals().stream()
                        .anyMatch(refusal -> refusal.reason().equals("WRONG_IDENTITY")
                                && refusal.text().contains("partner hub is to be another node")));
                assertThat(each.peers()).isEmpty();
            }
        }
        NodeId[] id = new NodeId[1];
        try (Mesh hub = node("hub", "dave").join()) {
            id[0] = hub.self().id();
            try (Mesh dave = node("dave", "hub")
                    .partner(MeshConfig.Partner.parse("hub", id[0].toString()))
                    .peer(at(hub))
                    .join()) {
                assertThat(dave.await("hub", PATIENCE)).isPresent();
            }
        }
    }
}
