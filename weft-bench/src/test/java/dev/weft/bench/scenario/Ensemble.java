package dev.weft.bench.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The processes of one run: an origin, the ends it speaks to, relays between them, a server where the system has one;
 * connected and ready. Closing it ends them all and removes what they left.
 */
final class Ensemble implements AutoCloseable {
    private static final long WINDOW_BYTES = 8L << 20;
    private static final int WINDOW_MESSAGES_MIN = 16;
    private static final int WARM_UP_TIMES_MAX = 5;

    /** Where files are memory: Aeron's have to be. */
    private static final Path MEMORY = Path.of("/dev/shm");

    /** Which processes. */
    record Shape(Role origin, Role end, int relays, int ends, Placing placing) {}

    /** Where the processes run. */
    enum Placing {
        ANYWHERE,
        /** The first on one core, the next on another, where {@code taskset} is there to do it. */
        ONE_CORE_EACH
    }

    /** What goes on meanwhile, or how long to wait before looking again. */
    interface Step {
        void run() throws IOException, InterruptedException;
    }

    private final Contender contender;
    private final int messageBytes;
    private final Options options;
    private final Shape shape;
    private final Path directory;
    private final List<String> jvmOptions;
    private final List<Child> children = new ArrayList<>();
    private Optional<Server> server = Optional.empty();

    private Ensemble(Contender contender, int messageBytes, Options options, Shape shape, List<String> jvmOptions)
            throws IOException {
        this.contender = contender;
        this.messageBytes = messageBytes;
        this.options = options;
        this.shape = shape;
        this.jvmOptions = jvmOptions;
        this.directory = Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "weft-bench")
                : Files.createTempDirectory("weft-bench");
    }

    static Ensemble start(Contender contender, int messageBytes, Options options, Shape shape, List<String> jvmOptions)
            throws IOException, InterruptedException {
        Ensemble ensemble = new Ensemble(contender, messageBytes, options, shape, jvmOptions);
        try {
            ensemble.begin();
            return ensemble;
        } catch (IOException | InterruptedException | RuntimeException e) {
            ensemble.close();
            throw e;
        }
    }

    Child origin() {
        return children.get(children.size() - 1);
    }

    /** The ends, in order of their index. */
    List<Child> ends() {
        return children.subList(0, shape.ends());
    }

    List<Child> all() {
        return List.copyOf(children);
    }

    /** Processor time of all processes so far, the server's too. */
    Duration cpu() {
        Duration sum = server.map(Server::cpu).orElse(Duration.ZERO);
        for (Child child : children) {
            sum = sum.plus(child.cpu());
        }
        return sum;
    }

    /** What of {@link #cpu} the compilers of the Java processes have had. */
    Duration compilerCpu() throws IOException {
        Duration sum = Duration.ZERO;
        for (Child child : children) {
            sum = sum.plus(child.compilerCpu());
        }
        return sum;
    }

    /**
     * Repeats a step while the processes run themselves warm: so many seconds, and longer, up to five times that, until they
     * have had as much processor time. On a busy machine seconds alone would find code that is not compiled yet.
     */
    void warmUp(Step step) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long wantedNanos = TimeUnit.SECONDS.toNanos(options.warmUpSeconds());
        long cpuBefore = cpu().toNanos();
        long passed = 0;
        while (passed < wantedNanos
                || passed < WARM_UP_TIMES_MAX * wantedNanos && cpu().toNanos() - cpuBefore < wantedNanos) {
            step.run();
            passed = System.nanoTime() - began;
        }
    }

    long residentBytesOfServer() throws IOException {
        return server.isPresent() ? server.get().residentBytes() : 0;
    }

    Path directory() {
        return directory;
    }

    /** Starts the end or ends, and everything but the origin; for measuring what the origin's start takes. */
    static Ensemble startEnds(Contender contender, int messageBytes, Options options, List<String> jvmOptions)
            throws IOException, InterruptedException {
        Shape shape = new Shape(Role.SOURCE, Role.SINK, 0, 1, Placing.ANYWHERE);
        Ensemble ensemble = new Ensemble(contender, messageBytes, options, shape, jvmOptions);
        try {
            ensemble.server = contender.startServer(ensemble.directory);
            ensemble.launch(Role.SINK, 0, List.of());
            ensemble.children.get(0).answer();
            return ensemble;
        } catch (IOException | InterruptedException | RuntimeException e) {
            ensemble.close();
            throw e;
        }
    }

    /** Starts the origin after {@link #startEnds}, and connects the two. */
    void join() throws IOException, InterruptedException {
        Child sink = children.get(0);
        String sinkAddress = sink.ask("listen");
        Child source = launch(Role.SOURCE, 0, List.of());
        source.answer();
        String sourceAddress = source.ask("listen");
        source.ask("dial " + sinkAddress);
        sink.ask("dial " + sourceAddress);
    }

    private void begin() throws IOException, InterruptedException {
        server = contender.startServer(directory);
        boolean chained = shape.relays() > 0;
        String behindEnd = chained ? name(Role.RELAY, shape.relays() - 1) : "";
        for (int i = 0; i < shape.ends(); i++) {
            launch(shape.end(), i, chained ? List.of(behindEnd) : List.of());
        }
        for (int i = shape.relays() - 1; i >= 0; i--) {
            String before = i == 0 ? name(shape.origin(), 0) : name(Role.RELAY, i - 1);
            String after = i == shape.relays() - 1 ? name(shape.end(), 0) : name(Role.RELAY, i + 1);
            launch(Role.RELAY, i, List.of(before, after));
        }
        launch(shape.origin(), 0, chained ? List.of(name(Role.RELAY, 0)) : List.of());
        for (Child child : children) {
            child.answer();
        }
        if (chained && contender.relaying() == Contender.Relaying.BY_HARNESS) {
            connectChain();
        } else {
            connectEnds();
        }
    }

    /** Everybody knows everybody, or is found by the system. */
    private void connectEnds() throws IOException, InterruptedException {
        List<String> addresses = new ArrayList<>();
        for (Child end : ends()) {
            addresses.add(end.ask("listen"));
        }
        String back = origin().ask("listen");
        origin().ask("dial " + String.join(" ", addresses));
        for (Child end : ends()) {
            end.ask("dial " + back);
        }
    }

    /** Each knows the one before and the one behind it alone. */
    private void connectChain() throws IOException, InterruptedException {
        String downstream = children.get(0).ask("listen");
        Child below = children.get(0);
        for (Child child : children.subList(1, children.size())) {
            String[] addresses = child.ask("listen").split(" ");
            if (child == origin()) {
                child.ask("dial " + downstream);
                below.ask("dial " + addresses[0]);
            } else {
                child.ask("dial-back " + downstream);
                below.ask("dial " + addresses[1]);
                downstream = addresses[0];
                below = child;
            }
        }
    }

    private Child launch(Role role, int index, List<String> pins) throws IOException {
        Setting setting = new Setting(
                contender,
                role,
                name(role, index),
                index,
                shape.ends(),
                messageBytes,
                window(),
                options.kind(),
                directory,
                pins,
                server.map(Server::address).orElse(""));
        List<String> jvm = new ArrayList<>(jvmOptions);
        options.recordings().ifPresent(to -> {
            // Without these a sample is told of the next call, however far it is.
            jvm.add("-XX:+UnlockDiagnosticVMOptions");
            jvm.add("-XX:+DebugNonSafepoints");
            jvm.add("-XX:StartFlightRecording:settings=profile,dumponexit=true,filename="
                    + to.resolve(contender.word() + "-" + messageBytes + "-" + setting.name() + ".jfr"));
        });
        Child child = Child.start(setting, placing(children.size()), jvm);
        children.add(child);
        return child;
    }

    private List<String> placing(int number) {
        int cores = Runtime.getRuntime().availableProcessors();
        return shape.placing() == Placing.ONE_CORE_EACH && cores > 1 && Files.isExecutable(Path.of("/usr/bin/taskset"))
                ? List.of("/usr/bin/taskset", "-c", Integer.toString(number % cores))
                : List.of();
    }

    private int window() {
        long byBytes = Math.max(WINDOW_MESSAGES_MIN, WINDOW_BYTES / messageBytes);
        return (int) Math.min(options.windowMessages(), byBytes);
    }

    private static String name(Role role, int index) {
        return role.name().toLowerCase(java.util.Locale.ROOT) + index;
    }

    @Override
    public void close() throws IOException {
        // The origin first, so that nobody sends to what has gone.
        for (int i = children.size() - 1; i >= 0; i--) {
            children.get(i).close();
        }
        server.ifPresent(Server::close);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
