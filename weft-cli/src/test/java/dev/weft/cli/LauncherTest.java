package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./weft} where what it needs is missing: it says what, and how to mend it. */
@Timeout(300)
class LauncherTest {
    private static final List<String> TOOLS =
            List.of("bash", "env", "readlink", "sed", "find", "flock", "mktemp", "cat", "rm", "touch");

    @TempDir
    Path directory;

    private Path checkout;
    private Path tools;

    /** The script in a checkout of nothing else, and a PATH with neither java nor mvn. */
    @BeforeEach
    void makeABareCheckout() throws IOException {
        checkout = Files.createDirectories(directory.resolve("checkout"));
        tools = Files.createDirectories(directory.resolve("bin"));
        for (String tool : TOOLS) {
            Optional<Path> there = found(tool);
            assumeTrue(there.isPresent(), "skipped: the script cannot be run without " + tool);
            Files.createSymbolicLink(tools.resolve(tool), there.orElseThrow());
        }
        Files.copy(
                Path.of("..", "weft"),
                checkout.resolve("weft"),
                StandardCopyOption.COPY_ATTRIBUTES,
                StandardCopyOption.REPLACE_EXISTING);
        Files.createDirectories(checkout.resolve("weft-cli"));
        Files.writeString(checkout.resolve("weft-cli/pom.xml"), "<project/>");
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    }

    /** A directory that is taken away with links in it that lead out of it makes JUnit warn. */
    @AfterEach
    void unlinkTheTools() throws IOException {
        for (String tool : TOOLS) {
            Files.deleteIfExists(tools.resolve(tool));
        }
    }

    private static Optional<Path> found(String program) {
        for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path path = Path.of(place, program);
            if (Files.isExecutable(path)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    /** A folder that looks like a JDK of that version. */
    private Path jdk(String version) throws IOException {
        Path home = Files.createDirectories(directory.resolve("jdk-" + version));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        program(home.resolve("bin/java"), "exit 9");
        return home;
    }

    private static void program(Path at, String script) throws IOException {
        Files.writeString(at, "#!/usr/bin/env bash\n" + script + "\n");
        Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void refuses(Map<String, String> environment, String... words) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(checkout.resolve("weft").toString(), "--version");
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(1);
        assertThat(said).contains("weft: ").contains(words);
    }

    @Test
    void withoutJavaItSaysWhatToInstall() throws Exception {
        refuses(Map.of(), "no java found", "install a JDK 17 or newer", "Maven", "JAVA_HOME");
    }

    @Test
    void aHomeWithoutJavaIsNamed() throws Exception {
        String home = directory.resolve("nowhere").toString();
        refuses(Map.of("JAVA_HOME", home), "JAVA_HOME=" + home, "JDK 17 or newer");
    }

    @Test
    void aJavaThatIsTooOldIsNamedWithItsVersion() throws Exception {
        String home = jdk("11.0.2").toString();
        refuses(Map.of("JAVA_HOME", home), home + "/bin/java is version 11.0.2", "17 or newer");
    }

    @Test
    void withoutMavenItSaysThatItHasToBeBuilt() throws Exception {
        refuses(Map.of("JAVA_HOME", jdk("17.0.1").toString()), "has to be built first", "Maven (mvn)", "not installed");
    }

    @Test
    void aJavaWithoutItsCompilerIsNoJdk() throws Exception {
        program(tools.resolve("mvn"), "exit 0");
        refuses(Map.of("JAVA_HOME", jdk("17.0.1").toString()), "needs a JDK", "has no javac beside it");
    }

    @Test
    void aBuildThatFailsIsShown() throws Exception {
        program(tools.resolve("mvn"), "echo '[ERROR] somewhere'; exit 1");
        Path home = jdk("17.0.1");
        program(home.resolve("bin/javac"), "exit 0");
        refuses(Map.of("JAVA_HOME", home.toString()), "building", "[ERROR] somewhere", "the build failed");
    }

    @Test
    void aCheckoutThatIsNotWholeIsSaidToBeSo() throws Exception {
        Files.delete(checkout.resolve("weft-cli/pom.xml"));
        refuses(Map.of("JAVA_HOME", jdk("17.0.1").toString()), "no weft-cli", "not complete");
    }
}
