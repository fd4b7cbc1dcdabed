package dev.weft.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Hosts made of network namespaces on one LAN, 10.77.0.1 and up, by {@code tools/netlab.sh}. Taken down when closed, and
 * at the latest when this JVM ends. Needs Linux, root, {@code ip} and {@code nft}.
 */
final class Hosts implements AutoCloseable {
    private static final Path SCRIPT = Lab.project().resolve("tools/netlab.sh");

    private final String lab;
    private final Thread atExit;

    private Hosts(String lab) {
        this.lab = lab;
        this.atExit = new Thread(this::down, "lab-hosts-down");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    static Hosts up(int count) {
        // Unique among the processes of this machine, and no longer than a lab's name may be.
        Hosts hosts = new Hosts("w" + Long.toString(ProcessHandle.current().pid(), 36));
        hosts.tell("up", Integer.toString(count));
        return hosts;
    }

    /** Why no hosts can be made here; empty where they can. */
    static Optional<String> missing() {
        if (!Files.isDirectory(Path.of("/proc/self/ns"))) {
            return Optional.of("this system has no network namespaces");
        }
        if (!Lab.run(List.of("id", "-u")).strip().equals("0")) {
            return Optional.of("only root can make hosts out of network namespaces");
        }
        for (String tool : List.of("ip", "nft", "bash")) {
            if (!isInstalled(tool)) {
                return Optional.of("there is no '" + tool + "' to make hosts out of network namespaces");
            }
        }
        try {
            String probe = "w" + Long.toString(ProcessHandle.current().pid(), 36) + "probe";
            Lab.run(List.of("ip", "netns", "add", probe));
            Lab.run(List.of("ip", "netns", "del", probe));
            return Optional.empty();
        } catch (IllegalStateException forbidden) {
            return Optional.of("network namespaces cannot be made here: " + forbidden.getMessage());
        }
    }

    private static boolean isInstalled(String tool) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(folder, tool))) {
                return true;
            }
        }
        return false;
    }

    /** What a command is preceded by to run on a host, from 1. */
    List<String> on(int host) {
        return List.of("ip", "netns", "exec", lab + "-" + host);
    }

    /**
     * A node of a host: found by multicast, on TCP alone, since all hosts of a lab share one file system and Unix
     * sockets would pass every cut.
     */
    Lab.Plan plan(int host) {
        return Lab.Plan.of("h" + host)
                .on("h" + host, on(host))
                .with("remote=1", "beacon=230.230.230.230:23000", "listen=tcp/0.0.0.0:0");
    }

    /** A command of the script: {@code cut 1 2 oneway}, {@code heal} and so on. */
    void tell(String... words) {
        List<String> command = new ArrayList<>(List.of("env", "NETLAB=" + lab, "bash", SCRIPT.toString()));
        command.addAll(List.of(words));
        Lab.run(command);
    }

    @Override
    public void close() {
        down();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void down() {
        try {
            List<String> command = List.of("env", "NETLAB=" + lab, "bash", SCRIPT.toString(), "down");
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            System.err.println("hosts of lab " + lab + " are left behind: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
