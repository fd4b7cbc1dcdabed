package dev.weft.cli;

import dev.weft.AuthorityKey;
import dev.weft.Credential;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.Revocations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a command was given of the mesh's authority: its public key, the node's credential, a list of revocations. The
 * last two are read again every second while a node runs, so they are renewed by writing the file.
 */
final class AuthorityFiles {
    private final Optional<Path> credentialFile;
    private final Optional<Path> revocationsFile;
    private final Optional<AuthorityKey> authority;
    private final Optional<Credential> credential;
    private final Optional<Revocations> revocations;

    private AuthorityFiles(
            Optional<Path> credentialFile,
            Optional<Path> revocationsFile,
            Optional<AuthorityKey> authority,
            Optional<Credential> credential,
            Optional<Revocations> revocations) {
        this.credentialFile = credentialFile;
        this.revocationsFile = revocationsFile;
        this.authority = authority;
        this.credential = credential;
        this.revocations = revocations;
    }

    static AuthorityFiles none() {
        return new AuthorityFiles(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** @throws CommandFailure if one cannot be read */
    static AuthorityFiles of(
            Optional<Path> authorityFile, Optional<Path> credentialFile, Optional<Path> revocationsFile) {
        return new AuthorityFiles(
                credentialFile,
                revocationsFile,
                authorityFile.map(file -> read(file, AuthorityKey::readFile)),
                credentialFile.map(file -> read(file, Credential::readFile)),
                revocationsFile.map(file -> read(file, Revocations::readFile)));
    }

    /** Reads one thing out of a file. */
    interface Reading<T> {
        T from(Path file) throws IOException;
    }

    /** @throws CommandFailure if it is not there, cannot be read or is something else */
    static <T> T read(Path file, Reading<T> reading) {
        try {
            if (!Files.exists(file)) {
                throw new CommandFailure(ExitCode.USAGE, "there is no file " + file);
            }
            return reading.from(file);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, file + " cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    boolean hasCredential() {
        return credential.isPresent();
    }

    void describe(MeshBuilder builder) {
        authority.ifPresent(builder::authority);
        credential.ifPresent(builder::credential);
        revocations.ifPresent(builder::revocations);
    }

    /** Has a running node follow its files. */
    void follow(Mesh mesh) {
        if (credentialFile.isEmpty() && revocationsFile.isEmpty()) {
            return;
        }
        Thread thread = new Thread(
                () -> {
                    try {
                        new Watch(mesh).run();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                },
                "weft-credentials");
        thread.setDaemon(true);
        thread.start();
    }

    /** What was last read of each file, and what was last complained of. */
    private final class Watch {
        private final Mesh mesh;
        private Optional<Credential> shown = credential;
        private Optional<Revocations> handed = revocations;
        private String complaint = "";

        private Watch(Mesh mesh) {
            this.mesh = mesh;
        }

        private void run() throws InterruptedException {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                if (hasLeft()) {
                    return;
                }
                String wrong = "";
                try {
                    look();
                } catch (CommandFailure | IllegalArgumentException halfWrittenOrWrong) {
                    // What was read last stays valid; it is said once.
                    wrong = String.valueOf(halfWrittenOrWrong.getMessage());
                } catch (IllegalStateException closed) {
                    return;
                }
                if (hasLeft()) {
                    // Its files may be gone with it.
                    return;
                }
                if (!wrong.isEmpty() && !wrong.equals(complaint)) {
                    System.err.println("weft: credential and revocations stay as they were: " + wrong);
                }
                complaint = wrong;
            }
        }

        private boolean hasLeft() {
            try {
                mesh.self();
                return false;
            } catch (IllegalStateException closed) {
                return true;
            }
        }

        private void look() {
            if (revocationsFile.isPresent()) {
                Revocations list = read(revocationsFile.get(), Revocations::readFile);
                if (!handed.equals(Optional.of(list))) {
                    mesh.revoke(list);
                    handed = Optional.of(list);
                }
            }
            if (credentialFile.isPresent()) {
                Credential next = read(credentialFile.get(), Credential::readFile);
                if (!shown.equals(Optional.of(next))) {
                    mesh.renew(next);
                    shown = Optional.of(next);
                }
            }
        }
    }
}
