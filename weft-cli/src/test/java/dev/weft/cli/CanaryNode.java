package dev.weft.cli;

import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshKey;
import dev.weft.Peer;
import dev.weft.SocketKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A process whose every word is a canary: one that listens, or one that sends until it is done. */
final class CanaryNode {
    static final String CANARY = "canary7f3a";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private CanaryNode() {}

    /** Arguments: receive or send, a directory of its own, its address, and a key file where there is one. */
    public static void main(String[] args) throws Exception {
        boolean sends = args[0].equals("send");
        MeshBuilder builder = Mesh.builder(CANARY + "-mesh")
                .nodeName(CANARY + "-" + args[0])
                .tag(CANARY + "-tag")
                .ephemeral()
                .runtimeDirectory(Path.of(args[1]))
                .remote(1)
                .listen(new Locator("tcp", args[2] + ":0"));
        if (args.length > 3) {
            MeshKey.readFile(Path.of(args[3])).forEach(builder::key);
        } else {
            builder.plaintext();
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
}
