package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class LifeLockTest {
    private static final int LOOKERS = 4;
    private static final int LOOKS = 500;

    @TempDir
    Path root;

    private Path lock;
    private Path entry;

    @BeforeEach
    void nameFiles() {
        lock = root.resolve("node.lock");
        entry = root.resolve("node.node");
    }

    @Test
    void whoHoldsItsLockLivesAndWhoLetItGoIsDead() throws IOException {
        Files.createFile(entry);
        try (LifeLock held = LifeLock.hold(lock, "it")) {
            assertThat(LifeLock.removeIfDead(lock, entry)).isFalse();
            assertThat(entry).exists();
        }
        assertThat(lock).doesNotExist();
        assertThat(LifeLock.removeIfDead(lock, entry)).isTrue();
        assertThat(entry).doesNotExist();
    }

    @Test
    void whoCannotLookTakesNobodyForDead() throws IOException {
        Files.createFile(entry);
        // Opened as a file, it is none.
        Files.createSymbolicLink(lock, lock);
        assertThat(LifeLock.removeIfDead(lock, entry)).isFalse();
        assertThat(entry).exists();
        assertThat(Files.isSymbolicLink(lock)).isTrue();
    }

    @Test
    void anEntryWithoutALockIsNobodys() throws IOException {
        Files.createFile(entry);
        assertThat(LifeLock.removeIfDead(lock, entry)).isTrue();
        assertThat(entry).doesNotExist();
    }

    @Test
    void oneLockIsHeldOnce() throws IOException {
        try (LifeLock held = LifeLock.hold(lock, "node 7")) {
            assertThatThrownBy(() -> LifeLock.hold(lock, "node 7"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("this process runs node 7 already");
            assertThat(LifeLock.removeIfDead(lock, entry)).isFalse();
        }
    }

    /** In one process a lock that another looks at cannot be told from one that is held, if both look at once. */
    @Test
    void manyWhoLookAtOnceAllSeeTheDead() throws Exception {
        ExecutorService lookers = Executors.newFixedThreadPool(LOOKERS);
        try {
            List<Callable<Integer>> looks = new ArrayList<>();
            for (int looker = 0; looker < LOOKERS; looker++) {
                looks.add(() -> Looker.timesSeenAlive(lock, entry));
            }
            for (Future<Integer> seenAlive : lookers.invokeAll(looks)) {
                assertThat(seenAlive.get()).isZero();
            }
        } finally {
            lookers.shutdown();
        }
    }

    @Test
    void twoProcessesThatLookAtOnceBothSeeTheDead() throws Exception {
        Process other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        placeOf(LifeLock.class) + File.pathSeparator + placeOf(Looker.class),
                        Looker.class.getName(),
                        lock.toString(),
                        entry.toString())
                .redirectErrorStream(true)
                .start();
        int seenAlive = 0;
        while (other.isAlive()) {
            seenAlive += Looker.timesSeenAlive(lock, entry);
        }
        assertThat(new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines("0");
        assertThat(seenAlive).isZero();
    }

    @Test
    void whoBeginsToLiveWhileOthersLookHoldsItsLockInTheEnd() throws Exception {
        ExecutorService lookers = Executors.newFixedThreadPool(LOOKERS);
        try {
            List<Future<Integer>> looks = new ArrayList<>();
            for (int looker = 0; looker < LOOKERS; looker++) {
                looks.add(lookers.submit(() -> {
                    int dead = 0;
                    for (int look = 0; look < LOOKS; look++) {
                        dead += LifeLock.removeIfDead(lock, entry) ? 1 : 0;
                    }
                    return dead;
                }));
            }
            for (int life = 0; life < LOOKS; life++) {
                try (LifeLock held = LifeLock.hold(lock, "it")) {
                    assertThat(LifeLock.removeIfDead(lock, entry)).isFalse();
                    assertThat(lock).exists();
                }
            }
            for (Future<Integer> look : looks) {
                look.get();
            }
        } finally {
            lookers.shutdown();
        }
    }

    private static Path placeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Looks again and again at a lock that a dead node has left; the other process of two. */
    static final class Looker {
        private Looker() {}

        /** Prints how often it took the dead for alive. */
        public static void main(String[] lockAndEntry) throws IOException {
            System.out.println(timesSeenAlive(Path.of(lockAndEntry[0]), Path.of(lockAndEntry[1])));
        }

        static int timesSeenAlive(Path lock, Path entry) throws IOException {
            int seenAlive = 0;
            for (int look = 0; look < LOOKS; look++) {
                Files.write(lock, new byte[0]);
                if (!LifeLock.removeIfDead(lock, entry)) {
                    seenAlive++;
                }
            }
            return seenAlive;
        }
    }
}
