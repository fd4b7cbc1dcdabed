package dev.weft.bench.transport;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Loop;
import dev.weft.net.TcpTransport;
import dev.weft.net.Transport;
import dev.weft.net.UnixTransport;
import dev.weft.net.shm.SharedMemoryTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Compares the transports of one host by themselves, without a mesh above them: each end in a JVM of its own, the
 * transports in turn, medians of as many rounds as the argument says. Prints a Markdown table.
 */
public final class TransportBench {
    private static final List<String> TRANSPORTS = List.of("shm", "unix", "tcp");
    private static final int ROUNDS_DEFAULT = 3;
    private static final long WARM_NANOS = 5_000_000_000L;
    private static final long MEASURED_NANOS = 2_000_000_000L;

    private enum Scenario {
        STREAM_64("one way, 64 B", 64),
        STREAM_1K("one way, 1 KiB", 1 << 10),
        STREAM_64K("one way, 64 KiB", 64 << 10),
        PING_64("there and back, 64 B", 64),
        PING_1K("there and back, 1 KiB", 1 << 10),
        IDLE("idle", 64);

        private final String title;
        private final int frameBytes;

        Scenario(String title, int frameBytes) {
            this.title = title;
            this.frameBytes = frameBytes;
        }

        boolean isAnswered() {
            return this == PING_64 || this == PING_1K;
        }
    }

    /** What an end says of its measured time. */
    private record Figures(double frames, double p50Micros, double p99Micros, double cpuSeconds) {
        String line() {
            return frames + " " + p50Micros + " " + p99Micros + " " + cpuSeconds;
        }

        static Figures of(String line) {
            double[] all = Arrays.stream(line.split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            return new Figures(all[0], all[1], all[2], all[3]);
        }
    }

    private TransportBench() {}

    private static void compare(int rounds) throws Exception {
        TreeMap<String, List<Figures>> near = new TreeMap<>();
        TreeMap<String, List<Figures>> far = new TreeMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (Scenario scenario : Scenario.values()) {
                System.err.println("round " + round + " of " + rounds + ": " + scenario.title);
                for (String scheme : TRANSPORTS) {
                    run(scheme, scenario, near, far);
                }
            }
        }
        System.out.println("| | | frames/s (least–most) | p50 | p99 | CPU of both ends |");
        System.out.println("|---|---|---|---|---|---|");
        for (Scenario scenario : Scenario.values()) {
            for (String scheme : TRANSPORTS) {
                print(scenario, scheme, near.get(scheme + scenario), far.get(scheme + scenario));
            }
        }
    }

    private static void print(Scenario scenario, String scheme, List<Figures> near, List<Figures> far) {
        double seconds = MEASURED_NANOS / 1e9;
        double[] rates = far.stream()
                .mapToDouble(figures -> figures.frames / seconds)
                .sorted()
                .toArray();
        double[] cpu = new double[near.size()];
        double[] perMillion = new double[near.size()];
        for (int i = 0; i < cpu.length; i++) {
            cpu[i] = near.get(i).cpuSeconds + far.get(i).cpuSeconds;
            perMillion[i] = cpu[i] / far.get(i).frames * 1e6;
        }
        String row = "| " + scenario.title + " | " + scheme + " | ";
        if (scenario == Scenario.IDLE) {
            row += String.format(Locale.ROOT, "| | | %.1f %% of a core |", median(cpu) / seconds * 100);
        } else {
            row += String.format(
                    Locale.ROOT, "%,.0f (%,.0f–%,.0f) | ", median(rates), rates[0], rates[rates.length - 1]);
            row += scenario.isAnswered()
                    ? String.format(
                            Locale.ROOT,
                            "%.1f µs | %.1f µs | ",
                            median(near.stream().mapToDouble(Figures::p50Micros).toArray()),
                            median(near.stream().mapToDouble(Figures::p99Micros).toArray()))
                    : "| | ";
            row += String.format(Locale.ROOT, "%.3f s per million |", median(perMillion));
        }
        System.out.println(row);
    }

    private static double median(double[] all) {
        Arrays.sort(all);
        return all[all.length / 2];
    }

    private static void run(
            String scheme, Scenario scenario, TreeMap<String, List<Figures>> near, TreeMap<String, List<Figures>> far)
            throws Exception {
        Path directory = Files.createTempDirectory("weft-bench");
        Process listening =
                start("far", scheme, scenario.name(), directory.resolve("far").toString());
        try (BufferedReader said = reader(listening)) {
            Process dialling = start("near", scheme, scenario.name(), said.readLine());
            try (BufferedReader answered = reader(dialling)) {
                near.computeIfAbsent(scheme + scenario, any -> new ArrayList<>())
                        .add(Figures.of(answered.readLine()));
                far.computeIfAbsent(scheme + scenario, any -> new ArrayList<>()).add(Figures.of(said.readLine()));
            } finally {
                dialling.destroyForcibly().waitFor();
            }
        } finally {
            listening.destroyForcibly().waitFor();
            try (var left = Files.list(directory)) {
                for (Path path : left.toList()) {
                    Files.delete(path);
                }
            }
            Files.delete(directory);
        }
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                TransportBench.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    // ------------------------------------------------------------------ one end, in a process of its own

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2) {
            compare(arguments.length == 0 ? ROUNDS_DEFAULT : Integer.parseInt(arguments[0]));
        } else {
            beAnEnd(arguments);
        }
    }

    private static void beAnEnd(String[] arguments) throws IOException {
        Loop loop = new Loop(arguments[0], Loop.Kind.best());
        Transport transport = switch (arguments[1]) {
            case "shm" -> new SharedMemoryTransport(loop);
            case "unix" -> new UnixTransport(loop);
            default -> TcpTransport.plain(loop);
        };
        Scenario scenario = Scenario.valueOf(arguments[2]);
        if (arguments[0].equals("far")) {
            Locator at = new Locator(arguments[1], arguments[1].equals("tcp") ? "127.0.0.1:0" : arguments[3]);
            Transport.Listener listener = transport.listen(at, connection -> new Far(loop, scenario));
            System.out.println(listener.locator());
        } else {
            loop.execute(() -> transport.dial(Locator.parse(arguments[3]), new Near(loop, scenario)));
        }
        // Until whoever started it ends it, or is gone.
        int end = System.in.read();
        System.exit(end < 0 ? 0 : 1);
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                / 1e9;
    }

    /** Counts, answers if it is to, and measures between two moments. */
    private abstract static class End implements ConnectionHandler {
        final Loop loop;
        final Scenario scenario;
        final boolean answers;
        final long[] took = new long[1 << 20];
        long count;
        int tookCount;
        boolean measuring;

        End(Loop loop, Scenario scenario) {
            this.loop = loop;
            this.scenario = scenario;
            this.answers = scenario.isAnswered();
            loop.schedule(WARM_NANOS, () -> {
                double cpuBefore = cpuSeconds();
                long countBefore = count;
                measuring = true;
                loop.schedule(MEASURED_NANOS, () -> {
                    measuring = false;
                    Arrays.sort(took, 0, tookCount);
                    System.out.println(new Figures(
                                    count - countBefore,
                                    took[tookCount / 2] / 1e3,
                                    took[(int) (tookCount * 0.99)] / 1e3,
                                    cpuSeconds() - cpuBefore)
                            .line());
                });
            });
        }

        @Override
        public void onOpen(Connection connection) {}

        @Override
        public void onReadComplete(Connection connection) {}

        @Override
        public void onWritable(Connection connection) {}

        @Override
        public void onClosed(String why) {
            // The measured time is over: the driver ends the processes one after the other.
            loop.close();
        }
    }

    private static final class Far extends End {
        Far(Loop loop, Scenario scenario) {
            super(loop, scenario);
        }

        @Override
        public void onFrame(Connection connection, ByteView frame) {
            count++;
            if (answers) {
                connection.write(frame);
            }
        }

        @Override
        public void onReadComplete(Connection connection) {
            if (answers) {
                connection.flush();
            }
        }
    }

    private static final class Near extends End {
        private static final int BATCH = 256;

        private final ByteView frame;
        private long sentNanos;
        private boolean sending;

        Near(Loop loop, Scenario scenario) {
            super(loop, scenario);
            this.frame = ByteView.of(new byte[scenario.frameBytes]);
        }

        @Override
        public void onOpen(Connection connection) {
            if (answers) {
                ask(connection);
            } else if (scenario != Scenario.IDLE) {
                send(connection);
            }
        }

        private void ask(Connection connection) {
            sentNanos = System.nanoTime();
            connection.write(frame);
            connection.flush();
        }

        /** A batch, then whatever else the loop has to do, then the next, as long as there is room. */
        private void send(Connection connection) {
            for (int i = 0; i < BATCH && connection.isWritable(); i++) {
                connection.write(frame);
            }
            connection.flush();
            sending = connection.isWritable();
            if (sending) {
                loop.schedule(0, () -> send(connection));
            }
        }

        @Override
        public void onWritable(Connection connection) {
            if (!sending && !answers) {
                send(connection);
            }
        }

        @Override
        public void onFrame(Connection connection, ByteView answer) {
            count++;
            if (measuring && tookCount < took.length) {
                took[tookCount++] = System.nanoTime() - sentNanos;
            }
            ask(connection);
        }
    }
}
