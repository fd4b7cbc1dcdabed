package dev.weft.cli;

import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Receives messages and prints them. */
@Command(name = "listen", mixinStandardHelpOptions = true, description = "Receive messages and print them.")
final class ListenCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Parameters(paramLabel = "ENDPOINT", description = "The name to receive under.")
    String endpoint = "";

    @Option(names = "--name", paramLabel = "NAME", description = "This node's name.")
    @Nullable
    String name;

    @Option(names = "--count", paramLabel = "N", description = "End after so many messages; by default go on.")
    long count = Long.MAX_VALUE;

    @Option(names = "--type", paramLabel = "KIND", description = "dgram or rdm, the default.")
    String type = "rdm";

    @Option(names = "--json", description = "One object a line, the payload in base64.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        String chosen = name;
        try (Mesh mesh = JoinOptions.join(join.builder()
                .ephemeral()
                .nodeName(chosen == null ? "weft-" + ProcessHandle.current().pid() : chosen))) {
            Runtime.getRuntime().addShutdownHook(new Thread(mesh::close, "weft-leave"));
            Endpoint inbox = mesh.open(endpoint, SendCommand.kind(type));
            System.err.println("listening as " + mesh.self().name() + ", node "
                    + mesh.self().id());
            for (long received = 0; received < count; received++) {
                print(inbox.receive());
            }
        }
        return ExitCode.OK.code();
    }

    private void print(Message message) throws IOException {
        if (json) {
            System.out.println(new Json()
                    .put("from", message.from().toString())
                    .put("hops", message.hops())
                    .put("bytes", message.payload().length)
                    .put("payload", Base64.getEncoder().encodeToString(message.payload())));
            return;
        }
        System.err.println("from " + message.from().brief() + ", " + message.payload().length + " bytes over "
                + message.hops() + " hops");
        System.out.write(message.payload());
        System.out.write("\n".getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
