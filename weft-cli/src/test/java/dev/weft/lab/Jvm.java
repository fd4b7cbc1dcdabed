package dev.weft.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a test starts a process of its own: by the JVM that runs the test, with its classes, quick to start. A hundred such
 * processes are what the tests of this module cost, so from packaged modules on they share an archive of loaded classes,
 * made by the first and kept beside the module's jar.
 */
public final class Jvm {
    /** What processes that live for seconds are best told; and to say nothing of an archive that does not fit. */
    private static final List<String> QUICK = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Xlog:disable",
            "-Xlog:all=error,cds*=off:stderr");

    private static final long REHEARSAL_SECONDS = 120;

    private Jvm() {}

    /** A command for a main class with the test's class path. */
    public static List<String> command(List<String> options, String mainClass, String... arguments) {
        // The archive holds for class paths that begin as the one it was made with, and none with directories is.
        String jars = elements(element -> !Files.isDirectory(element));
        String classPath = jars + File.pathSeparator + elements(Files::isDirectory);
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(QUICK);
        packagedModule()
                .map(module -> archive(module, jars))
                .filter(Files::exists)
                .ifPresent(archive -> command.add("-XX:SharedArchiveFile=" + archive));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static Stream<Path> classPath() {
        String elements = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(elements.split(File.pathSeparator)).map(Path::of);
    }

    private static String elements(Predicate<Path> wanted) {
        return classPath().filter(wanted).map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** The jar of this module, once it is one. */
    private static Optional<Path> packagedModule() {
        return classPath()
                .filter(element -> element.getFileName().toString().matches("weft-cli-.*\\.jar"))
                .findFirst();
    }

    /** Made if there is none as young as the module; where it cannot be made there is none. */
    private static synchronized Path archive(Path module, String jars) {
        Path archive = module.resolveSibling("tests.jsa");
        try (FileChannel turns = FileChannel.open(
                        module.resolveSibling("tests.jsa.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock turn = turns.lock()) {
            boolean isFresh = Files.exists(archive)
                    && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(module)) >= 0;
            if (turn.isValid() && !isFresh) {
                rehearse(archive, jars);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + archive, e);
        }
        return archive;
    }

    private static void rehearse(Path archive, String jars) throws IOException {
        Path made = archive.resolveSibling("tests.jsa.made");
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(QUICK);
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + made, "-cp", jars, "dev.weft.cli.Main", "rehearse"));
        Process rehearsal = new ProcessBuilder(command)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        try {
            if (!rehearsal.waitFor(REHEARSAL_SECONDS, TimeUnit.SECONDS)) {
                rehearsal.destroyForcibly();
            } else if (Files.exists(made)) {
                Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an archive of classes was made", e);
        }
    }
}
