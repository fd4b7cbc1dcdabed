package dev.weft.bench.scenario;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a worker process is told at its start. Travels as {@code key=value} arguments.
 *
 * @param name of this process in the scenario, unique in a run
 * @param index among the sinks, from 0
 * @param messageBytes the size of a message, at least 16
 * @param windowMessages how many messages may be sent and not yet acknowledged
 * @param kind of Weft's socket
 * @param directory of this run, for all its processes
 * @param pins the names of the processes that this one has a link to; empty: no matter
 * @param server where a server of the system listens; empty where it has none
 */
record Setting(
        Contender contender,
        Role role,
        String name,
        int index,
        int targets,
        int messageBytes,
        int windowMessages,
        String kind,
        Path directory,
        List<String> pins,
        String server) {

    /** What one side of a relay is told, which has a name of its own. */
    Setting as(Role other, String side) {
        return new Setting(
                contender,
                other,
                name + "-" + side,
                index,
                targets,
                messageBytes,
                windowMessages,
                kind,
                directory,
                pins,
                server);
    }

    List<String> arguments() {
        return List.of(
                "contender=" + contender.word(),
                "role=" + role,
                "name=" + name,
                "index=" + index,
                "targets=" + targets,
                "bytes=" + messageBytes,
                "window=" + windowMessages,
                "kind=" + kind,
                "directory=" + directory,
                "pins=" + String.join(",", pins),
                "server=" + server);
    }

    static Setting parse(String[] arguments) {
        Map<String, String> words = Arrays.stream(arguments)
                .map(argument -> argument.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, b) -> b, TreeMap::new));
        return new Setting(
                Contender.of(words.get("contender")),
                Role.valueOf(words.get("role")),
                words.get("name"),
                Integer.parseInt(words.get("index")),
                Integer.parseInt(words.get("targets")),
                Integer.parseInt(words.get("bytes")),
                Integer.parseInt(words.get("window")),
                words.get("kind"),
                Path.of(words.get("directory")),
                words.get("pins").isEmpty()
                        ? List.of()
                        : List.of(words.get("pins").split(",")),
                words.get("server"));
    }
}
