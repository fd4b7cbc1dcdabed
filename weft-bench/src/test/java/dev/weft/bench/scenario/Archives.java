package dev.weft.bench.scenario;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * An archive of the classes of each process of each system, as its JVM writes one at its end (JEP 350): made by a run like
 * the one that is measured, of a class path of jars alone, for classes in directories are left out of it.
 */
final class Archives implements AutoCloseable {
    private final Path directory;
    private final String classPath;

    private Archives(Path directory, String classPath) {
        this.directory = directory;
        this.classPath = classPath;
    }

    static Archives create() throws IOException {
        Path directory = Files.createTempDirectory("weft-bench-archives");
        List<String> jars = new ArrayList<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(element);
            jars.add(Files.isDirectory(path) ? jarOf(path, directory.resolve(jars.size() + ".jar")) : element);
        }
        return new Archives(directory, String.join(File.pathSeparator, jars));
    }

    /** Options of a run whose processes write their archives when they end; {@link Child} names each. */
    List<String> rehearsing(Contender contender) {
        return List.of("-cp", classPath, "-XX:ArchiveClassesAtExit=" + archive(contender));
    }

    /** Options of a run whose processes use what those of the rehearsal have written, or do not start. */
    List<String> using(Contender contender) {
        return List.of("-cp", classPath, "-Xshare:on", "-XX:SharedArchiveFile=" + archive(contender));
    }

    /** A JVM without its archive would start all the same, and nobody would know. */
    void requireWritten(Contender contender, List<String> processes) throws IOException {
        for (String process : processes) {
            Path written = Path.of(archive(contender).toString().replace(Child.NAME, process));
            if (!Files.isRegularFile(written)) {
                throw new IOException(process + " has written no archive of its classes");
            }
        }
    }

    private Path archive(Contender contender) {
        return directory.resolve(contender.word() + "-" + Child.NAME + ".jsa");
    }

    private static String jarOf(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream out = new ZipOutputStream(file);
                Stream<Path> found = Files.walk(classes)) {
            for (Path each : found.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(
                        new ZipEntry(classes.relativize(each).toString().replace(File.separatorChar, '/')));
                Files.copy(each, out);
                out.closeEntry();
            }
        }
        return jar.toString();
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
