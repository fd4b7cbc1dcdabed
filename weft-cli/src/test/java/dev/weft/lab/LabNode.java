package dev.weft.lab;

import dev.weft.Endpoint;
import dev.weft.Group;
import dev.weft.GroupOutcome;
import dev.weft.GroupSendOptions;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Peer;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.Statistics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * The main class of a node in a process of its own. Settings come as {@code key=value} arguments, places from the
 * environment as for any application. Lines on stdin ask, lines on stdout answer and tell events as they happen, with
 * the monotonic clock that all processes of a machine share. It leaves the mesh when stdin ends.
 */
final class LabNode {
    private static final String ENDPOINT = "lab";
    private static final int PAYLOAD_BYTES = 64;

    private final Mesh mesh;
    private final TreeMap<Integer, Arrivals> arrivals = new TreeMap<>();

    private final Streams streams;

    private LabNode(Mesh mesh) {
        this.mesh = mesh;
        this.streams = new Streams(mesh);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        long beganNanos = System.nanoTime();
        try (Mesh mesh = builder(args).join()) {
            LabNode node = new LabNode(mesh);
            mesh.subscribe(LabNode::tell);
            Endpoint inbox = mesh.open(ENDPOINT, SocketKind.RDM);
            inbox.onMessage(message -> node.arrived(ByteBuffer.wrap(message.payload()), System.nanoTime()));
            // Whoever was found between joining and subscribing has had no event.
            mesh.peers().forEach(peer -> tell(System.nanoTime(), MeshEvent.Kind.PEER_UP, peer.id(), "already"));
            System.out.println("ready " + mesh.self().id() + " " + mesh.self().incarnation() + " " + beganNanos);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                node.answer(line.split(" "));
            }
        }
        System.out.println("left");
    }

    private static MeshBuilder builder(String[] args) throws IOException {
        Map<String, String> first = new TreeMap<>();
        List<String> pinned = new ArrayList<>();
        List<String> peers = new ArrayList<>();
        for (String arg : args) {
            String key = arg.substring(0, arg.indexOf('='));
            String value = arg.substring(arg.indexOf('=') + 1);
            switch (key) {
                case "pin" -> pinned.add(value);
                case "peer" -> peers.add(value);
                case "mesh", "name", "beacon", "remote", "listen", "heartbeatMillis", "key", "cast" ->
                    first.put(key, value);
                default -> throw new IllegalArgumentException("no such setting: " + arg);
            }
        }
        MeshBuilder builder = Mesh.builder(first.getOrDefault("mesh", "lab"))
                .nodeName(first.getOrDefault("name", "lab"))
                .heartbeat(Duration.ofMillis(Long.parseLong(first.getOrDefault("heartbeatMillis", "1000"))));
        String beacon = first.getOrDefault("beacon", "none");
        if (beacon.equals("none")) {
            builder.beacon(MeshConfig.Beacon.NONE);
        } else {
            String[] group = beacon.split(":");
            builder.beacon(new MeshConfig.Beacon(MeshConfig.Beacon.Mode.ON, group[0], Integer.parseInt(group[1])));
        }
        int remote = Integer.parseInt(first.getOrDefault("remote", "0"));
        if (remote > 0) {
            builder.remote(remote);
            if (first.containsKey("key")) {
                MeshKey.readFile(Path.of(first.get("key"))).forEach(builder::key);
            } else {
                builder.plaintext();
            }
        }
        if (first.containsKey("cast")) {
            builder.multicast(first.get("cast").equals("ON") ? MeshConfig.Multicast.ON : MeshConfig.Multicast.OFF);
        }
        if (first.containsKey("listen")) {
            builder.listen(Locator.parse(first.get("listen")));
        }
        peers.forEach(peer -> builder.peer(Locator.parse(peer)));
        if (!pinned.isEmpty()) {
            builder.links(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, pinned, List.of()));
        }
        return builder;
    }

    private static void tell(MeshEvent event) {
        tell(System.nanoTime(), event.kind(), event.node(), event.detail());
    }

    private static void tell(long nanos, MeshEvent.Kind kind, NodeId node, String detail) {
        System.out.println("event " + nanos + " " + kind + " " + node + " " + detail.replace('\n', ' '));
    }

    private void answer(String[] words) {
        switch (words[0]) {
            case "peers" -> say("peers", ids(mesh.peers().stream().map(Peer::id).toList()));
            case "links" ->
                say(
                        "links",
                        ids(mesh.statistics().links().stream()
                                .map(link -> link.peer())
                                .toList()));
            case "route" -> say("route", ids(mesh.route(NodeId.parse(words[1]))));
            case "send" -> {
                Thread sender = new Thread(() -> send(words), "lab-sender");
                sender.setDaemon(true);
                sender.start();
            }
            case "sink" -> streams.sink();
            case "source" -> streams.source(NodeId.parse(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
            case "progress" -> say("progress", streams.bytes());
            case "tally" -> {
                Arrivals run = arrivals(Integer.parseInt(words[1]));
                say("tally", words[1] + " " + run.distinct() + " " + run.duplicates());
            }
            case "gaps" ->
                say(
                        "gaps",
                        words[1] + " "
                                + arrivals(Integer.parseInt(words[1]))
                                        .gapsMicros(Long.parseLong(words[2]), Long.parseLong(words[3])));
            case "stats" -> {
                Statistics now = mesh.statistics();
                long settled = now.outcomes().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                say("stats", now.sent() + " " + now.inFlight() + " " + settled);
            }
            case "collect" -> {
                // A buffer that was not released is reported when the next one is taken after its collection.
                System.gc();
                say("collect", "done");
            }
            case "join" -> {
                mesh.group(words[1])
                        .join()
                        .onMessage(message -> arrived(ByteBuffer.wrap(message.payload()), System.nanoTime()));
                say("join", words[1]);
            }
            case "members" -> say("members", ids(mesh.group(words[1]).members()));
            case "spread" -> {
                Thread sender = new Thread(() -> spread(words), "lab-spreader");
                sender.setDaemon(true);
                sender.start();
            }
            case "flood" -> {
                Thread sender = new Thread(() -> flood(words), "lab-flooder");
                sender.setDaemon(true);
                sender.start();
            }
            default -> say("what", words[0]);
        }
    }

    static void say(String word, String rest) {
        System.out.println(word + " " + rest);
    }

    private static String ids(List<NodeId> nodes) {
        return nodes.isEmpty() ? "-" : nodes.stream().map(NodeId::toString).collect(Collectors.joining(" "));
    }

    /** {@code send RUN NODE COUNT PER_SECOND TIMEOUT_MILLIS}, answered when every ticket has ended, or must have. */
    private void send(String[] words) {
        int run = Integer.parseInt(words[1]);
        NodeId to = NodeId.parse(words[2]);
        int count = Integer.parseInt(words[3]);
        long intervalNanos = 1_000_000_000L / Integer.parseInt(words[4]);
        SendOptions options = SendOptions.RDM.withTimeout(Duration.ofMillis(Long.parseLong(words[5])));
        EnumMap<Outcome.Kind, Integer> outcomes = new EnumMap<>(Outcome.Kind.class);
        CountDownLatch open = new CountDownLatch(count);
        long began = System.nanoTime();
        say("sending", run + " " + began);
        for (int i = 0; i < count; i++) {
            awaitDue(began + i * intervalNanos);
            mesh.send(to, ENDPOINT, payload(run, i), options).outcome().thenAccept(outcome -> {
                synchronized (outcomes) {
                    outcomes.merge(outcome.kind(), 1, Integer::sum);
                }
                open.countDown();
            });
        }
        awaitOutcomes(open, options.timeout());
        synchronized (outcomes) {
            StringBuilder line = new StringBuilder().append(run).append(' ').append(count);
            for (Outcome.Kind kind : Outcome.Kind.values()) {
                line.append(' ').append(outcomes.getOrDefault(kind, 0));
            }
            say("sent", line.append(' ').append(open.getCount()).toString());
        }
    }

    /**
     * {@code spread RUN GROUP COUNT PER_SECOND TIMEOUT_MILLIS}, answered as {@code fates RUN NODE=LETTERS ...}: a letter
     * for each message in order, {@code -} where that node was no member of it and {@code .} where the ticket is open.
     */
    private void spread(String[] words) {
        int run = Integer.parseInt(words[1]);
        Group group = mesh.group(words[2]);
        int count = Integer.parseInt(words[3]);
        long intervalNanos = 1_000_000_000L / Integer.parseInt(words[4]);
        GroupSendOptions options = GroupSendOptions.RDM.withTimeout(Duration.ofMillis(Long.parseLong(words[5])));
        AtomicReferenceArray<GroupOutcome> outcomes = new AtomicReferenceArray<>(count);
        CountDownLatch open = new CountDownLatch(count);
        long began = System.nanoTime();
        say("spreading", run + " " + began);
        for (int i = 0; i < count; i++) {
            awaitDue(began + i * intervalNanos);
            int number = i;
            group.send(payload(run, i), options).outcome().thenAccept(outcome -> {
                outcomes.set(number, outcome);
                open.countDown();
            });
        }
        awaitOutcomes(open, options.timeout());
        TreeMap<NodeId, char[]> fates = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            GroupOutcome outcome = outcomes.get(i);
            if (outcome != null) {
                int number = i;
                outcome.byMember()
                        .forEach((member, fate) ->
                                fates.computeIfAbsent(member, node -> untold(outcomes))[number] = letter(fate.kind()));
            }
        }
        StringBuilder line = new StringBuilder().append(run);
        fates.forEach(
                (member, letters) -> line.append(' ').append(member).append('=').append(letters));
        say("fates", line.toString());
    }

    /**
     * {@code flood GROUP BYTES PER_SECOND MILLIS}, as fast as there is room where PER_SECOND is 0; answered as {@code
     * flooded MESSAGES DELIVERIES} when every ticket has ended.
     */
    private void flood(String[] words) {
        Group group = mesh.group(words[1]);
        byte[] payload = new byte[Integer.parseInt(words[2])];
        long perSecond = Long.parseLong(words[3]);
        long began = System.nanoTime();
        long until = began + Long.parseLong(words[4]) * 1_000_000L;
        LongAdder delivered = new LongAdder();
        Phaser open = new Phaser(1);
        long count = 0;
        for (; System.nanoTime() < until; count++) {
            if (perSecond > 0) {
                awaitDue(began + count * 1_000_000_000L / perSecond);
            }
            open.register();
            group.send(payload, GroupSendOptions.RDM).outcome().thenAccept(outcome -> {
                delivered.add(outcome.byMember().values().stream()
                        .filter(Outcome::isDelivered)
                        .count());
                open.arriveAndDeregister();
            });
        }
        open.arriveAndAwaitAdvance();
        say("flooded", count + " " + delivered.sum());
    }

    private static char[] untold(AtomicReferenceArray<GroupOutcome> outcomes) {
        char[] letters = new char[outcomes.length()];
        for (int i = 0; i < letters.length; i++) {
            letters[i] = outcomes.get(i) == null ? '.' : '-';
        }
        return letters;
    }

    private static char letter(Outcome.Kind kind) {
        return switch (kind) {
            case DELIVERED -> 'd';
            case REJECTED -> 'r';
            case UNDELIVERABLE -> 'u';
            case EXPIRED -> 'e';
            case UNKNOWN -> '?';
        };
    }

    private static byte[] payload(int run, int number) {
        return ByteBuffer.allocate(PAYLOAD_BYTES).putInt(run).putInt(number).array();
    }

    private static void awaitDue(long dueNanos) {
        for (long now = System.nanoTime(); now < dueNanos; now = System.nanoTime()) {
            LockSupport.parkNanos(dueNanos - now);
        }
    }

    private static void awaitOutcomes(CountDownLatch open, Duration timeout) {
        try {
            open.await(timeout.toMillis() + 20_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void arrived(ByteBuffer payload, long nowNanos) {
        arrivals(payload.getInt()).add(payload.getInt(), nowNanos);
    }

    private Arrivals arrivals(int run) {
        synchronized (arrivals) {
            return arrivals.computeIfAbsent(run, number -> new Arrivals());
        }
    }
}
