package dev.weft.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The golden vectors of {@code docs/protocol.md}, by the name of their frame. */
final class Vectors {
    private static final Pattern BLOCK = Pattern.compile("(?m)^```hex (\\S+)\\R([0-9a-fA-F\\s]*)^```");

    private Vectors() {}

    static Map<String, byte[]> all() {
        Map<String, byte[]> vectors = new TreeMap<>();
        Matcher matcher = BLOCK.matcher(protocol());
        while (matcher.find()) {
            vectors.put(
                    matcher.group(1), HexFormat.of().parseHex(matcher.group(2).replaceAll("\\s", "")));
        }
        return vectors;
    }

    private static String protocol() {
        try {
            for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
                Path file = folder.resolve("docs/protocol.md");
                if (Files.exists(file)) {
                    return Files.readString(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no docs/protocol.md above " + Path.of("").toAbsolutePath());
    }
}
