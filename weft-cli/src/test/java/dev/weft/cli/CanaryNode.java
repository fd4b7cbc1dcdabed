package dev.weft.cli;

import dev.weft.Authority;
import dev.weft.Credential;
import dev.weft.CredentialRequest;
import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
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

/** A process whose every word is a canary: one that listens, or one that sends until it is done. */
final class CanaryNode {
    static final String CANARY = "canary7f3a";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private CanaryNode() {}

    /** Arguments: receive or send, a directory of its own, its address, a key file where there is one, an authority's. */
    public static void main(String[] args) throws Exception {
        boolean sends = args[0].equals("send");
        MeshBuilder builder = Mesh.builder(CANARY + "-mesh")
                .nodeName(CANARY + "-" + args[0])
                .tag(CANARY + "-tag")
                .stateDirectory(Path.of(args[1], "state"))
                .runtimeDirectory(Path.of(args[1]))
                .remote(1)
                .listen(new Locator("tcp", args[2] + ":0"));
        if (args.length > 3) {
            MeshKey.readFile(Path.of(args[3])).forEach(builder::key);
        } else {
            builder.plaintext();
        }
        if (args.length > 4) {
            authorize(builder, Authority.readFile(Path.of(args[4])));
        }
        try (Mesh mesh = builder.join()) {
            if (sends) {
                Peer other = mesh.await(CANARY + "-receive", PATIENCE).orElseThrow();
                for (int i = 0; i < 50; i++) {
                    byte[] payload = (CANARY + "-payload-" + i).getBytes(StandardCharsets.UTF_8);
                    String outcome = mesh.send(other.id(), CANARY + "-endpoint", payload)
                            .await()
                            .toString();
                    if (!outcome.startsWith("delivered")) {
                        throw new IllegalStateException(outcome);
                    }
                }
                System.out.println("all delivered");
            } else {
                Endpoint inbox = mesh.open(CANARY + "-endpoint", SocketKind.RDM);
                for (int i = 0; i < 50; i++) {
                    inbox.receive();
                }
                Thread.sleep(1_000);
            }
        }
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
