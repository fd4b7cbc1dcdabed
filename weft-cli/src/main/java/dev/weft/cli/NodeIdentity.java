package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whose identity a command speaks of: that of {@code weft up} with the same options. */
@Command
final class NodeIdentity {
    @Option(names = "--mesh", paramLabel = "NAME", description = "The mesh; default $WEFT_MESH, else the file's.")
    @Nullable
    String mesh;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The node's name; default the file's, else the host's.")
    @Nullable
    String name;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where the node's identity is kept; default $XDG_STATE_HOME/weft.")
    @Nullable
    Path state;

    @Option(names = "--config", paramLabel = "FILE", description = "A configuration file; default as for weft up.")
    @Nullable
    Path config;

    MeshBuilder builder() {
        Settings said = Settings.load(Optional.ofNullable(config), System.getenv());
        String named = mesh;
        return builder(said, named != null ? named : said.text(Setting.MESH));
    }

    MeshBuilder builder(Settings said, String ofMesh) {
        MeshBuilder builder = Mesh.builder(ofMesh);
        String called = name;
        if (called != null) {
            builder.nodeName(called);
        } else if (said.isSaid(Setting.NODE_NAME)) {
            builder.nodeName(said.text(Setting.NODE_NAME));
        }
        Path directory = state;
        if (directory != null) {
            builder.stateDirectory(directory);
        } else if (said.isSaid(Setting.STATE_DIRECTORY)) {
            builder.stateDirectory(Path.of(said.text(Setting.STATE_DIRECTORY)));
        }
        return builder;
    }

    Settings settings() {
        return Settings.load(Optional.ofNullable(config), System.getenv());
    }
}
