package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.MeshKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys on the command line: made, shown by their fingerprints, read, refused, followed. */
@Timeout(300)
class KeyCommandTest {
    @TempDir
    Path directory;

    private final FakeMesh mesh = new FakeMesh();
    private final CommandLab lab = new CommandLab(mesh);

    @Test
    void aNewKeyIsPrintedEachTime() {
        CommandLab.Run first = lab.run("key", "new");
        assertThat(first.code()).isZero();
        MeshKey key = MeshKey.parse(first.out());
        assertThat(MeshKey.parse(lab.run("key", "new").out())).isNotEqualTo(key);
    }

    @Test
    void fingerprintsAreShownAndNotTheKey() throws Exception {
        MeshKey key = MeshKey.random();
        CommandLab.Run run = lab.run("key", "show", file("a.key", key).toString());
        assertThat(run.out().strip()).isEqualTo(key.fingerprint());
        CommandLab.Run json = lab.run("key", "show", directory.resolve("a.key").toString(), "--json");
        assertThat(json.out().strip()).isEqualTo("{\"fingerprint\":\"" + key.fingerprint() + "\"}");
    }

    @Test
    void whatIsWrongWithAKeyFileIsSaidBeforeAMeshIsJoined() throws Exception {
        assertThat(lab.ask("peers", "--key", directory.resolve("none").toString())
                        .err())
                .contains("there is no key file", "weft key new >");
        Path open = file("open.key", MeshKey.random());
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        CommandLab.Run run = lab.ask("peers", "--key", open.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("chmod 600");
        String[] three = {
            "peers",
            "--key",
            file("1", MeshKey.random()).toString(),
            "--key",
            file("2", MeshKey.random()).toString(),
            "--key",
            file("3", MeshKey.random()).toString()
        };
        assertThat(lab.ask(three).err()).contains("hold 3 keys");
        assertThat(lab.run("key").code()).isEqualTo(2);
    }

    @Test
    void theEnvironmentHoldsAKeyOrTheNameOfAFile() throws Exception {
        MeshKey key = MeshKey.random();
        MeshKey other = MeshKey.random();
        assertThat(MeshKeys.of(List.of(), key.text(), Optional.empty()).keys()).containsExactly(key);
        assertThat(MeshKeys.of(List.of(), file("b.key", key).toString(), Optional.empty())
                        .keys())
                .containsExactly(key);
        assertThat(MeshKeys.of(List.of(file("c.key", other)), key.text(), Optional.empty())
                        .keys())
                .containsExactly(other);
        assertThat(MeshKeys.of(List.of(), "", Optional.empty()).keys()).isEmpty();
    }

    @Test
    void theConfigurationNamesTheFileWhereNothingElseDoesAndItIsFollowedLikeAny() throws Exception {
        MeshKey key = MeshKey.random();
        MeshKey other = MeshKey.random();
        MeshKey next = MeshKey.random();
        Path file = file("e.key", key);
        Path config = Files.writeString(directory.resolve("weft.toml"), "key = '" + file + "'\n");
        assertThat(lab.ask("peers", "--config", config.toString()).code()).isZero();
        assertThat(mesh.joined.orElseThrow().keys()).containsExactly(key);
        assertThat(lab.ask(
                                "peers",
                                "--config",
                                config.toString(),
                                "--key",
                                file("f.key", other).toString())
                        .code())
                .isZero();
        assertThat(mesh.joined.orElseThrow().keys()).containsExactly(other);
        assertThat(MeshKeys.of(List.of(), other.text(), Optional.of(file)).keys())
                .containsExactly(other);
        assertThat(lab.run("config", "show", "--config", config.toString()).out())
                .contains(file.toString())
                .doesNotContain(key.text());
        try (FakeMesh running = new FakeMesh()) {
            MeshKeys.of(List.of(), "", Optional.of(file)).follow(running, complaint -> {});
            Files.writeString(file, next.text() + "\n");
            while (running.rekeyed.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(running.rekeyed).containsExactly(List.of(next));
        }
    }

    @Test
    void aKeyItselfHasNoPlaceInAConfigurationThatOthersMayRead() throws Exception {
        MeshKey key = MeshKey.random();
        for (String said : List.of(key.text(), " " + key.text(), "")) {
            Path config = Files.writeString(directory.resolve("weft.toml"), "key = '" + said + "'\n");
            CommandLab.Run run = lab.ask("peers", "--config", config.toString());
            assertThat(run.code()).isEqualTo(ExitCode.USAGE.code());
            assertThat(run.err()).contains("must be the path of a key file").doesNotContain(key.text());
        }
        Path open = file("open.key", key);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        Path config = Files.writeString(directory.resolve("weft.toml"), "key = '" + open + "'\n");
        assertThat(lab.ask("peers", "--config", config.toString()).err()).contains("chmod 600");
    }

    @Test
    void aRunningNodeFollowsItsKeyFile() throws Exception {
        MeshKey key = MeshKey.random();
        MeshKey next = MeshKey.random();
        Path file = file("d.key", key);
        BlockingQueue<String> complaints = new LinkedBlockingQueue<>();
        MeshKeys.of(List.of(file), "", Optional.empty()).follow(mesh, complaints::add);
        Files.writeString(file, key.text() + "\n" + next.text() + "\n");
        until(1);
        assertThat(mesh.rekeyed).containsExactly(List.of(key, next));
        Files.writeString(file, "# being written\n");
        assertThat(complaints.poll(30, TimeUnit.SECONDS)).contains("the keys stay as they were", "d.key");
        Files.writeString(file, next.text() + "\n");
        until(2);
        assertThat(mesh.rekeyed).containsExactly(List.of(key, next), List.of(next));
        mesh.close();
    }

    private void until(int changes) throws InterruptedException {
        while (mesh.rekeyed.size() < changes) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private Path file(String name, MeshKey key) throws Exception {
        Path file = directory.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, key.text() + "\n");
    }
}
