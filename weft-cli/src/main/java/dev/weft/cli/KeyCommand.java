package dev.weft.cli;

import dev.weft.MeshKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes mesh keys, and tells them apart. */
@Command(
        name = "key",
        mixinStandardHelpOptions = true,
        description = "Make and compare the keys of meshes.",
        subcommands = {KeyCommand.New.class, KeyCommand.Show.class})
final class KeyCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new CommandFailure(ExitCode.USAGE, "say what to do: weft key new, or weft key show FILE");
    }

    /** Prints a new key. A file that it is printed into becomes its owner's alone. */
    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Print a new key: weft key new > mesh.key. The file becomes readable by its owner alone.")
    static final class New implements Callable<Integer> {
        private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

        @Override
        public Integer call() {
            hide();
            System.out.println(MeshKey.random().text());
            return ExitCode.OK.code();
        }

        /** Before the secret is in it. A shell makes files that everyone can read. */
        private static void hide() {
            try {
                if (Files.isRegularFile(STANDARD_OUTPUT)) {
                    Files.setPosixFilePermissions(STANDARD_OUTPUT, PosixFilePermissions.fromString("rw-------"));
                }
            } catch (IOException | UnsupportedOperationException e) {
                System.err.println("weft: the file may be readable by others: chmod 600 it");
            }
        }
    }

    /** Shows which keys a file holds, without showing them. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Print the fingerprints of the keys in a file: nodes with one in common can link.")
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A file of keys.")
        Path file = Path.of("mesh.key");

        @Option(names = "--json", description = "One object a key: its fingerprint; default the fingerprint alone.")
        boolean json;

        @Override
        public Integer call() {
            List<MeshKey> keys = MeshKeys.read(file);
            for (MeshKey key : keys) {
                System.out.println(json ? new Json().put("fingerprint", key.fingerprint()) : key.fingerprint());
            }
            return ExitCode.OK.code();
        }
    }
}
