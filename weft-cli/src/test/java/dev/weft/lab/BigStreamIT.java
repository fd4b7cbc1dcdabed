package dev.weft.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.MeshKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A big copy over a STREAM between two hosts that have only two relays between them, while packets of the relay in use
 * vanish again and again, or its process is killed and started again: every byte arrives once, in order. The mesh has a key, so wires carry TLS and the relays see
 * sealed fragments, as for any user. {@code -Dweft.stream.bytes=1073741824 -Dweft.stream.kbit=0} copies 1 GiB as fast as
 * it goes; by default the relays' wires are so slow that 64 MiB take long enough to be cut at.
 */
@Timeout(1200)
@ExtendWith(RealTime.class)
class BigStreamIT {
    private static final int SOURCE = 1;
    private static final int SINK = 4;
    private static final int HOSTS = 4;

    private static final long SEED = 20_260;
    private static final long BYTES = Long.getLong("weft.stream.bytes", 64L << 20);

    /** What the wire of each relay carries, up and down; 0 for as much as it can. */
    private static final int KBIT = Integer.getInteger("weft.stream.kbit", 40_000);

    private static final long CUT_MILLIS = 4_000;

    /** Long enough for a link to be made again and for bytes to flow over it, before the other relay is cut. */
    private static final long WHOLE_MILLIS = 3_000;

    /**
     * A copy in which nothing arrives for so long has stalled, whatever is cut: one path of two is always whole. Longer
     * than a connection's own timeout, so that it can say why it broke.
     */
    private static final long STALLED_SECONDS = 120;

    @TempDir
    Path folder;

    private Lab lab;
    private Hosts hosts;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private String key = "";
    private long sunk;
    private long progressNanos;
    private long longestStillNanos;

    @BeforeEach
    void open() {
        Hosts.missing().ifPresent(why -> {
            System.err.println("BigStreamIT is skipped: " + why);
            assumeTrue(false, why);
        });
        lab = new Lab(folder, BYTES > 64L << 20 ? Lab.PLAIN : Lab.PARANOID);
        hosts = Hosts.up(HOSTS);
    }

    @AfterEach
    void close() {
        if (hosts != null) {
            lab.close();
            hosts.close();
        }
    }

    private NodeProcess h(int host) {
        return nodes.get(host - 1);
    }

    private Path key() throws IOException {
        Path key = Files.createFile(
                folder.resolve("mesh.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(key, MeshKey.random().text());
    }

    /** What happens to the relay in use. */
    private interface Mishap {
        /**
         * @param count how often it has happened before
         * @return how it ends
         */
        Runnable strike(int relay, int count);
    }

    @Test
    void everyByteOfABigStreamArrivesWhileTheRelayInUseIsCutAgainAndAgain() throws IOException {
        copyUnder("cuts", (relay, count) -> {
            // Now before the relay, now behind it: what it took in is lost with the second.
            String end = Integer.toString(count % 2 == 0 ? SOURCE : SINK);
            hosts.tell("cut", Integer.toString(relay), end);
            return () -> hosts.tell("uncut", Integer.toString(relay), end);
        });
    }

    @Test
    void everyByteOfABigStreamArrivesWhileTheRelayInUseIsKilledAndStartedAgain() throws IOException {
        copyUnder("kills", (relay, count) -> {
            long life = h(relay).incarnation();
            h(relay).kill();
            return () -> {
                nodes.set(relay - 1, lab.start(plan(relay)));
                assertThat(h(relay).incarnation()).as("it lives anew").isGreaterThan(life);
            };
        });
    }

    private Lab.Plan plan(int host) {
        return hosts.plan(host).with("heartbeatMillis=500", key);
    }

    private void copyUnder(String mishaps, Mishap mishap) throws IOException {
        key = "key=" + key();
        hosts.tell("cut", Integer.toString(SOURCE), Integer.toString(SINK));
        for (int host = 1; host <= HOSTS; host++) {
            nodes.add(lab.start(plan(host)));
        }
        nodes.forEach(node ->
                node.awaitPeers(nodes.stream().filter(other -> other != node).toArray(NodeProcess[]::new)));
        h(SOURCE).awaitThat("both ends have links to both relays", this::isWhole);
        if (KBIT > 0) {
            hosts.tell("rate", "2", Integer.toString(KBIT));
            hosts.tell("rate", "3", Integer.toString(KBIT));
        }

        h(SINK).ask("sink");
        h(SOURCE).say("source " + h(SINK).id() + " " + SEED + " " + BYTES);
        String[] began = h(SOURCE)
                .await(0, line -> line.startsWith("source began") || line.startsWith("broken"), "source began")
                .split(" ");
        assertThat(began).as(String.join(" ", began)).startsWith("source", "began");
        progressNanos = System.nanoTime();
        int count = 0;
        while (!flowsFor(WHOLE_MILLIS)) {
            OptionalInt relay = relayInUse();
            if (!isWhole() || relay.isEmpty()) {
                continue;
            }
            Runnable undo = mishap.strike(relay.getAsInt(), count++);
            boolean done = flowsFor(CUT_MILLIS);
            undo.run();
            if (done) {
                break;
            }
        }

        String[] sourced = h(SOURCE)
                .await(0, line -> line.startsWith("sourced") || line.startsWith("broken"), "sourced")
                .split(" ");
        String[] sank = h(SINK).await(0, line -> line.startsWith("sank") || line.startsWith("broken"), "sank")
                .split(" ");
        assertThat(sourced).as(String.join(" ", sourced)).startsWith("sourced", Long.toString(BYTES));
        assertThat(sank).as(String.join(" ", sank)).startsWith("sank", Long.toString(BYTES), sourced[2]);
        assertThat(count).as(mishaps).isGreaterThan(1);
        double seconds = (Long.parseLong(sank[3]) - Long.parseLong(began[2])) / 1e9;
        System.err.printf(
                Locale.ROOT,
                "BigStreamIT: %,d bytes, %d %s, %.1f s, %.1f MB/s, longest stand-still %.2f s%n",
                BYTES,
                count,
                mishaps,
                seconds,
                BYTES / 1e6 / seconds,
                longestStillNanos / 1e9);

        lab.collect();
        for (NodeProcess node : nodes) {
            assertThat(node.leave()).as(node.name() + " exits").isZero();
        }
        assertThat(lab.complaints()).isEmpty();
    }

    /** Watches the copy for a while; tells whether it has ended, well or not. */
    private boolean flowsFor(long millis) {
        long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < untilNanos) {
            if (h(SINK).hasSaid("sank")
                    || h(SINK).hasSaid("broken")
                    || h(SOURCE).hasSaid("broken")) {
                return true;
            }
            long now = System.nanoTime();
            long bytes = Long.parseLong(h(SINK).ask("progress"));
            longestStillNanos = Math.max(longestStillNanos, now - progressNanos);
            if (bytes > sunk) {
                sunk = bytes;
                progressNanos = now;
            }
            if (now - progressNanos > TimeUnit.SECONDS.toNanos(STALLED_SECONDS)) {
                throw new IllegalStateException("nothing has arrived for " + STALLED_SECONDS + " s after " + bytes
                        + " of " + BYTES + " bytes; the source is "
                        + (h(SOURCE).hasSaid("sourced")
                                ? "through"
                                : "at " + h(SOURCE).ask("progress"))
                        + "; the way is " + h(SOURCE).route(h(SINK)));
            }
            LockSupport.parkNanos(50_000_000L);
        }
        return false;
    }

    /** Whether both relays are linked to both ends, so that the one stays when the other is cut. */
    private boolean isWhole() {
        return h(SOURCE).links().size() == 2 && h(SINK).links().size() == 2;
    }

    /** The host after the first on the way from source to sink, while there is a way. */
    private OptionalInt relayInUse() {
        List<String> route = h(SOURCE).route(h(SINK));
        for (int host = SOURCE + 1; host < SINK; host++) {
            if (route.size() > 2 && h(host).id().equals(route.get(1))) {
                return OptionalInt.of(host);
            }
        }
        return OptionalInt.empty();
    }
}
