package dev.weft.node;

import static dev.weft.node.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.Refusal;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.CloseReason;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.VersionRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes, and somebody on the wire or at the door who is not who he says. Both ends say what he was refused for. */
@Timeout(300)
class ImpostorTest {
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
                .heartbeat(Duration.ofMillis(500))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    private static Locator at(Mesh mesh) {
        return mesh.self().locators().get(0);
    }

    private static boolean hasRefusal(Mesh mesh, String reason, String text) {
        return mesh.refusals().stream()
                .anyMatch(refusal ->
                        refusal.reason().equals(reason) && refusal.text().contains(text));
    }

    private static void assertTold(ConcurrentLinkedQueue<ByteView> heard, CloseReason reason, String text) {
        until(() -> Impostor.closeIn(heard).isPresent());
        Close close = Impostor.closeIn(heard).orElseThrow();
        assertThat(close.reason()).isEqualTo(reason);
        assertThat(close.text()).contains(text);
    }

    private static ByteView hello(NodeId claimed) {
        return new Hello(
                        VersionRange.OURS,
                        "safe",
                        claimed,
                        99,
                        1,
                        "somebody",
                        ByteView.of(new byte[16]),
                        0,
                        List.of(),
                        Optional.empty(),
                        1,
                        1_000,
                        1 << 20,
                        ByteView.of(new byte[Hello.NONCE_BYTES]))
                .encode();
    }

    @Test
    void aNodeThatClaimsTheIdOfAnotherIsRefusedAndBothEndsSayWhy() {
        try (Mesh alice = node("alice").join();
                Mesh bob = node("bob").join();
                Impostor mallory = Impostor.underTls()) {
            NodeId bobId = bob.self().id();
            mallory.say(at(alice), List.of(hello(bobId)));
            until(() -> hasRefusal(alice, "WRONG_IDENTITY", bobId.toString()));
            assertTold(mallory.fromFar, CloseReason.WRONG_IDENTITY, bobId.toString());
            assertThat(alice.peers()).isEmpty();
            // Bob himself is none the worse for it.
            try (Mesh carol = node("carol").peer(at(alice)).peer(at(bob)).join()) {
                until(() -> carol.peers().size() == 2);
            }
        }
    }

    @Test
    void whoPassesOnWhatTwoMembersSayUnderAKeyOfHisOwnIsFoundOutByBoth() throws Exception {
        try (Mesh alice = node("alice").join();
                Impostor middle = Impostor.underTls();
                Mesh bob = node("bob").peer(middle.standBefore(at(alice))).join()) {
            // Alice hears first, and finds Bob's words under the key of the one between, whom she names; she says so,
            // and
            // that is passed on to Bob with all else.
            String text = "node id " + bob.self().id() + " is not that of the key shown with it";
            until(() -> hasRefusal(alice, Refusal.By.THIS_NODE, middle.key.id(), text));
            until(() -> hasRefusal(bob, Refusal.By.OTHER_NODE, middle.key.id(), text));
            assertThat(alice.peers()).isEmpty();
            assertThat(bob.peers()).isEmpty();
            assertThat(middle.fromNear).isNotEmpty();
        }
    }

    /** Who keeps what the other end says of it from Bob does not get through either: then it is Bob who finds out. */
    @Test
    void whoAnswersInTheNameOfAnotherIsFoundOutByWhoDialledAndTold() throws Exception {
        try (Mesh alice = node("alice").join();
                Impostor mallory = Impostor.underTls()) {
            NodeId aliceId = alice.self().id();
            try (Mesh bob =
                    node("bob").peer(mallory.answering(List.of(hello(aliceId)))).join()) {
                String text = "node id " + aliceId + " is not that of the key shown with it";
                until(() -> hasRefusal(bob, Refusal.By.THIS_NODE, mallory.key.id(), text));
                assertTold(mallory.fromNear, CloseReason.WRONG_IDENTITY, text);
                assertThat(bob.peers()).isEmpty();
            }
        }
    }

    private static boolean hasRefusal(Mesh mesh, Refusal.By by, NodeId shown, String text) {
        return mesh.refusals().stream()
                .anyMatch(refusal -> refusal.by() == by
                        && refusal.node().equals(shown)
                        && refusal.reason().equals("WRONG_IDENTITY")
                        && refusal.text().equals(text));
    }

    @Test
    void aProofThatIsSaidAgainOnAnotherConnectionIsRefusedAndBothEndsSayWhy() throws Exception {
        try (Mesh alice = node("alice").plaintext().join();
                Impostor middle = Impostor.inPlain()) {
            try (Mesh bob =
                    node("bob").plaintext().peer(middle.standBefore(at(alice))).join()) {
                // In plain nobody notices who only listens; that is what is then tried with what he has heard.
                assertThat(bob.await("alice", PATIENCE)).isPresent();
            }
            until(() -> alice.statistics().links().isEmpty());
            try (Impostor mallory = Impostor.inPlain()) {
                mallory.say(at(alice), List.copyOf(middle.fromNear));
                until(() -> hasRefusal(alice, "NOT_A_MEMBER", "altered on its way"));
                assertTold(mallory.fromFar, CloseReason.NOT_A_MEMBER, "altered on its way");
            }
            assertThat(alice.peers()).isEmpty();
        }
    }

    @Test
    void aProofThatIsSaidAgainUnderTlsIsRefusedForTheKeyOfWhoSaysIt() throws Exception {
        ConcurrentLinkedQueue<ByteView> recorded;
        NodeId bobId;
        try (Mesh alice = node("alice").plaintext().join();
                Impostor middle = Impostor.inPlain();
                Mesh bob = node("bob")
                        .plaintext()
                        .peer(middle.standBefore(at(alice)))
                        .join()) {
            assertThat(bob.await("alice", PATIENCE)).isPresent();
            bobId = bob.self().id();
            recorded = middle.fromNear;
        }
        try (Mesh alice = node("alice").join();
                Impostor mallory = Impostor.underTls()) {
            mallory.say(at(alice), List.copyOf(recorded));
            until(() -> hasRefusal(alice, "WRONG_IDENTITY", bobId.toString()));
            assertTold(mallory.fromFar, CloseReason.WRONG_IDENTITY, bobId.toString());
        }
    }
}
