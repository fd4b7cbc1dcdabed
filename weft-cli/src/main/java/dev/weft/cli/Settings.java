package dev.weft.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What holds where the command line says nothing: what the environment says, else the configuration file, else what
 * is built in. One file counts, the first of: {@code --config}, {@code $WEFT_CONFIG}, {@code ./weft.toml},
 * {@code $XDG_CONFIG_HOME/weft/weft.toml}, {@code /etc/weft/weft.toml}.
 */
final class Settings {
    /** @param origin for people: where the value was said */
    record Value(Object content, String origin) {}

    private final Optional<Path> file;
    private final EnumMap<Setting, Value> said;

    private Settings(Optional<Path> file, EnumMap<Setting, Value> said) {
        this.file = file;
        this.said = said;
    }

    /** @throws CommandFailure if the file cannot be read, with all that is wrong in it */
    static Settings load(Optional<Path> named, Map<String, String> environment) {
        Optional<Path> file = find(named, environment, Path.of(""), Path.of("/etc"));
        EnumMap<Setting, Value> said = file.isPresent() ? ConfigFile.read(file.get()) : new EnumMap<>(Setting.class);
        String mesh = environment.getOrDefault("WEFT_MESH", "");
        if (!mesh.isBlank()) {
            said.put(Setting.MESH, new Value(mesh, "$WEFT_MESH"));
        }
        return new Settings(file, said);
    }

    /** A file that is named must be there; the others may be missing. */
    static Optional<Path> find(Optional<Path> named, Map<String, String> environment, Path here, Path etc) {
        if (named.isPresent()) {
            return Optional.of(require(named.get(), "--config"));
        }
        String fromEnvironment = environment.getOrDefault("WEFT_CONFIG", "");
        if (!fromEnvironment.isBlank()) {
            return Optional.of(require(Path.of(fromEnvironment), "$WEFT_CONFIG"));
        }
        String home = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path personal = home.isBlank() ? Path.of(environment.getOrDefault("HOME", "/"), ".config") : Path.of(home);
        return List.of(
                        here.resolve("weft.toml"),
                        personal.resolve("weft").resolve("weft.toml"),
                        etc.resolve("weft").resolve("weft.toml"))
                .stream()
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static Path require(Path file, String by) {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(ExitCode.USAGE, "there is no file " + file + ", which " + by + " names");
        }
        return file;
    }

    Optional<Path> file() {
        return file;
    }

    Value value(Setting setting) {
        return said.getOrDefault(setting, new Value(setting.fallback(), "default"));
    }

    boolean isSaid(Setting setting) {
        return said.containsKey(setting);
    }

    String text(Setting setting) {
        return (String) value(setting).content();
    }

    long number(Setting setting) {
        return (Long) value(setting).content();
    }

    boolean flag(Setting setting) {
        return (Boolean) value(setting).content();
    }

    List<String> words(Setting setting) {
        return Setting.words(value(setting).content());
    }

    SortedMap<String, Long> numbers(Setting setting) {
        return Setting.numbers(value(setting).content());
    }

    SortedMap<String, String> table(Setting setting) {
        return Setting.table(value(setting).content());
    }
}
