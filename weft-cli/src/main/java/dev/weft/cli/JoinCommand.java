package dev.weft.cli;

import dev.weft.AuthorityKey;
import dev.weft.Credential;
import dev.weft.CredentialRequest;
import dev.weft.JoinToken;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Prepares a node for a mesh that has an authority. What it learns is kept beside the node's identity, where
 * {@code weft up} finds it.
 */
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = {
            "Prepare this node for a mesh with an authority, in two steps:",
            "  weft join TOKEN > request         keeps what the token says, prints what to send to the authority",
            "  weft join --credential FILE       keeps what the authority has signed; then: weft up --mesh NAME"
        })
final class JoinCommand implements Callable<Integer> {
    static final String AUTHORITY = "authority.pub";
    static final String CREDENTIAL = "credential";
    static final String PEERS = "join.peers";

    @Parameters(paramLabel = "TOKEN", arity = "0..1", description = "What 'weft authority token' has printed.")
    String token = "";

    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description = "The credential that the authority has signed; default none yet.")
    @Nullable
    Path credential;

    @Mixin
    NodeIdentity identity = new NodeIdentity();

    @Override
    public Integer call() {
        Path file = credential;
        if (token.isEmpty() == (file == null)) {
            throw new CommandFailure(ExitCode.USAGE, "give a token, or --credential FILE");
        }
        try {
            if (file != null) {
                keep(AuthorityFiles.read(file, Credential::readFile), file);
            } else {
                ask(JoinToken.parse(token));
            }
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
        return ExitCode.OK.code();
    }

    private void ask(JoinToken said) {
        String named = identity.mesh;
        if (named != null && !named.equals(said.mesh())) {
            throw new CommandFailure(ExitCode.USAGE, "the token is for mesh " + said.mesh() + ", not " + named);
        }
        MeshConfig config = config(said.mesh());
        CredentialRequest request = Mesh.request(config);
        Path directory = directory(config);
        Path authority = directory.resolve(AUTHORITY);
        if (Files.exists(authority)
                && !AuthorityFiles.read(authority, AuthorityKey::readFile).equals(said.authority())) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "this node has another authority for mesh " + said.mesh() + " already, in " + authority
                            + ": remove that file if it is to change");
        }
        write(authority, said.authority().text());
        write(
                directory.resolve(PEERS),
                said.locators().stream().map(locator -> locator + "\n").collect(Collectors.joining()));
        System.err.println(
                "weft: mesh " + said.mesh() + ", authority " + said.authority().fingerprint()
                        + ": compare that with what its owner says, and send him what is printed here");
        System.out.print(request.text());
    }

    private void keep(Credential signed, Path from) {
        MeshConfig config = config(signed.grant().mesh());
        Path directory = directory(config);
        if (!signed.grant().node().equals(Mesh.request(config).node())) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    from + " is for node " + signed.grant().node() + ", not for the one in " + directory);
        }
        Path authority = directory.resolve(AUTHORITY);
        if (!Files.exists(authority)) {
            throw new CommandFailure(ExitCode.FAILED, "this node knows no authority yet: weft join TOKEN first");
        }
        if (!AuthorityFiles.read(authority, AuthorityKey::readFile).vouchesFor(signed)) {
            throw new CommandFailure(ExitCode.FAILED, from + " was not signed by the authority of " + authority);
        }
        write(directory.resolve(CREDENTIAL), signed.text());
        System.out.println("kept: weft up --mesh " + signed.grant().mesh());
    }

    private MeshConfig config(String mesh) {
        return identity.builder(identity.settings(), mesh).config();
    }

    static Path directory(MeshConfig config) {
        return config.stateDirectory().resolve(config.mesh());
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " cannot be written: " + e.getMessage());
        }
    }

    /** A file that a token or a credential has left, where there is one. */
    static Optional<Path> left(Path directory, String name) {
        Path file = directory.resolve(name);
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /** Where a token said that members are. */
    static List<Locator> peers(Path directory) {
        return left(directory, PEERS)
                .map(file -> AuthorityFiles.read(
                        file,
                        path -> Files.readAllLines(path).stream()
                                .filter(line -> !line.isBlank())
                                .map(Locator::parse)
                                .toList()))
                .orElse(List.of());
    }
}
