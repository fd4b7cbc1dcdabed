package dev.weft.lab;

import dev.weft.MeshKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Messages to a group whose members are hosts of one segment, with IP multicast and without: what a delivery costs the
 * sender in time of a core, and what all of them put on the wire. Neither needs a calm machine as rates do.
 *
 * <p>Called by {@link Measure}.
 */
final class CastMeasure implements AutoCloseable {
    /** For a million deliveries, and what came of it. */
    record Figures(double cpuSeconds, double wireBytes, double perSecond) {}

    private static final int WARM_MILLIS = 6_000;

    private final Hosts hosts;
    private final Lab lab;
    private final NodeProcess origin;
    private final List<NodeProcess> nodes = new ArrayList<>();

    /**
     * @param folder an empty one, for the files of the nodes
     * @param cast ON or OFF
     */
    CastMeasure(Path folder, int members, String cast) {
        hosts = Hosts.up(members + 1);
        lab = new Lab(folder, Lab.PLAIN);
        Path key = folder.resolve("key");
        try {
            Files.createDirectories(folder);
            Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(key, MeshKey.random().text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int host = 1; host <= members + 1; host++) {
            nodes.add(lab.start(hosts.plan(host).with("key=" + key, "cast=" + cast)));
        }
        origin = nodes.get(0);
        for (NodeProcess node : nodes) {
            node.awaitPeers(Stream.of(nodes.toArray(NodeProcess[]::new))
                    .filter(other -> other != node)
                    .toArray(NodeProcess[]::new));
        }
        List<NodeProcess> all = nodes.subList(1, nodes.size());
        all.forEach(member -> member.join("g"));
        origin.awaitMembers("g", all.toArray(NodeProcess[]::new));
    }

    /** @param perSecond how many messages, 0 for as many as there is room for */
    Figures run(int bytes, int perSecond, int millis) {
        flood(bytes, perSecond, WARM_MILLIS);
        long ticks = Measure.ticks(origin);
        long sent = wireBytes();
        long began = System.nanoTime();
        long deliveries = flood(bytes, perSecond, millis);
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpu = (double) (Measure.ticks(origin) - ticks) / Measure.ticksPerSecond();
        return new Figures(cpu * 1e6 / deliveries, (wireBytes() - sent) / (double) deliveries, deliveries / seconds);
    }

    private long flood(int bytes, int perSecond, int millis) {
        int mark = origin.mark();
        origin.say("flood g " + bytes + " " + perSecond + " " + millis);
        String said = origin.await(mark, line -> line.startsWith("flooded "), "flooded");
        return Math.max(1, Long.parseLong(said.split(" ")[2]));
    }

    /** What all hosts have sent so far, as their interfaces count it: what the segment had to carry. */
    private long wireBytes() {
        long sum = 0;
        for (int host = 1; host <= nodes.size(); host++) {
            List<String> command = new ArrayList<>(hosts.on(host));
            command.addAll(List.of("cat", "/proc/net/dev"));
            sum += Lab.run(command)
                    .lines()
                    .filter(line -> line.contains(":") && !line.strip().startsWith("lo:"))
                    .mapToLong(line -> Long.parseLong(
                            line.substring(line.indexOf(':') + 1).strip().split(" +")[8]))
                    .sum();
        }
        return sum;
    }

    @Override
    public void close() {
        lab.close();
        hosts.close();
    }
}
