package dev.weft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads one configuration file. Loaded only where there is one, for the reader of TOML takes its time to start. */
final class ConfigFile {
    private record Problem(int line, int column, String text) {}

    private final Path file;
    private final TomlParseResult toml;
    private final EnumMap<Setting, Settings.Value> values = new EnumMap<>(Setting.class);
    private final List<Problem> problems = new ArrayList<>();

    private ConfigFile(Path file, TomlParseResult toml) {
        this.file = file;
        this.toml = toml;
    }

    /** @throws CommandFailure with every problem of the file, each with line and column */
    static EnumMap<Setting, Settings.Value> read(Path file) {
        TomlParseResult toml;
        try {
            toml = Toml.parse(file);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
        }
        ConfigFile reading = new ConfigFile(file, toml);
        reading.readAll();
        return reading.values;
    }

    private void readAll() {
        toml.errors()
                .forEach(error -> problems.add(new Problem(
                        error.position().line(), error.position().column(), String.valueOf(error.getMessage()))));
        // What could not be parsed would be missed as well, and each twice is no help.
        if (problems.isEmpty()) {
            table(List.of(), toml);
        }
        if (!problems.isEmpty()) {
            problems.sort((a, b) -> a.line() != b.line() ? a.line() - b.line() : a.column() - b.column());
            List<String> lines = new ArrayList<>();
            problems.forEach(
                    problem -> lines.add(file + ":" + problem.line() + ":" + problem.column() + ": " + problem.text()));
            throw new CommandFailure(ExitCode.USAGE, lines);
        }
    }

    private void table(List<String> path, TomlTable table) {
        for (String word : table.keySet()) {
            List<String> inner = new ArrayList<>(path);
            inner.add(word);
            String key = String.join(".", inner);
            Object value = table.get(List.of(word));
            Optional<Setting> setting = Setting.ofKey(key);
            if (setting.isPresent()) {
                value(setting.get(), inner, value);
            } else if (value instanceof TomlTable nested && isBeginning(key)) {
                table(inner, nested);
            } else {
                String meant = Setting.nearest(key)
                        .map(near -> ": did you mean '" + near.key + "'?")
                        .orElse("");
                problem(inner, "unknown key '" + key + "'" + meant);
            }
        }
    }

    private static boolean isBeginning(String key) {
        for (Setting setting : Setting.values()) {
            if (setting.key.startsWith(key + ".")) {
                return true;
            }
        }
        return false;
    }

    private void value(Setting setting, List<String> path, Object value) {
        Optional<Object> read = switch (setting.kind) {
            case TEXT -> Optional.of(value).filter(String.class::isInstance);
            case NUMBER -> Optional.of(value).filter(Long.class::isInstance);
            case FLAG -> Optional.of(value).filter(Boolean.class::isInstance);
            case WORDS -> words(value);
            case TABLE -> entries(value, String.class);
            case NUMBERS -> entries(value, Long.class);
        };
        if (read.isEmpty()) {
            problem(path, setting.key + " must be " + setting.kind.words);
            return;
        }
        Optional<String> wrong = setting.problem(read.get());
        if (wrong.isPresent()) {
            problem(path, setting.key + ": " + wrong.get());
            return;
        }
        int line = position(path).line();
        values.put(setting, new Settings.Value(read.get(), file + ":" + line));
    }

    private static Optional<Object> words(Object value) {
        if (!(value instanceof TomlArray array)) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (!(array.get(i) instanceof String word)) {
                return Optional.empty();
            }
            words.add(word);
        }
        return Optional.of(words);
    }

    private static Optional<Object> entries(Object value, Class<?> type) {
        if (!(value instanceof TomlTable table)) {
            return Optional.empty();
        }
        TreeMap<String, Object> entries = new TreeMap<>();
        Set<String> keys = table.keySet();
        for (String key : keys) {
            Object entry = table.get(List.of(key));
            if (!type.isInstance(entry)) {
                return Optional.empty();
            }
            entries.put(key, entry);
        }
        return Optional.of(entries);
    }

    private void problem(List<String> path, String text) {
        TomlPosition at = position(path);
        problems.add(new Problem(at.line(), at.column(), text));
    }

    /** A table that is only implied has no place of its own: that of its first key is shown. */
    private TomlPosition position(List<String> path) {
        TomlPosition at = toml.inputPositionOf(path);
        return at == null ? TomlPosition.positionAt(1, 1) : at;
    }
}
