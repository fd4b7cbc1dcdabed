package dev.weft.bench.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker process as the driver sees it. Every answer is waited for within a limit. */
final class Child implements AutoCloseable {
    private static final long ANSWER_SECONDS = 60;

    /** Behind the name in proc(5)'s stat of a thread; a tick is what USER_HZ is on every Linux. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;
    private static final long MILLIS_PER_TICK = 10;

    /** Stands for the name of the process in the options of its JVM. */
    static final String NAME = "{name}";

    private final String name;
    private final Path log;
    private final Process process;
    private final Writer commands;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>(1_000);

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "child-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** @param before words before the command, such as a program that pins it to a core */
    static Child start(Setting setting, List<String> before, List<String> jvmOptions) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                // Those that end take the account of their time with them.
                "-XX:-UseDynamicNumberOfCompilerThreads",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        // Options may name another class path: the last one counts.
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        jvmOptions.forEach(option -> command.add(option.replace(NAME, setting.name())));
        command.addAll(setting.contender().jvmOptions());
        String more = System.getenv("BENCH_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            command.addAll(Arrays.asList(more.trim().split(" +")));
        }
        command.add(Worker.class.getName());
        command.addAll(setting.arguments());
        Path log = setting.directory().resolve(setting.name() + ".log");
        return new Child(
                setting.name(),
                log,
                new ProcessBuilder(command).redirectError(log.toFile()).start());
    }

    String name() {
        return name;
    }

    /** Sends a command and returns the answer without its first word. */
    String ask(String command) throws IOException, InterruptedException {
        say(command);
        return answer();
    }

    void say(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    String answer() throws IOException, InterruptedException {
        String line = lines.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (line == null || line.startsWith("failed ")) {
            throw new IOException(name + " " + (line == null ? "has not answered" : line) + tail());
        }
        return line.substring(line.indexOf(' ') + 1);
    }

    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** What of {@link #cpu} the compilers have had, zero where the system does not tell. */
    Duration compilerCpu() throws IOException {
        Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
        if (!Files.isDirectory(tasks)) {
            return Duration.ZERO;
        }
        long ticks = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                if (name.startsWith("C1 ") || name.startsWith("C2 ")) {
                    String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    ticks += Long.parseLong(rest[USER_TICKS]) + Long.parseLong(rest[SYSTEM_TICKS]);
                }
            }
        } catch (NoSuchFileException | DirectoryIteratorException gone) {
            return Duration.ZERO;
        }
        return Duration.ofMillis(ticks * MILLIS_PER_TICK);
    }

    /** Resident bytes, 0 where the system does not tell. */
    long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return 0;
    }

    @Override
    public void close() {
        try {
            commands.close();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException gone) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private String tail() throws IOException {
        List<String> all = Files.readAllLines(log);
        return all.isEmpty()
                ? ""
                : "; it says: " + String.join(" | ", all.subList(Math.max(0, all.size() - 5), all.size()));
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(Worker.ANSWER)) {
                    lines.put(line.substring(Worker.ANSWER.length()));
                }
            }
            lines.put("failed it has ended");
        } catch (IOException | InterruptedException gone) {
            lines.offer("failed " + gone);
        }
    }
}
