package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Has processes watch every buffer of theirs, and finds in what they said whether one was lost. */
final class Leaks {
    /** What is lost is told after a collection: with a young generation this small there are many. */
    private static final String OPTIONS = "-Dio.netty.leakDetection.level=paranoid -Xmn4m";

    private Leaks() {}

    /** For the process to be started, and all that it starts; what they tell goes to files of the directory. */
    static ProcessBuilder watched(ProcessBuilder process, Path directory) throws IOException {
        Path logging = Files.writeString(
                directory.resolve("logging.properties"),
                "handlers = java.util.logging.FileHandler\n"
                        + "java.util.logging.FileHandler.pattern = " + directory + "/leaks-%u.log\n"
                        + "java.util.logging.FileHandler.formatter = java.util.logging.SimpleFormatter\n");
        process.environment().put("JAVA_TOOL_OPTIONS", OPTIONS + " -Djava.util.logging.config.file=" + logging);
        return process;
    }

    /** In none of the files that processes so watched have written. */
    static void assertNone(Path directory) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("leaks-"))
                    .toList()) {
                Files.readString(file, StandardCharsets.ISO_8859_1)
                        .lines()
                        .filter(line -> line.contains("LEAK: "))
                        .forEach(line -> found.add(file.getFileName() + ": " + line));
            }
        }
        assertThat(found).isEmpty();
    }
}
