package dev.weft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A demo node in a process of its own, as the demo sees it. */
final class DemoChild {
    /** How long a node may take for what takes it seconds, on a machine that is busy with other things too. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int LINES_MAX = 10_000;

    private final String name;
    private final Process process;
    private final Writer commands;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>(LINES_MAX);

    private final DemoFeed feed;

    private DemoChild(String name, Process process, DemoFeed feed) {
        this.name = name;
        this.feed = feed;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "demo-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    static DemoChild start(String name, Path directory, List<String> pinned, DemoFeed feed) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "demo-node"));
        command.addAll(List.of("--name", name, "--dir", directory.toString()));
        for (String pin : pinned) {
            command.addAll(List.of("--pin", pin));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve(name + ".log").toFile())
                .start();
        return new DemoChild(name, process, feed);
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** As {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
    }

    void end() throws InterruptedException {
        try {
            commands.close();
        } catch (IOException gone) {
            process.destroyForcibly();
        }
        if (!process.waitFor(4, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    void say(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    /** The next line that fits; those before it are passed over. */
    String await(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String line = lines.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new CommandFailure(
                        ExitCode.TIMED_OUT, "node " + name + " has not answered within " + PATIENCE.toSeconds() + " s");
            }
            if (wanted.test(line)) {
                return line;
            }
        }
    }

    String ask(String command) throws IOException, InterruptedException {
        say(command);
        String word = command.split(" ")[0];
        return await(line -> line.startsWith(word + " "));
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                feed.heard(name, line, System.nanoTime());
                if (!line.startsWith("event ") && !lines.offer(line)) {
                    return;
                }
            }
        } catch (IOException gone) {
            // The process has ended; what it said before is in the queue.
            return;
        }
    }
}
