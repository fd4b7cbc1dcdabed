package dev.weft.bench.growth;

import dev.weft.Group;
import dev.weft.GroupSendOptions;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Rate and processor time against payload size, hops, flows and members of a group. All nodes live in this one process
 * and are linked as those of one host are; the figures are for comparing with each other, not with the scenarios, where
 * every end has a process of its own. One row is the median of several rounds.
 */
public final class Growth {
    private static final int ROUNDS = 3;
    private static final Duration FINDING = Duration.ofSeconds(30);
    private static final int OUTSTANDING_BYTES = 16 << 20;
    private static final int OUTSTANDING_MAX = 16_384;

    private final Path pictures;
    private final long secondsNanos;
    private final Path directory;

    private Growth(Path pictures, long secondsNanos) throws IOException {
        this.pictures = pictures;
        this.secondsNanos = secondsNanos;
        this.directory = Files.createTempDirectory("weft-growth");
    }

    /** {@code PICTURES SECONDS PART...}, with parts of size, hops, flows, members. */
    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            System.err.println("growth: PICTURES SECONDS and parts of: size hops flows members");
            System.exit(2);
        }
        Growth growth = new Growth(Path.of(args[0]), TimeUnit.SECONDS.toNanos(Long.parseLong(args[1])));
        Files.createDirectories(growth.pictures);
        try {
            growth.warmUp();
            for (String part : Arrays.asList(args).subList(2, args.length)) {
                switch (part) {
                    case "size" -> growth.sizes();
                    case "hops" -> growth.hops();
                    case "flows" -> growth.flows();
                    case "members" -> growth.members();
                    default -> throw new IllegalArgumentException("growth: no part " + part);
                }
            }
        } catch (IllegalStateException failed) {
            System.err.println("growth: " + failed.getMessage());
            System.exit(1);
        }
        growth.clear();
    }

    private record Row(double at, double perSecond, double cpuMicros) {}

    /** Sends one message; the outcome is to be reported once, by whether it was good. */
    private interface Sending {
        void send(Outcomes outcomes);
    }

    /** What became of sends, and how many may be under way. */
    private static final class Outcomes {
        private final Semaphore room;
        private final LongAdder good = new LongAdder();
        private final LongAdder bad = new LongAdder();

        private Outcomes(int outstanding) {
            this.room = new Semaphore(outstanding);
        }

        private void end(long goodCount, long badCount) {
            good.add(goodCount);
            bad.add(badCount);
            room.release();
        }
    }

    // ------------------------------------------------------------------ the parts

    /** So that the first row is not the one whose code was compiled meanwhile. */
    private void warmUp() throws InterruptedException {
        List<Mesh> nodes = chain("warm", 2);
        measure(0, 64, to(nodes, List.of("inbox"), 64));
        close(nodes);
    }

    private void sizes() throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int size : new int[] {16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144}) {
            List<Mesh> nodes = chain("size" + size, 1);
            Sending sending = to(nodes, List.of("inbox"), size);
            rows.add(measure(size, size, sending));
            close(nodes);
        }
        tell("size", "Rate and processor time against payload size, one hop", "bytes a message", rows, "messages");
    }

    private void hops() throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int hops = 0; hops <= 3; hops++) {
            List<Mesh> nodes = chain("hops" + hops, hops);
            rows.add(measure(hops, 64, to(nodes, List.of("inbox"), 64)));
            close(nodes);
        }
        tell("hops", "Rate and processor time against hops, 64 bytes", "hops", rows, "messages");
    }

    private void flows() throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int flows : new int[] {1, 10, 100, 1_000, 10_000}) {
            List<Mesh> nodes = chain("flows" + flows, 1);
            List<String> endpoints = new ArrayList<>();
            for (int i = 0; i < flows; i++) {
                endpoints.add("inbox" + i);
            }
            rows.add(measure(flows, 64, to(nodes, endpoints, 64)));
            close(nodes);
        }
        tell("flows", "Rate and processor time against flows, 64 bytes, in turn", "flows", rows, "messages");
    }

    private void members() throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int members : new int[] {1, 2, 4, 8, 16, 32, 64}) {
            List<Mesh> nodes = new ArrayList<>();
            for (int i = 0; i <= members; i++) {
                nodes.add(join("members" + members, "n" + i, MeshConfig.Links.Policy.AUTOMATIC, List.of()));
            }
            for (Mesh node : nodes.subList(1, nodes.size())) {
                node.group("all").join().onMessage(message -> {});
            }
            Group group = nodes.get(0).group("all");
            long deadline = System.nanoTime() + FINDING.toNanos();
            while (group.members().size() < members && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            if (group.members().size() < members) {
                throw new IllegalStateException(group.members().size() + " of " + members + " members were found");
            }
            byte[] payload = new byte[1_024];
            rows.add(measure(
                    members,
                    1_024,
                    outcomes -> group.send(payload, GroupSendOptions.RDM)
                            .outcome()
                            .thenAccept(outcome -> {
                                long good = outcome.byMember().values().stream()
                                        .filter(its -> its.isDelivered())
                                        .count();
                                outcomes.end(good, outcome.byMember().size() - good);
                            })));
            close(nodes);
        }
        tell("members", "Deliveries and processor time against members, 1 KiB", "members", rows, "deliveries");
    }

    // ------------------------------------------------------------------ measuring

    private Row measure(double at, int bytes, Sending sending) throws InterruptedException {
        int outstanding = Math.max(16, Math.min(OUTSTANDING_MAX, OUTSTANDING_BYTES / Math.max(1, bytes)));
        run(at, sending, outstanding);
        List<Row> rounds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            rounds.add(run(at, sending, outstanding));
        }
        rounds.sort(Comparator.comparingDouble(Row::perSecond));
        System.err.println(rounds);
        return rounds.get(ROUNDS / 2);
    }

    private Row run(double at, Sending sending, int outstanding) throws InterruptedException {
        Outcomes outcomes = new Outcomes(outstanding);
        long cpuBefore = cpuNanos();
        long began = System.nanoTime();
        while (System.nanoTime() - began < secondsNanos) {
            outcomes.room.acquire();
            sending.send(outcomes);
        }
        outcomes.room.acquire(outstanding);
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpuMicros = (cpuNanos() - cpuBefore) / 1e3;
        if (outcomes.bad.sum() > 0) {
            throw new IllegalStateException(outcomes.bad.sum() + " were not delivered");
        }
        double count = (double) outcomes.good.sum();
        return new Row(at, count / seconds, cpuMicros / count);
    }

    /** Of this process since its start. */
    static long cpuNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    private static Sending to(List<Mesh> nodes, List<String> endpoints, int bytes) throws InterruptedException {
        Mesh last = nodes.get(nodes.size() - 1);
        for (String endpoint : endpoints) {
            last.open(endpoint, SocketKind.RDM).onMessage(message -> {});
        }
        Mesh first = nodes.get(0);
        NodeId target = last.self().id();
        if (first != last && first.await(last.self().name(), FINDING).isEmpty()) {
            throw new IllegalStateException(last.self().name() + " was not found");
        }
        byte[] payload = new byte[bytes];
        int[] turn = new int[1];
        return outcomes -> {
            turn[0] = (turn[0] + 1) % endpoints.size();
            first.send(
                    target,
                    endpoints.get(turn[0]),
                    payload,
                    SendOptions.RDM,
                    outcome -> outcomes.end(outcome.isDelivered() ? 1 : 0, outcome.isDelivered() ? 0 : 1));
        };
    }

    // ------------------------------------------------------------------ nodes

    /** Nodes in a row, each linked to the one before and the one behind alone. */
    private List<Mesh> chain(String mesh, int links) {
        List<Mesh> nodes = new ArrayList<>();
        for (int i = 0; i <= links; i++) {
            List<String> pins = new ArrayList<>();
            if (i > 0) {
                pins.add("n" + (i - 1));
            }
            if (i < links) {
                pins.add("n" + (i + 1));
            }
            nodes.add(join(mesh, "n" + i, MeshConfig.Links.Policy.PINNED_ONLY, pins));
        }
        return nodes;
    }

    private Mesh join(String mesh, String name, MeshConfig.Links.Policy policy, List<String> pins) {
        return Mesh.builder(mesh)
                .nodeName(name)
                .ephemeral()
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE)
                .links(new MeshConfig.Links(policy, pins, List.of()))
                .join();
    }

    private static void close(List<Mesh> nodes) {
        nodes.forEach(Mesh::close);
    }

    private void clear() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    // ------------------------------------------------------------------ telling

    private void tell(String file, String title, String what, List<Row> rows, String unit) throws IOException {
        System.out.printf("%n%s%n%n| %s | %s/s | µs of processor time each |%n|---|---|---|%n", title, what, unit);
        List<Plot.Point> rates = new ArrayList<>();
        List<Plot.Point> costs = new ArrayList<>();
        for (Row row : rows) {
            System.out.printf(Locale.ROOT, "| %,.0f | %,.0f | %.2f |%n", row.at(), row.perSecond(), row.cpuMicros());
            rates.add(new Plot.Point(row.at(), row.perSecond()));
            costs.add(new Plot.Point(row.at(), row.cpuMicros()));
        }
        Plot.Axis axis = rows.get(0).at() == 0 ? Plot.Axis.EVEN : Plot.Axis.LOGARITHMIC;
        write(file + "-rate.svg", new Plot(title, what, unit + "/s", axis).line(unit + " a second", rates));
        write(file + "-cpu.svg", new Plot(title, what, "µs each", axis).line("processor time of all ends", costs));
    }

    private void write(String name, Plot plot) throws IOException {
        Files.writeString(pictures.resolve(name), plot.svg());
    }
}
