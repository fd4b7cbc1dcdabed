package dev.weft.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts nodes as processes below one folder, which holds their state, their runtime directories and their logs, and
 * ends all of them when it is closed. Used by one thread.
 */
final class Lab implements AutoCloseable {
    /** What every node's JVM is told: to be small, and to report every buffer that is not released. */
    static final List<String> PARANOID = List.of("-Xmx128m", "-Dio.netty.leakDetection.level=paranoid");

    static final List<String> PLAIN = List.of("-Xmx128m");

    private final Path folder;
    private final List<String> jvm;
    private final Map<String, Integer> starts = new TreeMap<>();
    private final List<NodeProcess> processes = new ArrayList<>();

    Lab(Path folder, List<String> jvm) {
        this.folder = folder;
        this.jvm = jvm;
    }

    /** Where and how a node is started; immutable, {@code with…} makes another. */
    record Plan(String name, String host, List<String> prefix, List<String> settings) {
        /** On this host, in the mesh "lab", without beacons. */
        static Plan of(String name) {
            return new Plan(name, "here", List.of(), List.of());
        }

        /** Whose runtime directory it shares, and what its command is to be preceded by. */
        Plan on(String otherHost, List<String> command) {
            return new Plan(name, otherHost, command, settings);
        }

        /** Adds a setting of {@link LabNode}, as {@code key=value}. */
        Plan with(String... added) {
            List<String> all = new ArrayList<>(settings);
            Collections.addAll(all, added);
            return new Plan(name, host, prefix, all);
        }
    }

    NodeProcess start(Plan plan) {
        List<String> arguments = new ArrayList<>(List.of("name=" + plan.name()));
        arguments.addAll(plan.settings());
        return start(plan, LabNode.class.getName(), arguments);
    }

    /** Starts the {@code weft} command itself; the settings are its arguments. */
    NodeProcess startCommand(Plan plan) {
        return start(plan, "dev.weft.cli.Main", plan.settings());
    }

    private NodeProcess start(Plan plan, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>(plan.prefix());
        command.addAll(Jvm.command(jvm, mainClass, arguments.toArray(new String[0])));
        int start = starts.merge(plan.name(), 1, Integer::sum);
        Path log = folder.resolve(plan.name() + "-" + start + ".log");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("XDG_STATE_HOME", state(plan.name()).toString());
        builder.environment().put("XDG_RUNTIME_DIR", runtime(plan.host()).toString());
        try {
            NodeProcess process = new NodeProcess(plan.name(), builder.start(), log);
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + plan.name(), e);
        }
    }

    Path state(String name) {
        return folder.resolve("state-" + name);
    }

    /** What {@code XDG_RUNTIME_DIR} is for the nodes of a host. */
    Path runtime(String host) {
        return folder.resolve("run-" + host);
    }

    /** Has every living node collect its garbage; what was leaked is reported with the next buffer it takes. */
    void collect() {
        processes.stream().filter(NodeProcess::isAlive).forEach(node -> node.ask("collect"));
    }

    /** The lines of all logs so far that tell of a leak or of a failure that nobody caught. */
    List<String> complaints() {
        List<String> found = new ArrayList<>();
        for (NodeProcess process : processes) {
            for (String line : process.readLog().lines().toList()) {
                if (line.contains("LEAK") || line.contains("Exception") || line.contains("Error")) {
                    found.add(process.log().getFileName() + ": " + line);
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        for (NodeProcess process : processes) {
            if (process.isAlive()) {
                process.kill();
            }
        }
    }

    /** Runs a command to its end, at most a minute; fails unless it succeeds. */
    static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " has failed: " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + String.join(" ", command), e);
        }
    }

    /** The folder of this project: the nearest one above with the tools in it. */
    static Path project() {
        return Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
                .filter(path -> Files.isRegularFile(path.resolve("tools/netlab.sh")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("tools/netlab.sh is in no folder above"));
    }
}
