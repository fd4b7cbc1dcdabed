package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Endpoint;
import dev.weft.GroupSendOptions;
import dev.weft.ListenOptions;
import dev.weft.Listener;
import dev.weft.Locator;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Secrecy;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.StreamSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that demand seals, between two nodes with one link, which is in plain so that the wire shows what is said. */
@Timeout(300)
class SecrecyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Outcome NOT_SEALED = Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.NOT_SEALED);
    private static final SendOptions SEALED = SendOptions.RDM.withSecrecy(Secrecy.SEALED);

    @TempDir
    Path directory;

    private MeshBuilder node(String name) {
        return Mesh.builder("safe")
                .nodeName(name)
                .ephemeral()
                .plaintext()
                .runtimeDirectory(directory.resolve(name))
                .beacon(MeshConfig.Beacon.NONE)
                .heartbeat(Duration.ofMillis(500))
                .listen(Locator.parse("tcp/127.0.0.1:0"));
    }

    /** Two nodes, and who reads along between them. */
    private static final class Pair implements AutoCloseable {
        private final Mesh bob;
        private final Tap tap;
        private final Mesh alice;
        private final NodeId to;

        Pair(MeshBuilder ofBob, MeshBuilder ofAlice) throws Exception {
            bob = ofBob.join();
            tap = new Tap(bob.self().locators().get(0));
            alice = ofAlice.peer(tap.locator()).join();
            to = alice.await("bob", PATIENCE).orElseThrow().id();
            assertThat(bob.await("alice", PATIENCE)).isPresent();
        }

        Outcome send(String endpoint, String word, SendOptions options) throws InterruptedException {
            return alice.send(to, endpoint, bytes(word), options).await();
        }

        @Override
        public void close() throws IOException {
            alice.close();
            bob.close();
            tap.close();
        }
    }

    private Pair keyed() throws Exception {
        MeshKey key = MeshKey.random();
        return new Pair(node("bob").key(key), node("alice").key(key));
    }

    private static byte[] bytes(String word) {
        return word.getBytes(StandardCharsets.UTF_8);
    }

    private static Outcome.Reason refusal(Connecting connecting) {
        return catchThrowableOfType(ConnectionException.class, connecting::run)
                .outcome()
                .reason();
    }

    private interface Connecting {
        void run() throws ConnectionException, InterruptedException;
    }

    @Test
    void whatIsSentSealedIsSealedOverALinkToo() throws Exception {
        try (Pair pair = keyed();
                Endpoint inbox = pair.bob.open("inbox", SocketKind.RDM)) {
            assertThat(pair.alice.isSealed(pair.to)).isFalse();
            assertThat(pair.send("inbox", "canary-open", SendOptions.RDM).isDelivered())
                    .isTrue();
            assertThat(pair.send("inbox", "canary-hidden", SEALED).isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(bytes("canary-open"));
            assertThat(inbox.receive().payload()).isEqualTo(bytes("canary-hidden"));
            assertThat(pair.tap.heard()).contains("canary-open").doesNotContain("canary-hidden");
        }
    }

    @Test
    void anEndpointThatDemandsSealsRefusesWhatIsNotSentSoAndSaysWhy() throws Exception {
        try (Pair pair = keyed();
                Endpoint inbox = pair.bob.open("safe", SocketKind.RDM, Secrecy.SEALED)) {
            assertThat(pair.send("safe", "canary-open", SendOptions.RDM))
                    .returns(Outcome.Kind.REJECTED, Outcome::kind)
                    .returns(Outcome.Reason.NOT_SEALED, Outcome::reason);
            assertThat(pair.send("safe", "canary-hidden", SEALED).isDelivered()).isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(bytes("canary-hidden"));
            assertThat(pair.tap.heard()).doesNotContain("canary-hidden");
            // What never leaves a node is seen by nobody.
            NodeId self = pair.bob.self().id();
            assertThat(pair.bob.send(self, "safe", bytes("own")).await().isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(bytes("own"));
        }
    }

    @Test
    void bothWaysOfAConnectionAreSealedWhicheverEndDemandsIt() throws Exception {
        ConnectOptions sealed = ConnectOptions.DEFAULT.withSecrecy(Secrecy.SEALED);
        try (Pair pair = keyed();
                Listener<PacketSocket> easy = pair.bob.listenPackets("easy");
                Listener<StreamSocket> strict =
                        pair.bob.listenStream("strict", ListenOptions.DEFAULT.withSecrecy(Secrecy.SEALED))) {
            assertThat(refusal(() -> pair.alice.connectStream(pair.to, "strict", ConnectOptions.DEFAULT)))
                    .isEqualTo(Outcome.Reason.NOT_SEALED);
            try (PacketSocket out = pair.alice.connectPackets(pair.to, "easy", sealed);
                    PacketSocket in = easy.accept();
                    StreamSocket toStrict = pair.alice.connectStream(pair.to, "strict", sealed);
                    StreamSocket fromStrict = strict.accept()) {
                out.send(bytes("canary-there"));
                assertThat(in.receive()).contains(bytes("canary-there"));
                in.send(bytes("canary-back"));
                assertThat(out.receive()).contains(bytes("canary-back"));
                fromStrict.output().write(bytes("canary-stream"));
                fromStrict.finish();
                assertThat(toStrict.input().readAllBytes()).isEqualTo(bytes("canary-stream"));
            }
            assertThat(pair.tap.heard()).contains("strict").doesNotContain("canary");
        }
    }

    @Test
    void whereAllIsSealedNothingNeedsToBeAskedFor() throws Exception {
        MeshKey key = MeshKey.random();
        try (Pair pair = new Pair(node("bob").key(key), node("alice").key(key).sealing(MeshConfig.Sealing.ALWAYS));
                Endpoint inbox = pair.bob.open("safe", SocketKind.RDM, Secrecy.SEALED)) {
            assertThat(pair.send("safe", "canary", SendOptions.RDM).isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(bytes("canary"));
        }
        try (Pair pair = new Pair(
                        node("bob").key(key).sealing(MeshConfig.Sealing.ALWAYS),
                        node("alice").key(key));
                Endpoint inbox = pair.bob.open("safe", SocketKind.RDM, Secrecy.SEALED)) {
            assertThat(pair.send("safe", "canary", SendOptions.RDM).isDelivered())
                    .isTrue();
            assertThat(inbox.receive().payload()).isEqualTo(bytes("canary"));
            assertThat(pair.tap.heard()).doesNotContain("canary");
        }
    }

    @Test
    void whereThereIsNothingToSealWithNothingThatIsToBeSealedLeaves() throws Exception {
        try (Pair pair = new Pair(node("bob"), node("alice"));
                Endpoint inbox = pair.bob.open("inbox", SocketKind.RDM);
                Listener<PacketSocket> door = pair.bob.listenPackets("door");
                Membership easy = pair.bob.group("easy").join();
                Membership strict =
                        pair.bob.group("strict").join(MembershipOptions.BLOCK.withSecrecy(Secrecy.SEALED))) {
            assertThat(pair.send("inbox", "canary", SEALED)).isEqualTo(NOT_SEALED);
            ConnectOptions sealed = ConnectOptions.DEFAULT.withSecrecy(Secrecy.SEALED);
            assertThat(refusal(() -> pair.alice.connectPackets(pair.to, "door", sealed)))
                    .isEqualTo(Outcome.Reason.NOT_SEALED);
            while (pair.alice.group("strict").members().isEmpty()) {
                Thread.onSpinWait();
            }
            GroupSendOptions toAll = GroupSendOptions.RDM.withSecrecy(Secrecy.SEALED);
            assertThat(pair.alice
                            .group("easy")
                            .send(bytes("canary"), toAll)
                            .await()
                            .byMember())
                    .containsEntry(pair.to, NOT_SEALED);
            // A membership that demands seals takes nothing here.
            Outcome refused = pair.alice
                    .group("strict")
                    .send(bytes("plain"), GroupSendOptions.RDM)
                    .await()
                    .byMember()
                    .get(pair.to);
            assertThat(Set.of(refused.reason())).containsExactly(Outcome.Reason.NOT_SEALED);
            assertThat(inbox.receive(Duration.ZERO)).isEmpty();
            assertThat(easy.receive(Duration.ZERO)).isEmpty();
            assertThat(strict.receive(Duration.ZERO)).isEmpty();
            assertThat(door).isNotNull();
            assertThat(pair.tap.heard()).contains("plain").doesNotContain("canary");
        }
    }

    @Test
    void aMembershipThatDemandsSealsTakesWhatIsSentToItsGroupInAMeshWithAKey() throws Exception {
        try (Pair pair = keyed();
                Membership strict =
                        pair.bob.group("strict").join(MembershipOptions.BLOCK.withSecrecy(Secrecy.SEALED))) {
            while (pair.alice.group("strict").members().isEmpty()) {
                Thread.onSpinWait();
            }
            GroupSendOptions toAll = GroupSendOptions.RDM.withSecrecy(Secrecy.SEALED);
            assertThat(pair.alice
                            .group("strict")
                            .send(bytes("canary"), toAll)
                            .await()
                            .byMember()
                            .get(pair.to)
                            .isDelivered())
                    .isTrue();
            assertThat(strict.receive().payload()).isEqualTo(bytes("canary"));
            assertThat(pair.tap.heard()).doesNotContain("canary");
        }
    }
}
