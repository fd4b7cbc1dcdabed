package dev.weft.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process with a node in it, as a test sees it: what it has said so far, and the means to ask, stop and kill it. Made
 * by {@link Lab}; used by one thread. Every wait is bounded and fails with what the process said last.
 */
final class NodeProcess {
    /**
     * How long anything may take that is bound to happen. Only a test that fails waits so long: a machine that gives a
     * tenth of its processors to seven JVMs starting at once needs more than half a minute until they have all met.
     */
    static final long PATIENCE_SECONDS = 240;

    /** One event as the node told it. */
    record Event(long nanos, String kind, String node, String detail) {
        static Event parse(String line) {
            String[] words = line.split(" ", 5);
            return new Event(Long.parseLong(words[1]), words[2], words[3], words.length > 4 ? words[4] : "");
        }
    }

    /** What became of the sends of a run; each ticket is counted once. */
    record Sent(int count, int delivered, int rejected, int undeliverable, int expired, int unknown, int open) {
        boolean isAllDelivered() {
            return delivered == count;
        }
    }

    /** What a receiver has of a run. */
    record Tally(int distinct, int duplicates) {}

    private final String name;
    private final Process process;
    private final Path log;
    private final Writer commands;
    private final List<String> said = new ArrayList<>();

    NodeProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "lab-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    Path log() {
        return log;
    }

    // ------------------------------------------------------------------ what it says

    /** A place in what it says; waits and looks begin there. */
    int mark() {
        synchronized (said) {
            return said.size();
        }
    }

    /** All that it has said from a place on. */
    List<String> said(int mark) {
        synchronized (said) {
            return List.copyOf(said.subList(mark, said.size()));
        }
    }

    /** Whether it has said a line that begins with this word. */
    boolean hasSaid(String word) {
        synchronized (said) {
            return said.stream().anyMatch(line -> line.startsWith(word));
        }
    }

    String await(int mark, Predicate<String> wanted, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        synchronized (said) {
            int next = mark;
            while (true) {
                for (; next < said.size(); next++) {
                    if (wanted.test(said.get(next))) {
                        return said.get(next);
                    }
                }
                long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw new IllegalStateException(name + " has not said '" + what + "' within " + PATIENCE_SECONDS
                            + " s; it said last:\n" + last() + "\nits log:\n" + readLog());
                }
                try {
                    said.wait(leftMillis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while " + name + " should say '" + what + "'", e);
                }
            }
        }
    }

    String ask(String command) {
        int mark = mark();
        say(command);
        String word = command.split(" ")[0] + " ";
        return await(mark, line -> line.startsWith(word), command).substring(word.length());
    }

    void say(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not listen any more", e);
        }
    }

    /** The events since a mark, oldest first. */
    List<Event> events(int mark) {
        synchronized (said) {
            return said.subList(mark, said.size()).stream()
                    .filter(line -> line.startsWith("event "))
                    .map(Event::parse)
                    .toList();
        }
    }

    Event awaitEvent(int mark, String kind, NodeProcess about) {
        return awaitEvent(mark, kind, about.id());
    }

    Event awaitEvent(int mark, String kind, String node) {
        return Event.parse(await(
                mark, line -> line.startsWith("event ") && line.contains(" " + kind + " " + node), kind + " " + node));
    }

    // ------------------------------------------------------------------ as a node

    private String ready(int word) {
        return await(0, line -> line.startsWith("ready "), "ready").split(" ")[word];
    }

    String id() {
        return ready(1);
    }

    long incarnation() {
        return Long.parseLong(ready(2));
    }

    /** When its main method began, by the clock that all processes of this machine share. */
    long mainNanos() {
        return Long.parseLong(ready(3));
    }

    List<String> peers() {
        return words(ask("peers")).stream().sorted().toList();
    }

    List<String> links() {
        return words(ask("links"));
    }

    /** The ids on the way to a node, both ends included. */
    List<String> route(NodeProcess to) {
        return words(ask("route " + to.id()));
    }

    /** Waits until the reachable nodes are exactly these. */
    void awaitPeers(NodeProcess... others) {
        List<String> wanted = Stream.of(others).map(NodeProcess::id).sorted().toList();
        awaitThat("it sees " + wanted, () -> peers().equals(wanted));
    }

    void awaitThat(String what, java.util.function.BooleanSupplier holds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not within " + PATIENCE_SECONDS + " s on " + name + " (" + id() + "): "
                        + what + "; it said last:\n" + last());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000L);
        }
    }

    /** Begins a run of messages; returns where to wait for its end. */
    int send(int run, NodeProcess to, int count, int perSecond, long timeoutMillis) {
        int mark = mark();
        say("send " + run + " " + to.id() + " " + count + " " + perSecond + " " + timeoutMillis);
        return mark;
    }

    Sent awaitSent(int mark, int run) {
        String[] words = await(mark, line -> line.startsWith("sent " + run + " "), "sent " + run)
                .split(" ");
        int[] numbers = Stream.of(words).skip(2).mapToInt(Integer::parseInt).toArray();
        return new Sent(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
    }

    /** Has it join a group; what comes to it counts as received. */
    void join(String group) {
        ask("join " + group);
    }

    /** Waits until it knows exactly these members of a group. */
    void awaitMembers(String group, NodeProcess... members) {
        List<String> wanted = Stream.of(members).map(NodeProcess::id).sorted().toList();
        awaitThat(
                wanted + " are in " + group,
                () -> words(ask("members " + group)).stream().sorted().toList().equals(wanted));
    }

    /** Begins a run of messages for a group; returns where to wait for its end. */
    int spread(int run, String group, int count, int perSecond, long timeoutMillis) {
        int mark = mark();
        say("spread " + run + " " + group + " " + count + " " + perSecond + " " + timeoutMillis);
        return mark;
    }

    /** When the first message of a run for a group was due, by the clock that all processes of this machine share. */
    long spreadingSinceNanos(int mark, int run) {
        String[] words = await(mark, line -> line.startsWith("spreading " + run + " "), "spreading " + run)
                .split(" ");
        return Long.parseLong(words[2]);
    }

    /** The fates of a run's messages by member, a letter each: see {@link LabNode}. */
    Map<String, String> awaitFates(int mark, int run) {
        Map<String, String> fates = new TreeMap<>();
        String line = await(mark, said -> said.startsWith("fates " + run), "fates " + run);
        Stream.of(line.split(" ")).skip(2).forEach(member -> {
            int equals = member.indexOf('=');
            fates.put(member.substring(0, equals), member.substring(equals + 1));
        });
        return fates;
    }

    Tally tally(int run) {
        String[] words = ask("tally " + run).split(" ");
        return new Tally(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    }

    /** As {@link #tally(int)}, when its handler has seen what its endpoint took: that follows the acknowledgement. */
    Tally tally(int run, Sent sent) {
        awaitReceived(run, sent.delivered());
        return tally(run);
    }

    /** Waits for a run to have come in so far. */
    void awaitReceived(int run, int count) {
        awaitThat(count + " messages of run " + run, () -> tally(run).distinct() >= count);
    }

    /** Times between deliveries of a run within a span of time, in milliseconds. */
    List<Double> gapsMillis(int run, long fromNanos, long untilNanos) {
        return words(ask("gaps " + run + " " + fromNanos + " " + untilNanos).substring((run + " ").length())).stream()
                .map(micros -> Long.parseLong(micros) / 1_000.0)
                .toList();
    }

    // ------------------------------------------------------------------ its life

    /** As {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** As {@code kill -CONT}, {@code -TERM}; to stop it, there is {@link #stop}. */
    void signal(String signal) {
        Lab.run(List.of("kill", "-" + signal, Long.toString(pid())));
    }

    /**
     * As {@code kill -STOP}, until no thread of it runs any more: the signal is with the process when the command ends, but
     * its threads go on until one of them has its turn and takes it, which is long where processors are short.
     */
    void stop() {
        signal("STOP");
        awaitThat("every thread has stopped", () -> threadStates().stream().allMatch(state -> state == 'T'));
    }

    /** A letter for each thread, {@code T} for one that has stopped; none where the system does not tell. */
    private List<Character> threadStates() {
        List<Character> states = new ArrayList<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid()), "task"))) {
            for (Path thread : threads) {
                String line = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
                // The name before it, in parentheses, may hold anything.
                states.add(line.charAt(line.lastIndexOf(')') + 2));
            }
        } catch (NoSuchFileException ended) {
            // A thread that has ended meanwhile, or another system.
            return states;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return states;
    }

    /** Has it leave the mesh; returns its exit code. */
    int leave() {
        try {
            commands.close();
        } catch (IOException gone) {
            // It has ended by itself; its exit code tells.
            return awaitExit();
        }
        return awaitExit();
    }

    int awaitExit() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " does not end; it said last:\n" + last());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " should end", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String readLog() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String last() {
        synchronized (said) {
            // Answers repeat while somebody waits for them to change.
            List<String> changes = new ArrayList<>();
            for (String line : said) {
                if (changes.isEmpty() || !changes.get(changes.size() - 1).equals(line)) {
                    changes.add(line);
                }
            }
            return changes.stream().skip(Math.max(0, changes.size() - 60)).collect(Collectors.joining("\n"));
        }
    }

    private static List<String> words(String line) {
        return Stream.of(line.split(" ")).filter(word -> !word.equals("-")).toList();
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                synchronized (said) {
                    said.add(line);
                    said.notifyAll();
                }
            }
        } catch (IOException gone) {
            // The process was killed; what it said before is kept.
            return;
        }
    }
}
