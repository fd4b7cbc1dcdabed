package dev.weft.bench.scenario;

import dev.weft.Mesh;
import dev.weft.SocketKind;
import dev.weft.Ticket;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * What a Weft process holds: heap after collection, with so many endpoints open or flows to another node's endpoints.
 * {@code hold heap}, {@code hold endpoints COUNT}, {@code hold flows NODE COUNT}.
 */
final class Holding {
    private Holding() {}

    static String of(Station station, String[] words) throws InterruptedException {
        if (words[1].equals("heap")) {
            return "heap " + usedAfterCollection();
        }
        if (!(station instanceof WeftStation weft)) {
            return "none";
        }
        return switch (words[1]) {
            case "endpoints" -> endpoints(weft.mesh(), Integer.parseInt(words[2]));
            case "flows" -> flows(weft.mesh(), words[2], Integer.parseInt(words[3]));
            default -> throw new IllegalArgumentException(words[1]);
        };
    }

    private static String endpoints(Mesh mesh, int count) {
        for (int i = 0; i < count; i++) {
            mesh.open("held-" + i, SocketKind.RDM);
        }
        return "held " + count;
    }

    private static String flows(Mesh mesh, String node, int count) throws InterruptedException {
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tickets.add(mesh.send(mesh.find(node).id(), "held-" + i, new byte[64]));
        }
        for (Ticket ticket : tickets) {
            ticket.await();
        }
        return "held " + count;
    }

    static long usedAfterCollection() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < 4; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
