package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshKeyTest {
    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsReadAgain() {
        for (int i = 0; i < 200; i++) {
            MeshKey key = MeshKey.random();
            assertThat(MeshKey.parse(key.text())).isEqualTo(key);
            assertThat(MeshKey.parse("  " + key.text().toUpperCase(Locale.ROOT) + "\n")
                            .secret())
                    .isEqualTo(key.secret());
            String bare = key.text().substring("weft-key-1-".length()).replace("-", "");
            assertThat(MeshKey.parse("weft-key-1-" + bare)).isEqualTo(key);
        }
    }

    @Test
    void keysDiffer() {
        assertThat(MeshKey.random()).isNotEqualTo(MeshKey.random());
        assertThat(MeshKey.random().secret()).hasSize(32);
    }

    @Test
    void everyMistypedLetterIsNoticed() {
        String text = MeshKey.random().text();
        for (int at = "weft-key-1-".length(); at < text.length(); at++) {
            if (text.charAt(at) == '-') {
                continue;
            }
            for (char wrong : "abc234z7".toCharArray()) {
                if (wrong != text.charAt(at)) {
                    String mistyped = text.substring(0, at) + wrong + text.substring(at + 1);
                    assertThatThrownBy(() -> MeshKey.parse(mistyped))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("mistyped");
                }
            }
        }
    }

    @Test
    void whatIsNoKeyIsSaidToBeNoneWithoutShowingIt() {
        String secret = MeshKey.random().text();
        for (String wrong :
                List.of("", "hunter2", secret.substring(0, 40), secret + "aa", secret.replace("a", "1") + "!")) {
            assertThatThrownBy(() -> MeshKey.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .doesNotContain(secret.substring(12, 22))
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void theSecretIsNotShown() {
        MeshKey key = MeshKey.random();
        assertThat(key.toString())
                .isEqualTo("mesh key " + key.fingerprint())
                .doesNotContain(key.text().substring(12, 22));
        assertThat(Mesh.builder("demo").key(key).config().toString())
                .doesNotContain(key.text().substring(12, 22));
    }

    @Test
    void aFileHoldsOneKeyOrTwoAndComments() throws Exception {
        MeshKey one = MeshKey.random();
        MeshKey two = MeshKey.random();
        assertThat(MeshKey.readFile(file("# the mesh of the cellar", "", one.text())))
                .containsExactly(one);
        assertThat(MeshKey.readFile(file(one.text(), two.text()))).containsExactly(one, two);
        assertThatThrownBy(() -> MeshKey.readFile(file("# nothing"))).hasMessageContaining("holds 0 keys");
        assertThatThrownBy(() -> MeshKey.readFile(file(one.text(), one.text(), one.text())))
                .hasMessageContaining("holds 3 keys");
        assertThatThrownBy(() -> MeshKey.readFile(file("# x", "weft-key-1-abc")))
                .hasMessageContaining("line 2");
    }

    @Test
    void aFileThatOthersMayReadIsRefused() throws Exception {
        Path file = file(MeshKey.random().text());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> MeshKey.readFile(file)).hasMessageContaining("chmod 600 " + file);
    }

    @Test
    void leavingTheHostNeedsAKey() {
        assertThatThrownBy(() -> Mesh.builder("demo").remote(1).config())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--key");
        assertThat(Mesh.builder("demo").remote(1).key(MeshKey.random()).config().keys())
                .hasSize(1);
        assertThatThrownBy(() -> Mesh.builder("demo")
                        .key(MeshKey.random())
                        .key(MeshKey.random())
                        .key(MeshKey.random())
                        .config())
                .hasMessageContaining("at most 2");
    }

    private Path file(String... lines) throws Exception {
        Path file = directory.resolve("mesh.key");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.write(file, List.of(lines));
    }
}
