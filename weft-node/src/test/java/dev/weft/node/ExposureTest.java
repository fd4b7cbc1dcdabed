package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshEvent;
import dev.weft.MeshKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node of this process opens to whom, as the system tells it. */
@Timeout(300)
class ExposureTest {
    private static final String LISTENS = "0A";

    @TempDir
    Path directory;

    /** A socket of this process: where it is bound. */
    private record Bound(String protocol, InetAddress address) {
        boolean isBeyondThisHost() {
            // What is bound to a group hears that group alone, on the interfaces that it was joined on.
            return !address.isLoopbackAddress() && !address.isMulticastAddress();
        }
    }

    @BeforeEach
    void theSystemTells() {
        assumeTrue(Files.isReadable(Path.of("/proc/self/net/tcp")), "skipped: there is no /proc");
    }

    private MeshBuilder node(String name) {
        return Mesh.builder("exposed").nodeName(name).ephemeral().runtimeDirectory(directory.resolve(name));
    }

    @Test
    void aNodeThatIsToldNothingListensOnThisHostAlone() throws Exception {
        assertThat(opened(node("alice"), "tcp")).isEmpty();
        // Nor one that has a key and is not told to go further.
        assertThat(opened(node("bob").key(MeshKey.random()), "tcp"))
                .as("told of by the system")
                .noneMatch(Bound::isBeyondThisHost);
    }

    @Test
    void aNodeThatIsToldToGoFurtherIsSeenToListenSoTheTestIsNotBlind() throws Exception {
        assertThat(opened(node("carol").key(MeshKey.random()).remote(1), "tcp")).anyMatch(Bound::isBeyondThisHost);
    }

    @Test
    void theBeaconsOfANodeThatIsToldNothingAreHeardOnThisHostAlone() throws Exception {
        assertThat(opened(node("dave"), "udp")).noneMatch(Bound::isBeyondThisHost);
    }

    @Test
    void socketsAndTheirDirectoriesAreTheirOwnersAlone() throws Exception {
        try (Mesh mesh = node("erin").join()) {
            assertThat(mesh.self().locators())
                    .noneMatch(locator -> locator.scheme().equals("tcp"));
            List<Path> open = new ArrayList<>();
            try (Stream<Path> all = Files.walk(directory.resolve("erin"))) {
                for (Path path : all.skip(1).toList()) {
                    String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                    if (!permissions.endsWith("------")) {
                        open.add(path);
                    }
                }
            }
            // Whatever they are, nobody else comes by the directory above them.
            Path top = directory.resolve("erin").resolve("exposed");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(top)))
                    .isEqualTo("rwx------");
            assertThat(open).noneMatch(path -> path.toString().endsWith(".sock"));
        }
    }

    /** The sockets that a node has opened, while it lives. */
    private static List<Bound> opened(MeshBuilder node, String protocol) throws Exception {
        TreeSet<Long> before = inodes();
        try (Mesh mesh = node.join()) {
            List<MeshEvent> events = new CopyOnWriteArrayList<>();
            mesh.subscribe(events::add);
            // Beacons are opened behind the start; after a while they are there, or are not going to be.
            long end = System.nanoTime() + 2_000_000_000L;
            while (System.nanoTime() < end
                    && bound("udp", before, state -> true).isEmpty()) {
                LockSupport.parkNanos(20_000_000);
            }
            return bound(protocol, before, state -> protocol.equals("udp") || state.equals(LISTENS));
        }
    }

    private static List<Bound> bound(String protocol, TreeSet<Long> before, Predicate<String> states)
            throws IOException {
        TreeSet<Long> own = inodes();
        own.removeAll(before);
        List<Bound> bound = new ArrayList<>();
        for (String table : List.of(protocol, protocol + "6")) {
            Path file = Path.of("/proc/self/net", table);
            if (!Files.isReadable(file)) {
                continue;
            }
            List<String> lines = Files.readAllLines(file);
            for (String line : lines.subList(1, lines.size())) {
                String[] words = line.strip().split("\\s+");
                if (own.contains(Long.parseLong(words[9])) && states.test(words[3])) {
                    bound.add(new Bound(table, address(words[1].substring(0, words[1].indexOf(':')))));
                }
            }
        }
        return bound;
    }

    /** The kernel writes words of four bytes in the order of the machine, which is the reverse here. */
    private static InetAddress address(String hex) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        byte[] right = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            right[i] = bytes[i / 4 * 4 + 3 - i % 4];
        }
        return InetAddress.getByAddress(right);
    }

    private static TreeSet<Long> inodes() throws IOException {
        TreeMap<Long, Path> sockets = new TreeMap<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : open.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        sockets.put(Long.parseLong(target.replaceAll("\\D", "")), descriptor);
                    }
                } catch (IOException gone) {
                    // That of the listing itself.
                }
            }
        }
        return new TreeSet<>(sockets.keySet());
    }
}
