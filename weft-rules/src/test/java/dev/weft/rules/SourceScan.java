package dev.weft.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds in Java sources what compiled classes do not show: locks as blocks and floating point in locals. */
final class SourceScan {
    private static final Pattern NOT_CODE = Pattern.compile(
            "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'",
            Pattern.DOTALL);
    private static final Pattern OFFENCE = Pattern.compile(
            "\\b(?:float|double|Float|Double|synchronized|strictfp)\\b|(?<![\\w.])\\d[\\d_]*(?:\\.\\d[\\d_]*(?:[eE][+-]?\\d+)?[fFdD]?|[eE][+-]?\\d+[fFdD]?|[fFdD]\\b)");

    private SourceScan() {}

    /** What offends under {@code folder}, as {@code file:line: token}; nothing where there is no such folder. */
    static List<String> offences(Path folder) {
        List<String> offences = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    scan(folder.relativize(file), Files.readString(file), offences);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return offences;
    }

    private static void scan(Path name, String source, List<String> offences) {
        // Line ends stay, so that an offence keeps its line number.
        String code = NOT_CODE.matcher(source).replaceAll(match -> match.group().replaceAll("[^\\n]", " "));
        Matcher matcher = OFFENCE.matcher(code);
        while (matcher.find()) {
            long line = code.substring(0, matcher.start()).lines().count();
            offences.add(name + ":" + Math.max(1, line) + ": " + matcher.group());
        }
    }
}
