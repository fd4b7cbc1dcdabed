package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.NodeId;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class HostDirectoryTest {
    private static final NodeId ALICE = new NodeId(1, 1);
    private static final NodeId BOB = new NodeId(2, 2);
    private static final NodeId DEAD = new NodeId(7, 7);
    private static final List<Locator> LOCATORS =
            List.of(Locator.parse("tcp/10.0.0.7:7400"), Locator.parse("unix//run/weft/a b.sock"));

    private record Seen(NodeId node, long incarnation, List<Locator> locators) {
        static Seen gone(NodeId node) {
            return new Seen(node, -1, List.of());
        }
    }

    @TempDir
    Path root;

    private final Loop loop = new Loop("directory", Loop.Kind.best());
    private final List<HostDirectory> opened = new ArrayList<>();
    private int marks;

    @AfterEach
    void closeAll() {
        opened.forEach(HostDirectory::close);
        loop.close();
    }

    @Test
    void nodesOfOneMeshFindEachOther() throws IOException {
        Recorded<Seen> byAlice = new Recorded<>(loop);
        Recorded<Seen> byBob = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        enter("mesh", BOB, 6, byBob);
        byAlice.await(new Seen(BOB, 6, LOCATORS));
        byBob.await(new Seen(ALICE, 5, LOCATORS));
        assertThat(byAlice.all()).noneMatch(seen -> seen.node().equals(ALICE));
    }

    @Test
    void aNodeThatLeavesIsReportedAndLeavesNothing() throws IOException {
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        HostDirectory bob = enter("mesh", BOB, 6, new Recorded<>(loop));
        byAlice.await(new Seen(BOB, 6, LOCATORS));
        assertThat(entry(BOB)).exists();
        bob.close();
        assertThat(entry(BOB)).doesNotExist();
        assertThat(lock(BOB)).doesNotExist();
        byAlice.await(Seen.gone(BOB));
        assertThat(byAlice.all()).hasSize(2);
    }

    @Test
    void aNodeThatComesBackIsReportedWithItsNewIncarnation() throws IOException {
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        HostDirectory bob = enter("mesh", BOB, 6, new Recorded<>(loop));
        byAlice.await(new Seen(BOB, 6, LOCATORS));
        bob.close();
        enter("mesh", BOB, 7, new Recorded<>(loop));
        byAlice.await(new Seen(BOB, 7, LOCATORS));
    }

    @Test
    void aNewEditionIsSeenThoughItIsAsOldAsTheLast() throws IOException {
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        enter("mesh", BOB, 6, new Recorded<>(loop));
        byAlice.await(new Seen(BOB, 6, LOCATORS));
        List<String> lines = new ArrayList<>(Files.readAllLines(entry(BOB)));
        lines.replaceAll(line -> line.replace("incarnation=6", "incarnation=7"));
        Path fresh = Files.write(root.resolve("fresh"), lines);
        Files.setLastModifiedTime(fresh, Files.getLastModifiedTime(entry(BOB)));
        Files.move(fresh, entry(BOB), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        byAlice.await(new Seen(BOB, 7, LOCATORS));
    }

    @Test
    void entriesOfOtherMeshesAreInvisible() throws IOException {
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        enter("other", BOB, 6, new Recorded<>(loop));
        awaitScan(byAlice);
        assertThat(byAlice.all()).noneMatch(seen -> seen.node().equals(BOB));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void aMeshWhoseNameLeadsElsewhereHasNoDirectory(String mesh) {
        assertThatThrownBy(() -> enter(mesh, ALICE, 5, new Recorded<>(loop)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'" + mesh + "'");
    }

    @Test
    void deadHostEntriesAreCured() throws IOException {
        leave(DEAD, "incarnation=3", "pid=999999999", "locator=tcp/10.0.0.9:7400");
        Files.createFile(lock(DEAD));
        expectCured();
    }

    @Test
    void aDeadEntryWithoutALockIsCured() throws IOException {
        leave(DEAD, "incarnation=3", "pid=999999999", "locator=tcp/10.0.0.9:7400");
        expectCured();
    }

    /** In a container, the process after a crash has the number of the one before. */
    @Test
    void aDeadEntryWhosePidIsOursByNowIsCured() throws IOException {
        leave(DEAD, "incarnation=3", "pid=" + ProcessHandle.current().pid(), "locator=tcp/10.0.0.9:7400");
        Files.createFile(lock(DEAD));
        expectCured();
    }

    @Test
    void theSocketsOfADeadNodeGoWithItsEntry() throws IOException {
        NodeId dead = NodeId.parse("deadbeef-0000-8000-8000-000000000001");
        leave(dead, "incarnation=3", "pid=999999999", "locator=tcp/10.0.0.9:7400");
        Path socket = root.resolve("mesh").resolve(dead.brief() + ".sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        Files.setLastModifiedTime(socket, FileTime.fromMillis(0));
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        awaitScan(byAlice);
        assertThat(entry(dead)).doesNotExist();
        assertThat(socket).doesNotExist();
    }

    @Test
    void theSharedMemoryOfADiallerThatWasKilledGoesThoughNobodyNewListens() throws IOException {
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        Path ring = Files.createFile(entry(ALICE).resolveSibling(ALICE.brief() + ".shm.1.ring"));
        awaitScan(byAlice);
        assertThat(ring).as("perhaps of a dialler that lives").exists();
        Files.setLastModifiedTime(ring, FileTime.fromMillis(0));
        awaitScan(byAlice);
        assertThat(ring).doesNotExist();
    }

    private void expectCured() throws IOException {
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        awaitScan(byAlice);
        assertThat(entry(DEAD)).doesNotExist();
        assertThat(lock(DEAD)).doesNotExist();
        assertThat(byAlice.all()).noneMatch(seen -> seen.node().equals(DEAD));
    }

    @Test
    void aDeadEntryOfOurOwnIsReplaced() throws IOException {
        leave(ALICE, "incarnation=3", "pid=999999999");
        Files.createFile(lock(ALICE));
        Recorded<Seen> byBob = new Recorded<>(loop);
        enter("mesh", ALICE, 4, new Recorded<>(loop));
        enter("mesh", BOB, 6, byBob);
        byBob.await(new Seen(ALICE, 4, LOCATORS));
    }

    @Test
    void malformedHugeAndUnreadableFilesDoNotHurt() throws IOException {
        leave(new NodeId(8, 1));
        leave(new NodeId(8, 2), "incarnation=many");
        leave(new NodeId(8, 3), "pid=99999999999999999999");
        leave(new NodeId(8, 4), "locator=nothing");
        leave(new NodeId(8, 5), "x".repeat(10 << 20));
        Files.write(entry(new NodeId(8, 6)), new byte[] {(byte) 0xc3, (byte) 0x28, 0, -1});
        leave(new NodeId(8, 7), "incarnation=1");
        Files.setPosixFilePermissions(entry(new NodeId(8, 7)), PosixFilePermissions.fromString("---------"));
        Files.createDirectories(entry(new NodeId(8, 8)).resolve("within"));
        Files.createSymbolicLink(entry(new NodeId(8, 9)), Path.of("/dev/zero"));
        Files.createSymbolicLink(entry(new NodeId(8, 10)), Path.of("nowhere"));
        Path directory = root.resolve("mesh");
        Files.createFile(directory.resolve(".node"));
        Files.createFile(directory.resolve("nonsense.node"));
        Files.createFile(directory.resolve("readme"));
        Recorded<Seen> byAlice = new Recorded<>(loop);
        enter("mesh", ALICE, 5, byAlice);
        enter("mesh", BOB, 6, new Recorded<>(loop));
        byAlice.await(new Seen(BOB, 6, LOCATORS));
        awaitScan(byAlice);
        assertThat(byAlice.all()).noneMatch(seen -> seen.node().high() == 8);
        assertThat(directory.resolve("readme")).exists();
        assertThat(directory.resolve("nonsense.node")).exists();
    }

    @Test
    void theDirectoryIsItsOwnersAlone() throws IOException {
        Path deep = root.resolve("run").resolve("weft");
        opened.add(HostDirectory.open(loop, deep, "mesh", ALICE, 1, LOCATORS, handler(new Recorded<>(loop))));
        assertThat(permissions(deep)).isEqualTo("rwx------");
        assertThat(permissions(deep.resolve("mesh"))).isEqualTo("rwx------");
    }

    @Test
    void aDirectoryThatOthersCouldUseIsTakenFromThem() throws IOException {
        Path directory = Files.createDirectory(root.resolve("mesh"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        enter("mesh", ALICE, 1, new Recorded<>(loop));
        assertThat(permissions(directory)).isEqualTo("rwx------");
    }

    @Test
    void aNodeThatRunsInThisProcessIsRefusedASecondTimeAndStays() throws IOException {
        Recorded<Seen> byBob = new Recorded<>(loop);
        enter("mesh", ALICE, 5, new Recorded<>(loop));
        assertThatThrownBy(() -> enter("mesh", ALICE, 6, new Recorded<>(loop)))
                .isInstanceOf(IOException.class)
                .hasMessage("this process runs node " + ALICE + " already");
        enter("mesh", BOB, 6, byBob);
        byBob.await(new Seen(ALICE, 5, LOCATORS));
    }

    @Test
    void aNodeMayEnterSeveralMeshes() throws IOException {
        enter("mesh", ALICE, 5, new Recorded<>(loop));
        enter("other", ALICE, 5, new Recorded<>(loop));
        assertThat(entry(ALICE)).exists();
        assertThat(root.resolve("other").resolve(ALICE + ".node")).exists();
    }

    @Test
    void aRootThatIsNoDirectoryIsAnError() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        assertThatThrownBy(
                        () -> HostDirectory.open(loop, file, "mesh", ALICE, 1, LOCATORS, handler(new Recorded<>(loop))))
                .isInstanceOf(IOException.class);
    }

    private HostDirectory enter(String mesh, NodeId node, long incarnation, Recorded<Seen> seen) throws IOException {
        HostDirectory directory = HostDirectory.open(loop, root, mesh, node, incarnation, LOCATORS, handler(seen));
        opened.add(directory);
        return directory;
    }

    /** A scan that has begun after this call has ended when it returns: the second mark is seen by the one after. */
    private void awaitScan(Recorded<Seen> by) throws IOException {
        for (int i = 0; i < 2; i++) {
            NodeId mark = new NodeId(100, ++marks);
            enter("mesh", mark, 1, new Recorded<>(loop));
            by.await(new Seen(mark, 1, LOCATORS));
        }
    }

    private void leave(NodeId node, String... lines) throws IOException {
        Files.createDirectories(root.resolve("mesh"));
        Files.write(entry(node), List.of(lines), StandardCharsets.UTF_8);
    }

    private Path entry(NodeId node) {
        return root.resolve("mesh").resolve(node + ".node");
    }

    private Path lock(NodeId node) {
        return root.resolve("mesh").resolve(node + ".lock");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static HostDirectory.Handler handler(Recorded<Seen> seen) {
        return new HostDirectory.Handler() {
            @Override
            public void onEntry(NodeId node, long incarnation, List<Locator> locators) {
                seen.add(new Seen(node, incarnation, locators));
            }

            @Override
            public void onGone(NodeId node) {
                seen.add(Seen.gone(node));
            }
        };
    }
}
