package dev.weft.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the configuration file and the environment come to. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Show what is configured.",
        subcommands = ConfigCommand.Show.class)
final class ConfigCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new CommandFailure(ExitCode.USAGE, "say 'weft config show'");
    }

    /** Prints each setting, its value and where it was said. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Print every setting, its value and where that comes from.")
    static final class Show implements Callable<Integer> {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description =
                        "The configuration file; default the first of $WEFT_CONFIG, ./weft.toml, $XDG_CONFIG_HOME/weft/weft.toml, /etc/weft/weft.toml.")
        @Nullable
        Path config;

        @Option(names = "--json", description = "One object; default a table.")
        boolean json;

        @Override
        public Integer call() {
            Settings settings = Settings.load(Optional.ofNullable(config), System.getenv());
            if (json) {
                System.out.println(object(settings));
            } else {
                Text.columns(rows(settings)).forEach(System.out::println);
            }
            return ExitCode.OK.code();
        }

        private static List<List<String>> rows(Settings settings) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("SETTING", "VALUE", "FROM", "MEANING"));
            for (Setting setting : Setting.values()) {
                Settings.Value value = settings.value(setting);
                rows.add(List.of(
                        setting.key,
                        Text.harmless(
                                value.content().equals("")
                                        ? "-"
                                        : value.content().toString()),
                        Text.harmless(value.origin()),
                        setting.meaning));
            }
            return rows;
        }

        private static Json object(Settings settings) {
            Map<String, Object> all = new LinkedHashMap<>();
            for (Setting setting : Setting.values()) {
                Settings.Value value = settings.value(setting);
                all.put(setting.key, new Json().put("value", value.content()).put("from", value.origin()));
            }
            return new Json()
                    .put("file", settings.file().<Object>map(Path::toString).orElse(Json.NULL))
                    .put("settings", all);
        }
    }
}
