package dev.weft.cli;

import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.SocketKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One node of the demo, steered by lines on stdin, each answered by one line on stdout: {@code mesh},
 * {@code route NAME}, {@code picture}, {@code matrix}, {@code send NAME COUNT PER_SECOND} (answered at its end), {@code received}. Ends with its
 * stdin, so it never outlives the demo.
 */
@Command(name = "demo-node", hidden = true)
final class DemoNodeCommand implements Callable<Integer> {
    private static final String ENDPOINT = "demo";

    @Option(names = "--name", required = true)
    String name = "";

    @Option(names = "--dir", required = true)
    Path directory = Path.of(".");

    @Option(names = "--pin")
    List<String> pinned = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Mesh mesh = Mesh.builder("demo")
                .nodeName(name)
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE)
                .links(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, pinned, List.of()))
                .join()) {
            // Before any event of its own can name it, the demo knows whose id this is.
            System.out.println("ready " + mesh.self().id());
            mesh.subscribe(event -> System.out.println("event " + event.kind() + " " + event.node() + " "
                    + event.detail().replace('\n', ' ')));
            Tally tally = new Tally();
            Endpoint endpoint = mesh.open(ENDPOINT, SocketKind.RDM);
            endpoint.onMessage(message ->
                    tally.arrived((int) ByteBuffer.wrap(message.payload()).getLong(), System.nanoTime()));
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                answer(mesh, tally, line.split(" "));
            }
        }
        return ExitCode.OK.code();
    }

    private static void answer(Mesh mesh, Tally tally, String[] words) {
        switch (words[0]) {
            case "mesh" ->
                System.out.println("mesh " + mesh.peers().size() + " "
                        + mesh.topology().links().size());
            case "route" -> System.out.println("route " + route(mesh, words[1]));
            case "picture" -> rows(TopologyPicture.of(mesh.topology()));
            case "matrix" -> rows(TopologyDrawing.table(mesh.topology()));
            case "send" -> {
                Thread sender = new Thread(() -> send(mesh, words), "demo-sender");
                sender.setDaemon(true);
                sender.start();
            }
            case "received" ->
                System.out.println("received " + tally.distinct() + " " + tally.duplicates() + " "
                        + tally.longestGapNanos() / 1_000_000);
            default -> System.out.println("what? " + words[0]);
        }
    }

    /** One answer of several lines, with nothing of others between them. */
    private static void rows(List<String> rows) {
        StringBuilder answer = new StringBuilder();
        rows.forEach(row -> answer.append("| ").append(row).append('\n'));
        System.out.println(answer + "end");
    }

    private static String route(Mesh mesh, String to) {
        List<String> names = new ArrayList<>();
        for (NodeId node : mesh.route(mesh.find(to).id())) {
            names.add(
                    node.equals(mesh.self().id())
                            ? mesh.self().name()
                            : mesh.peers().stream()
                                    .filter(peer -> peer.id().equals(node))
                                    .map(Peer::name)
                                    .findFirst()
                                    .orElse(node.brief()));
        }
        return String.join(" ", names);
    }

    private static void send(Mesh mesh, String[] words) {
        NodeId to = mesh.find(words[1]).id();
        int count = Integer.parseInt(words[2]);
        long intervalNanos = 1_000_000_000L / Integer.parseInt(words[3]);
        AtomicInteger delivered = new AtomicInteger();
        CountDownLatch open = new CountDownLatch(count);
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = began + i * intervalNanos;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            mesh.send(to, ENDPOINT, ByteBuffer.allocate(64).putLong(i).array())
                    .outcome()
                    .thenAccept(outcome -> {
                        if (outcome.kind() == Outcome.Kind.DELIVERED) {
                            delivered.incrementAndGet();
                        }
                        open.countDown();
                    });
            if ((i + 1) % 1_000 == 0) {
                System.out.println("progress " + (i + 1));
            }
        }
        try {
            boolean all = open.await(35, TimeUnit.SECONDS);
            System.out.println("sent " + count + " " + delivered.get() + " " + (all ? 0 : open.getCount()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
