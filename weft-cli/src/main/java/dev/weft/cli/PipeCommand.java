package dev.weft.cli;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.ListenOptions;
import dev.weft.Listener;
import dev.weft.Mesh;
import dev.weft.StreamSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Joins stdin and stdout to a stream. */
@Command(
        name = "pipe",
        mixinStandardHelpOptions = true,
        description = {
            "Join stdin and stdout to a STREAM connection.",
            "With NODE it connects, with --accept it waits for one connection. What comes in on stdin goes to the other end,"
                    + " what comes from there goes to stdout; it ends when both have ended. Where stderr is a terminal it shows bytes,"
                    + " rate and time; of what comes, too, where that goes elsewhere."
        })
final class PipeCommand implements Callable<Integer> {
    private static final int BUFFER_BYTES = 64 << 10;

    @Mixin
    JoinOptions join = new JoinOptions();

    @Mixin
    SecrecyOption secrecy = new SecrecyOption();

    @Parameters(
            arity = "1..2",
            paramLabel = "[NODE] ENDPOINT",
            description =
                    "An id, the beginning of one (4 digits or more), or a name, and its endpoint; with --accept the endpoint alone.")
    String[] target = {};

    @Option(names = "--accept", description = "Wait for one connection to ENDPOINT; default connect to NODE.")
    boolean accept;

    @Option(names = "--name", paramLabel = "NAME", description = "This node's name; default weft- and the process id.")
    @Nullable
    String name;

    @Option(names = "--wait", paramLabel = "TIME", description = "How long to wait for NODE to be seen; default 3s.")
    String wait = "3s";

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (target.length != (accept ? 1 : 2)) {
            throw new CommandFailure(
                    ExitCode.USAGE, accept ? "--accept takes ENDPOINT alone" : "NODE and ENDPOINT are needed");
        }
        String endpoint = target[target.length - 1];
        SendCommand.requireEndpoint(endpoint);
        String chosen = name;
        try (Mesh mesh = join.join(join.builder()
                        .ephemeral()
                        .nodeName(
                                chosen == null
                                        ? "weft-" + ProcessHandle.current().pid()
                                        : chosen));
                StreamSocket stream = accept ? accept(mesh, endpoint) : connect(mesh, target[0], endpoint)) {
            return join(stream);
        } catch (ConnectionException e) {
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private StreamSocket accept(Mesh mesh, String endpoint) throws InterruptedException {
        try (Listener<StreamSocket> listener =
                mesh.listenStream(endpoint, ListenOptions.DEFAULT.withSecrecy(secrecy.secrecy()))) {
            System.err.println("listening as " + mesh.self().name() + ", node "
                    + mesh.self().id());
            return listener.accept();
        }
    }

    private StreamSocket connect(Mesh mesh, String node, String endpoint)
            throws InterruptedException, ConnectionException {
        mesh.await(node, Text.duration(wait));
        return mesh.connectStream(
                mesh.find(node).id(), endpoint, ConnectOptions.DEFAULT.withSecrecy(secrecy.secrecy()));
    }

    private static int join(StreamSocket stream) throws InterruptedException, IOException {
        Optional<Progress> progress =
                isTerminal(2) ? Optional.of(new Progress(System.err, System::nanoTime)) : Optional.empty();
        // What comes would be written into the line that tells of it.
        Optional<Progress> ofReceived = isTerminal(1) ? Optional.empty() : progress;
        Thread sender = new Thread(
                () -> send(stream, count -> progress.ifPresent(shown -> shown.add(Progress.Way.SENT, count))),
                "weft-pipe-stdin");
        sender.setDaemon(true);
        sender.start();
        copy(
                stream.input(),
                System.out,
                count -> ofReceived.ifPresent(shown -> shown.add(Progress.Way.RECEIVED, count)));
        System.out.flush();
        sender.join();
        stream.awaitFinished();
        progress.ifPresent(Progress::end);
        return ExitCode.OK.code();
    }

    /** Whether somebody watches a stream of this process, by its number, as far as this system tells. */
    private static boolean isTerminal(int stream) {
        try {
            String file = Path.of("/proc/self/fd/" + stream).toRealPath().toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
        } catch (IOException notKnown) {
            return false;
        }
    }

    private static void send(StreamSocket stream, IntConsumer progress) {
        try {
            copy(System.in, stream.output(), progress);
            stream.finish();
        } catch (IOException broken) {
            // Whoever reads is told of the same, and says so.
            stream.abort();
        }
    }

    private static void copy(InputStream from, OutputStream to, IntConsumer progress) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            to.write(buffer, 0, count);
            to.flush();
            progress.accept(count);
        }
    }
}
