package dev.weft.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The main class of {@code tools/measure.sh}: what users wait for, measured on real processes, printed as rows of a
 * Markdown table. Each measurement waits up to a minute for the machine to be calm, and says how busy it was.
 */
final class Measure {
    private static final double CALM = 1.5;
    private static final long CALM_SECONDS_MAX = Long.getLong("calmSeconds", 60);

    private static final int[] CAST_MEMBERS = {4, 8, 15};
    private static final int[] CAST_BYTES = {64, 1_024};
    private static final int[] CAST_RATES = {1_000, 0};
    private static final int CAST_MILLIS = 8_000;

    private final Path folder;
    private int labs;

    private Measure(Path folder) {
        this.folder = folder;
    }

    /** A kind of measurement and how many runs of it count. */
    private enum Kind {
        DISCOVERY(15),
        HOSTS(7),
        KILL(15),
        CUT(5),
        IDLE(1),
        CAST(2);

        private final int runs;

        Kind(int runs) {
            this.runs = runs;
        }
    }

    /** @param args the kinds to measure, in lower case; none for all */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("weft-measure");
        Measure measure = new Measure(folder);
        System.out.println("| what | median | min | max | runs | goal | load before |");
        System.out.println("|---|---|---|---|---|---|---|");
        try {
            for (Kind kind : Kind.values()) {
                if (args.length == 0 || List.of(args).contains(kind.name().toLowerCase(Locale.ROOT))) {
                    measure.measure(kind);
                }
            }
        } finally {
            delete(folder);
        }
    }

    private void measure(Kind kind) {
        switch (kind) {
            case DISCOVERY -> discovery(kind.runs);
            case HOSTS -> hosts(kind.runs);
            case KILL -> kill(kind.runs);
            case CUT -> cut(kind.runs);
            case IDLE -> idle();
            case CAST -> cast(kind.runs);
        }
    }

    // ------------------------------------------------------------------ the measurements

    private void discovery(int runs) {
        String beacon = "beacon=230.230.230.233:23456";
        discover("second process sees the first, host directory alone (ms)", runs, "here", "beacon=none");
        discover("the same, multicast alone (ms)", runs, "there", beacon);
        discover("the same, both (ms)", runs, "here", beacon);
    }

    /** From the second's start of main to its first peer. */
    private void discover(String what, int runs, String secondHost, String beacon) {
        String load = calm();
        List<Double> millis = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            try (Lab lab = lab()) {
                NodeProcess first =
                        lab.start(Lab.Plan.of("first").on("here", List.of()).with(beacon));
                first.id();
                NodeProcess second = lab.start(
                        Lab.Plan.of("second").on(secondHost, List.of()).with(beacon));
                NodeProcess.Event seen = second.awaitEvent(0, "PEER_UP", first);
                millis.add((seen.nanos() - second.mainNanos()) / 1e6);
            }
        }
        row(what, millis, "≤ 1000", load);
    }

    private void hosts(int runs) {
        if (isWithoutHosts("six hosts")) {
            return;
        }
        String load = calm();
        List<Double> sixth = new ArrayList<>();
        List<Double> atOnce = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            try (Hosts hosts = Hosts.up(6)) {
                try (Lab lab = lab()) {
                    List<NodeProcess> nodes = new ArrayList<>();
                    for (int host = 1; host <= 5; host++) {
                        nodes.add(lab.start(hosts.plan(host)));
                    }
                    allSeen(nodes);
                    nodes.add(lab.start(hosts.plan(6)));
                    sixth.add((allSeen(nodes) - nodes.get(5).mainNanos()) / 1e6);
                }
                try (Lab lab = lab()) {
                    List<NodeProcess> nodes = new ArrayList<>();
                    for (int host = 1; host <= 6; host++) {
                        nodes.add(lab.start(hosts.plan(host)));
                    }
                    long all = allSeen(nodes);
                    long lastMain = nodes.stream()
                            .mapToLong(NodeProcess::mainNanos)
                            .max()
                            .orElseThrow();
                    atOnce.add((all - lastMain) / 1e6);
                }
            }
        }
        row("sixth host joins: until all six see all (ms)", sixth, "≤ 2000", load);
        row("six hosts started at once: from the last main until all see all (ms)", atOnce, "≤ 2000", load);
    }

    /** When the last of them saw its last peer. */
    private static long allSeen(List<NodeProcess> nodes) {
        long last = 0;
        for (NodeProcess node : nodes) {
            for (NodeProcess other : nodes) {
                if (node != other) {
                    last = Math.max(last, node.awaitEvent(0, "PEER_UP", other).nanos());
                }
            }
        }
        return last;
    }

    /** The relay in use is killed, again and again, and comes back with its state. */
    private void kill(int runs) {
        String load = calm();
        List<Double> seen = new ArrayList<>();
        List<Double> longest = new ArrayList<>();
        List<Double> gaps = new ArrayList<>();
        int lost = 0;
        int doubled = 0;
        List<String> pins = List.of("n2 n4", "n1 n3 n4", "n2 n4", "n1 n2 n3");
        try (Lab lab = lab()) {
            NodeProcess[] n = new NodeProcess[4];
            for (int i = 0; i < 4; i++) {
                n[i] = lab.start(pinned(i, pins));
            }
            for (int run = 1; run <= runs; run++) {
                awaitAll(n);
                int sending = n[0].send(run, n[2], 3_000, 1_000, 30_000);
                n[2].awaitReceived(run, 1_000);
                List<String> route = n[0].route(n[2]);
                int relay = route.contains(n[1].id()) ? 1 : 3;
                int[] marks = {n[0].mark(), n[1].mark(), n[2].mark(), n[3].mark()};
                long killed = System.nanoTime();
                n[relay].kill();
                long last = 0;
                for (int i = 0; i < 4; i++) {
                    if (i != relay) {
                        last = Math.max(
                                last,
                                n[i].awaitEvent(marks[i], "LINK_DOWN", n[relay]).nanos());
                    }
                }
                seen.add((last - killed) / 1e6);
                NodeProcess.Sent sent = n[0].awaitSent(sending, run);
                NodeProcess.Tally tally = n[2].tally(run, sent);
                lost += sent.count() - tally.distinct();
                doubled += tally.duplicates();
                List<Double> after = n[2].gapsMillis(run, killed, killed + TimeUnit.SECONDS.toNanos(1));
                gaps.addAll(after);
                longest.add(after.stream().max(Comparator.naturalOrder()).orElse(Double.NaN));
                n[relay] = lab.start(pinned(relay, pins));
            }
        }
        row("relay killed at 1,000 msg/s: until its last neighbor knows (ms)", seen, "≤ 50", load);
        row("the same: longest gap in delivery (ms)", longest, "≤ 250", load);
        row("the same: p99 of all gaps in the second after (ms)", List.of(percentile(gaps, 99)), "≤ 250", load);
        row("the same: messages lost, of " + 3_000 * runs, List.of((double) lost), "0", load);
        row("the same: messages doubled", List.of((double) doubled), "0", load);
    }

    private static Lab.Plan pinned(int index, List<String> pins) {
        Lab.Plan plan = Lab.Plan.of("n" + (index + 1));
        for (String pin : pins.get(index).split(" ")) {
            plan = plan.with("pin=" + pin);
        }
        return plan;
    }

    private static void awaitAll(NodeProcess[] nodes) {
        for (NodeProcess node : nodes) {
            node.awaitPeers(Stream.of(nodes).filter(other -> other != node).toArray(NodeProcess[]::new));
        }
        for (NodeProcess node : nodes) {
            node.awaitThat(
                    "all its links", () -> node.links().size() >= (node.name().matches("n[13]") ? 2 : 3));
        }
    }

    /** Packets between neighbors vanish while one sends to the other; there are other ways. */
    private void cut(int runs) {
        if (isWithoutHosts("silent cut")) {
            return;
        }
        String load = calm();
        List<Double> known = new ArrayList<>();
        List<Double> longest = new ArrayList<>();
        int lost = 0;
        int doubled = 0;
        try (Hosts hosts = Hosts.up(4);
                Lab lab = lab()) {
            List<NodeProcess> nodes = new ArrayList<>();
            for (int host = 1; host <= 4; host++) {
                nodes.add(lab.start(hosts.plan(host)));
            }
            allSeen(nodes);
            NodeProcess from = nodes.get(0);
            for (int run = 1; run <= runs; run++) {
                nodes.forEach(node ->
                        node.awaitThat("all its links", () -> node.links().size() == 3));
                int sending = from.send(run, nodes.get(1), 8_000, 1_000, 30_000);
                nodes.get(1).awaitReceived(run, 1_000);
                List<String> route = from.route(nodes.get(1));
                // The first link of the way in use, whichever it is.
                NodeProcess next = nodes.stream()
                        .filter(node -> node.id().equals(route.get(1)))
                        .findFirst()
                        .orElseThrow();
                int mark = from.mark();
                int nextMark = next.mark();
                hosts.tell("cut", "1", next.name().substring(1));
                long cut = System.nanoTime();
                long seen = Math.max(
                        from.awaitEvent(mark, "LINK_DOWN", next).nanos(),
                        next.awaitEvent(nextMark, "LINK_DOWN", from).nanos());
                known.add((seen - cut) / 1e6);
                NodeProcess.Sent sent = from.awaitSent(sending, run);
                NodeProcess.Tally tally = nodes.get(1).tally(run, sent);
                lost += sent.count() - tally.distinct();
                doubled += tally.duplicates();
                longest.add(nodes.get(1).gapsMillis(run, cut - 500_000_000L, cut + TimeUnit.SECONDS.toNanos(7)).stream()
                        .max(Comparator.naturalOrder())
                        .orElse(Double.NaN));
                hosts.tell("heal");
            }
        }
        row("silent cut of the link in use: until both ends know (ms)", known, "≤ 4000", load);
        row("the same: longest gap in delivery (ms)", longest, "≤ 4000", load);
        row("the same: messages lost, of " + 8_000 * runs, List.of((double) lost), "0", load);
        row("the same: messages doubled", List.of((double) doubled), "0", load);
    }

    private void idle() {
        for (int count : new int[] {1, 5}) {
            String load = calm();
            try (Lab lab = new Lab(folder.resolve("lab" + labs++), List.of())) {
                List<NodeProcess> nodes = new ArrayList<>();
                for (int i = 1; i <= count; i++) {
                    nodes.add(lab.startCommand(Lab.Plan.of("up" + i)
                            .with("up", "--mesh", "lab", "--name", "up" + i, "--beacon", "230.230.230.233:23456")));
                }
                // What a JVM does at first, loading and compiling, is not what it does for the rest of its life.
                sleep(60);
                NodeProcess node = nodes.get(0);
                long ticks = ticks(node);
                long switches = switches(node);
                sleep(60);
                double percent = (ticks(node) - ticks) * 100.0 / (60 * ticksPerSecond());
                double perSecond = (switches(node) - switches) / 60.0;
                String who = count == 1 ? "one idle node alone" : "one of " + count + " idle meshed nodes";
                row(who + ": % of one core over 60 s, a minute after its start", List.of(percent), "≤ 0.5", load);
                row(who + ": voluntary context switches per second", List.of(perSecond), "", load);
            }
        }
    }

    /** To a group on one segment, in turn over links and with IP multicast; a wire's bytes count headers of Ethernet. */
    private void cast(int runs) {
        if (isWithoutHosts("group on a segment")) {
            return;
        }
        for (int members : CAST_MEMBERS) {
            List<String> modes = List.of("OFF", "ON");
            TreeMap<String, List<CastMeasure.Figures>> figures = new TreeMap<>();
            String load = calm();
            for (int run = 0; run < runs; run++) {
                for (String mode : modes) {
                    try (CastMeasure segment = new CastMeasure(folder.resolve("lab" + labs++), members, mode)) {
                        for (int bytes : CAST_BYTES) {
                            for (int rate : CAST_RATES) {
                                String what = members + " members, " + bytes + " B, "
                                        + (rate == 0 ? "as fast as it goes" : rate + "/s") + ", multicast " + mode;
                                figures.computeIfAbsent(what, key -> new ArrayList<>())
                                        .add(segment.run(bytes, rate, CAST_MILLIS));
                            }
                        }
                    }
                }
            }
            figures.forEach((what, all) -> {
                row(
                        what + ": CPU s of the sender for a million deliveries",
                        all.stream().map(CastMeasure.Figures::cpuSeconds).toList(),
                        "",
                        load);
                row(
                        what + ": bytes sent on the wire for each delivery",
                        all.stream().map(CastMeasure.Figures::wireBytes).toList(),
                        "",
                        load);
                row(
                        what + ": deliveries/s",
                        all.stream().map(CastMeasure.Figures::perSecond).toList(),
                        "",
                        load);
            });
        }
    }

    static long ticks(NodeProcess node) {
        String stat = read("/proc/" + node.pid() + "/stat");
        // User and system time are the 14th and 15th fields; the second may hold blanks and ends with a bracket.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    static long ticksPerSecond() {
        return Long.parseLong(Lab.run(List.of("getconf", "CLK_TCK")).strip());
    }

    private static long switches(NodeProcess node) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + node.pid() + "/task"))) {
            return threads.mapToLong(thread -> read(thread.resolve("status").toString())
                            .lines()
                            .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                            .mapToLong(line -> Long.parseLong(
                                    line.substring(line.indexOf(':') + 1).strip()))
                            .sum())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ------------------------------------------------------------------ around them

    private Lab lab() {
        return new Lab(folder.resolve("lab" + labs++), Lab.PLAIN);
    }

    private static boolean isWithoutHosts(String what) {
        Hosts.missing().ifPresent(why -> System.out.println("| " + what + " | not measured: " + why + " | | | | | |"));
        return Hosts.missing().isPresent();
    }

    /** Waits for others on this machine to be done, a minute by default; returns how busy it is. */
    private static String calm() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CALM_SECONDS_MAX);
        while (load() >= CALM && System.nanoTime() < until) {
            sleep(1);
        }
        return String.format(Locale.ROOT, "%.1f", load());
    }

    private static double load() {
        return Double.parseDouble(read("/proc/loadavg").split(" ")[0]);
    }

    private static void row(String what, List<Double> figures, String goal, String load) {
        List<Double> sorted = figures.stream().sorted().toList();
        System.out.println("| " + what + " | " + text(percentile(sorted, 50)) + " | "
                + text(sorted.get(0)) + " | " + text(sorted.get(sorted.size() - 1)) + " | " + sorted.size() + " | "
                + goal + " | " + load + " |");
    }

    private static double percentile(List<Double> figures, int percent) {
        List<Double> sorted = figures.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    private static String text(double figure) {
        return figure == Math.rint(figure)
                ? Long.toString((long) figure)
                : String.format(Locale.ROOT, figure < 10 ? "%.2f" : figure < 100 ? "%.1f" : "%.0f", figure);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sleep(long seconds) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
