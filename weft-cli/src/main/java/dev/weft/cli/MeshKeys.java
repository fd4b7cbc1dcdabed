package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.MeshKey;
import dev.weft.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The keys that a command was given: from the files of {@code --key}, else from {@code $WEFT_KEY}, which is a key or
 * the path of a file, else from the file that configuration names. The files are read again every second while a node runs, so a key is changed by writing the file.
 */
final class MeshKeys {
    static final String KEY_PREFIX = "weft-key-";

    private final List<Path> files;
    private final List<MeshKey> atStart;

    private MeshKeys(List<Path> files, List<MeshKey> atStart) {
        this.files = files;
        this.atStart = atStart;
    }

    /**
     * @param environment what {@code $WEFT_KEY} holds, empty where it is not set
     * @param configured the file that configuration names, where neither says anything
     */
    static MeshKeys of(List<Path> files, String environment, Optional<Path> configured) {
        String fallback = environment.strip();
        if (files.isEmpty() && fallback.startsWith(KEY_PREFIX)) {
            try {
                return new MeshKeys(List.of(), List.of(MeshKey.parse(fallback)));
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, "WEFT_KEY: " + e.getMessage());
            }
        }
        List<Path> otherwise = fallback.isEmpty() ? configured.stream().toList() : List.of(Path.of(fallback));
        List<Path> named = files.isEmpty() ? otherwise : files;
        return new MeshKeys(named, readAll(named));
    }

    List<MeshKey> keys() {
        return atStart;
    }

    static List<MeshKey> read(Path file) {
        try {
            if (!Files.exists(file)) {
                throw new CommandFailure(
                        ExitCode.USAGE, "there is no key file " + file + ": make one by 'weft key new > " + file + "'");
            }
            return MeshKey.readFile(file);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "key file " + file + " cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private static List<MeshKey> readAll(List<Path> files) {
        List<MeshKey> keys = new ArrayList<>();
        for (Path file : files) {
            read(file).stream().filter(key -> !keys.contains(key)).forEach(keys::add);
        }
        if (keys.size() > MeshKey.KEYS_MAX) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "the key files hold " + keys.size() + " keys: at most " + MeshKey.KEYS_MAX
                            + " can be valid at a time");
        }
        return keys;
    }

    /**
     * Has a running node follow its files.
     *
     * @param complaints is told, once each time, why files that have changed are not followed; on a thread of this object
     */
    void follow(Mesh mesh, Consumer<String> complaints) {
        if (files.isEmpty()) {
            return;
        }
        Thread thread = new Thread(() -> follow(mesh, atStart, complaints), "weft-keys");
        thread.setDaemon(true);
        thread.start();
    }

    /** @throws IllegalStateException if the node has left, which ends the watch */
    private static Peer requireOpen(Mesh mesh) {
        return mesh.self();
    }

    private void follow(Mesh mesh, List<MeshKey> first, Consumer<String> complaints) {
        List<MeshKey> present = first;
        String complaint = "";
        while (true) {
            try {
                TimeUnit.SECONDS.sleep(1);
                requireOpen(mesh);
                List<MeshKey> next = readAll(files);
                if (!next.equals(present)) {
                    mesh.rekey(next);
                    present = next;
                }
                complaint = "";
            } catch (CommandFailure halfWritten) {
                // The keys that were read last stay valid; it is said once.
                String said = String.valueOf(halfWritten.getMessage());
                if (!said.equals(complaint)) {
                    complaints.accept("the keys stay as they were: " + said);
                    complaint = said;
                }
            } catch (IllegalStateException closed) {
                return;
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
