package dev.weft.net;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
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
import org.junit.jupiter.api.Test;

/**
 * Compares the transports of one host, each end in a JVM of its own, rounds alternating. Not run by the build but by
 * its name; {@code docs/benchmarks.md} has the command and the figures.
 */
class TransportBench {
    private static final List<String> TRANSPORTS = List.of("shm", "unix", "tcp");
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final long WARM_NANOS = 1_500_000_000L;
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

    @Test
    void compare() throws Exception {
        TreeMap<String, List<Figures>> near = new TreeMap<>();
        TreeMap<String, List<Figures>> far = new TreeMap<>();
        List<Scenario> scenarios = new ArrayList<>(List.of(Scenario.values()));
        String only = System.getProperty("bench.only", "");
        scenarios.removeIf(scenario -> !scenario.name().startsWith(only));
        for (int round = 0; round < ROUNDS; round++) {
            for (Scenario scenario : scenarios) {
                for (String scheme : TRANSPORTS) {
                    run(scheme, scenario, near, far);
                }
            }
        }
        System.out.printf("%n%-24s%-6s%14s%12s%12s%16s%n", "", "", "frames/s", "p50 µs", "p99 µs", "CPU s/M frames");
        for (Scenario scenario : scenarios) {
            for (String scheme : TRANSPORTS) {
                print(scenario, scheme, near.get(scheme + scenario), far.get(scheme + scenario));
            }
        }
    }

    private static void print(Scenario scenario, String scheme, List<Figures> near, List<Figures> far) {
        double seconds = MEASURED_NANOS / 1e9;
        double rate = median(far.stream().mapToDouble(Figures::frames).toArray()) / seconds;
        double[] cpu = new double[near.size()];
        for (int i = 0; i < cpu.length; i++) {
            cpu[i] = near.get(i).cpuSeconds + far.get(i).cpuSeconds;
        }
        double p50 = median(near.stream().mapToDouble(Figures::p50Micros).toArray());
        double p99 = median(near.stream().mapToDouble(Figures::p99Micros).toArray());
        String perMillion = rate == 0
                ? String.format(Locale.ROOT, "%.2f %% of a core", median(cpu) / seconds * 100)
                : String.format(Locale.ROOT, "%.3f", median(cpu) / (rate * seconds) * 1e6);
        System.out.printf(
                Locale.ROOT, "%-24s%-6s%14.0f%12.1f%12.1f  %16s%n", scenario.title, scheme, rate, p50, p99, perMillion);
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

    public static void main(String[] arguments) throws IOException {
        Loop loop = new Loop(arguments[0], Loop.Kind.best());
        Transport transport = switch (arguments[1]) {
            case "shm" -> new SharedMemoryTransport(loop, Integer.getInteger("bench.ring", 256 << 10));
            case "unix" -> new UnixTransport(loop);
            default -> new TcpTransport(loop);
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
            this.answers = scenario == Scenario.PING_64 || scenario == Scenario.PING_1K;
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
            System.err.println(why);
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
