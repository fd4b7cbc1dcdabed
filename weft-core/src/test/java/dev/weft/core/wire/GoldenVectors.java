package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The golden vectors of the protocol's own description, so that it cannot say one thing and the code do another: fenced
 * blocks that begin with {@code ```hex NAME} in {@code docs/protocol.md}, looked for
 * from the working directory upward.
 */
public final class GoldenVectors {
    private static final Pattern BLOCK = Pattern.compile("(?m)^```hex (\\S+)\\R([0-9a-fA-F\\s]*)^```");

    private GoldenVectors() {}

    /** What is no frame: a block that begins with {@code ```bytes NAME}. */
    public static ByteView bytes(String name) {
        Pattern block = Pattern.compile("(?m)^```bytes " + Pattern.quote(name) + "\\R([0-9a-fA-F\\s]*)^```");
        for (Path file : files()) {
            Matcher matcher = block.matcher(contents(file));
            if (matcher.find()) {
                return ByteView.of(HexFormat.of().parseHex(matcher.group(1).replaceAll("\\s", "")));
            }
        }
        throw new AssertionError("docs have no bytes " + name);
    }

    public static ByteView read(String name) {
        Map<String, ByteView> vectors = readAll();
        ByteView vector = vectors.get(name);
        if (vector == null) {
            throw new AssertionError("docs have no vector " + name + ", only " + vectors.keySet());
        }
        return vector;
    }

    public static Map<String, ByteView> readAll() {
        Map<String, ByteView> vectors = new TreeMap<>();
        for (Path file : files()) {
            Matcher matcher = BLOCK.matcher(contents(file));
            while (matcher.find()) {
                byte[] bytes = HexFormat.of().parseHex(matcher.group(2).replaceAll("\\s", ""));
                ByteView earlier = vectors.put(matcher.group(1), ByteView.of(bytes));
                if (earlier != null && !earlier.equals(ByteView.of(bytes))) {
                    throw new AssertionError("two vectors are named " + matcher.group(1));
                }
            }
        }
        return vectors;
    }

    /** A whole file of the docs. */
    public static String text(String file) {
        return contents(files().get(0).resolveSibling(file));
    }

    private static List<Path> files() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path whole = folder.resolve("docs/protocol.md");
            List<Path> files = new ArrayList<>();
            if (Files.exists(whole)) {
                files.add(whole);
            }
            if (!files.isEmpty()) {
                return files;
            }
        }
        throw new AssertionError("no docs/protocol.md above " + Path.of("").toAbsolutePath());
    }

    private static String contents(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
