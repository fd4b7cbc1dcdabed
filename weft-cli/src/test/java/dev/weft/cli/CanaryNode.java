package dev.weft.cli;

import dev.weft.Authority;
import dev.weft.Credential;
import dev.weft.CredentialRequest;
import dev.weft.Endpoint;
import dev.weft.Group;
import dev.weft.GroupOutcome;
import dev.weft.Locator;
import dev.weft.Membership;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import dev.weft.Peer;
import dev.weft.Permission;
import dev.weft.Right;
import dev.weft.SocketKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process whose every word is a canary: one that listens, one that sends until it is done, or the one between them. */
final class CanaryNode {
    static final String CANARY = "canary7f3a";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private CanaryNode() {}

    /** Arguments: receive, send or relay, a directory of its own, its address, a key file where there is one, an authority's. */
    public static void main(String[] args) throws Exception {
        MeshBuilder builder = Mesh.builder(CANARY + "-mesh")
                .nodeName(CANARY + "-" + args[0])
                .tag(CANARY + "-tag")
                .stateDirectory(Path.of(args[1], "state"))
                .runtimeDirectory(Path.of(args[1]))
                .remote(1)
                .listen(new Locator("tcp", args[2] + ":0"));
        if (!args[0].equals("relay")) {
            builder.links(
                    new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, List.of(CANARY + "-relay"), List.of()));
        }
        if (args.length > 3) {
            MeshKey.readFile(Path.of(args[3])).forEach(builder::key);
        } else {
            builder.plaintext();
        }
        if (args.length > 4) {
            authorize(builder, Authority.readFile(Path.of(args[4])));
        }
        try (Mesh mesh = builder.join()) {
            switch (args[0]) {
                case "send" -> send(mesh);
                case "receive" -> receive(mesh);
                // Until it is ended.
                default -> new CountDownLatch(1).await();
            }
        }
    }

    private static byte[] bytes(String text) {
        return (CANARY + text).getBytes(StandardCharsets.UTF_8);
    }

    private static void send(Mesh mesh) throws InterruptedException {
        Peer other = mesh.await(CANARY + "-receive", PATIENCE).orElseThrow();
        if (mesh.route(other.id()).size() != 3) {
            throw new IllegalStateException("the way is to lead over the relay, not " + mesh.route(other.id()));
        }
        for (int i = 0; i < 50; i++) {
            String outcome = mesh.send(other.id(), CANARY + "-endpoint", bytes("-payload-" + i))
                    .await()
                    .toString();
            if (!outcome.startsWith("delivered")) {
                throw new IllegalStateException(outcome);
            }
        }
        Group group = mesh.group(CANARY + "-group");
        group.join();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!group.members().contains(other.id()) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        for (int i = 0; i < 20; i++) {
            GroupOutcome outcome = group.send(bytes("-cast-" + i)).await();
            if (!outcome.isDeliveredToAll() || outcome.byMember().isEmpty()) {
                throw new IllegalStateException(outcome.toString());
            }
        }
        System.out.println("all delivered");
    }

    private static void receive(Mesh mesh) throws InterruptedException {
        Membership membership = mesh.group(CANARY + "-group").join();
        Endpoint inbox = mesh.open(CANARY + "-endpoint", SocketKind.RDM);
        for (int i = 0; i < 50; i++) {
            inbox.receive();
        }
        for (int i = 0; i < 20; i++) {
            membership.receive();
        }
        Thread.sleep(1_000);
    }

    /** With a credential whose words are all to be kept from the wire. */
    private static void authorize(MeshBuilder builder, Authority authority) {
        CredentialRequest request = Mesh.request(builder.config());
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        builder.authority(authority.key())
                .credential(authority.sign(new Credential.Grant(
                        authority.key().fingerprint(),
                        request.mesh(),
                        request.node(),
                        request.name(),
                        1,
                        now.minusSeconds(60),
                        now.plusSeconds(3_600),
                        List.of(),
                        List.of(
                                Permission.allow(Right.SEND, CANARY + "-endpoint"),
                                Permission.allow(Right.JOIN, CANARY + "-group")))));
    }
}
