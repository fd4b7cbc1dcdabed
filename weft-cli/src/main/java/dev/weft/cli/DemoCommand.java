package dev.weft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The main job in half a minute: five processes, a relay killed under load, nothing lost. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Five processes, a relay killed under load, nothing lost. Takes about 17 s; ends by telling the longest time"
                        + " without delivery in ms.")
final class DemoCommand implements Callable<Integer> {
    private static final int MESSAGES = 10_000;
    private static final int PER_SECOND = 1_000;
    private static final int KILL_AT = 3_000;
    private static final int RESTART_AT = 6_000;

    /** A ring of five with two chords. */
    private static final Map<String, List<String>> LINKS = new TreeMap<>(Map.of(
            "n1", List.of("n2", "n5"),
            "n2", List.of("n1", "n3", "n4", "n5"),
            "n3", List.of("n2", "n4"),
            "n4", List.of("n2", "n3", "n5"),
            "n5", List.of("n1", "n2", "n4")));

    private static final int LINK_COUNT =
            LINKS.values().stream().mapToInt(List::size).sum() / 2;

    @Option(names = "--json", description = "End with the ledger as one object; default text alone.")
    boolean json;

    private final TreeMap<String, DemoChild> children = new TreeMap<>();
    private final DemoFeed feed = new DemoFeed(DemoCommand::say, System.nanoTime());

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("weft-demo");
        try {
            return run(directory);
        } finally {
            for (DemoChild child : children.values()) {
                child.kill();
            }
            delete(directory);
        }
    }

    private int run(Path directory) throws IOException, InterruptedException {
        say("Starting five nodes, each a process of its own, with links to form a ring with two chords.");
        say("What they say of each other, as they say it:");
        say("");
        for (String name : LINKS.keySet()) {
            start(name, directory);
        }
        for (DemoChild child : children.values()) {
            child.await(line -> line.startsWith("ready "));
        }
        for (String name : LINKS.keySet()) {
            awaitMesh(name);
        }
        say("");
        say("All five know each other and all " + LINK_COUNT + " links are up. The mesh, as n1 knows it:");
        say("");
        tell("picture");
        say("");
        say("Round trips over the links:");
        say("");
        tell("matrix");
        say("");
        say("To look on while this runs:");
        say("   ./weft topology --mesh demo --observe --no-beacon --run " + directory.resolve("run"));
        say("");
        String first = relay();
        say("n1 sends " + MESSAGES + " messages to n3, " + PER_SECOND + " a second, by way of " + first + ".");
        child("n1").say("send n3 " + MESSAGES + " " + PER_SECOND);
        child("n1").await(line -> line.equals("progress " + KILL_AT));
        // Costs are measured all the time: the way may be another by now.
        String relay = relay();
        if (!relay.equals(first)) {
            say("It sends by way of " + relay + " by now.");
        }
        child(relay).kill();
        say("kill -9 " + child(relay).pid() + ": " + relay + ", the relay in use, is dead.");
        child("n1").await(line -> line.equals("progress " + (KILL_AT + 1_000)));
        say("The way is now: "
                + child("n1").ask("route n3").substring("route ".length()).replace(" ", " -> "));
        child("n1").await(line -> line.equals("progress " + RESTART_AT));
        say(relay + " is started again.");
        start(relay, directory);
        child(relay).await(line -> line.startsWith("ready "));
        String sent = child("n1").await(line -> line.startsWith("sent "));
        DemoLedger ledger = DemoLedger.of(sent, child("n3").ask("received"));
        feed.mute();
        for (DemoChild child : children.values()) {
            child.end();
        }
        say("");
        say("   sent        " + ledger.sent());
        say("   delivered   " + ledger.delivered());
        say("   duplicates  " + ledger.duplicates());
        say("   lost        " + ledger.lost());
        say("   longest time without delivery: " + ledger.rerouteMillis() + " ms");
        if (json) {
            System.out.println(ledger.json(LINKS.size()));
        }
        return ledger.exitCode().code();
    }

    /** Whom n1 sends by at this moment. */
    private String relay() throws IOException, InterruptedException {
        String route = child("n1").ask("route n3");
        String[] words = route.split(" ");
        if (words.length < 4) {
            throw new CommandFailure(ExitCode.FAILED, "n1 has no way to n3 over another: " + route);
        }
        return words[2];
    }

    /** Has n1 draw what it knows. */
    private void tell(String what) throws IOException, InterruptedException {
        child("n1").say(what);
        for (String row = line("n1"); !row.equals("end"); row = line("n1")) {
            say("   " + row.substring(Math.min(2, row.length())));
        }
    }

    private void start(String name, Path directory) throws IOException {
        children.put(name, DemoChild.start(name, directory, LINKS.getOrDefault(name, List.of()), feed));
    }

    private DemoChild child(String name) {
        DemoChild child = children.get(name);
        if (child == null) {
            throw new CommandFailure(ExitCode.FAILED, "there is no node " + name);
        }
        return child;
    }

    private String line(String name) throws InterruptedException {
        return child(name).await(line -> line.startsWith("|") || line.equals("end"));
    }

    private void awaitMesh(String name) throws IOException, InterruptedException {
        String whole = "mesh " + (LINKS.size() - 1) + " " + LINK_COUNT;
        long deadline = System.nanoTime() + DemoChild.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            if (child(name).ask("mesh").equals(whole)) {
                return;
            }
            Thread.sleep(50);
        }
        throw new CommandFailure(ExitCode.TIMED_OUT, "node " + name + " has not found all others and their links");
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.forEach(all::add);
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(all.get(i));
        }
    }
}
