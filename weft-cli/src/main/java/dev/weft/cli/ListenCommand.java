package dev.weft.cli;

import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.Message;
import dev.weft.SocketKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
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

    @Parameters(paramLabel = "ENDPOINT", description = "The name to receive under, 1 to 128 bytes.")
    String endpoint = "";

    @Option(names = "--name", paramLabel = "NAME", description = "This node's name; default weft- and the process id.")
    @Nullable
    String name;

    @Option(names = "--count", paramLabel = "N", description = "End after so many messages; default never.")
    long count = Long.MAX_VALUE;

    @Option(names = "--type", paramLabel = "KIND", description = "dgram or rdm; default rdm.")
    String type = "rdm";

    @Option(
            names = "--json",
            description = "One object a line, the payload in base64; default bare payloads, a line each.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        SocketKind kind = SendCommand.kind(type);
        SendCommand.requireEndpoint(endpoint);
        Text.requireSome("--count", count);
        String chosen = name;
        AtomicBoolean leaving = new AtomicBoolean();
        try (Mesh mesh = join.join(join.builder()
                .ephemeral()
                .nodeName(chosen == null ? "weft-" + ProcessHandle.current().pid() : chosen))) {
            JoinOptions.leaveAtExit(mesh, () -> leaving.set(true));
            Endpoint inbox = mesh.open(endpoint, kind);
            System.err.println("listening as " + mesh.self().name() + ", node "
                    + mesh.self().id());
            for (long received = 0; received < count; received++) {
                print(inbox.receive());
            }
        } catch (IllegalStateException e) {
            // Ctrl-C closes the inbox under the waiting receiver, which is no failure.
            if (!leaving.get()) {
                throw e;
            }
            return ExitCode.INTERRUPTED.code();
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
