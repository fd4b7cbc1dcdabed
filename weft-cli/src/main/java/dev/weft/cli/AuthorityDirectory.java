package dev.weft.cli;

import dev.weft.Authority;
import dev.weft.Credential;
import dev.weft.NodeId;
import dev.weft.Permission;
import dev.weft.Revocations;
import dev.weft.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where an authority is kept: its key ({@code authority.key}, the owner's alone), what is given to everyone
 * ({@code authority.pub}), which credentials it has signed ({@code issued}), and what it has taken back
 * ({@code revocations-MESH}).
 */
final class AuthorityDirectory {
    private static final String KEY = "authority.key";
    private static final String PUBLIC = "authority.pub";
    private static final String ISSUED = "issued";

    /** One line of what was signed. */
    record Issued(long serial, String mesh, NodeId node, String name, Instant until, String may) {
        String line() {
            return serial + "\t" + mesh + "\t" + node + "\t" + until + "\t" + may + "\t" + name;
        }

        static Issued parse(String line) {
            String[] parts = line.split("\t", 6);
            return new Issued(
                    Long.parseLong(parts[0]),
                    parts[1],
                    NodeId.parse(parts[2]),
                    parts[5],
                    Instant.parse(parts[3]),
                    parts[4]);
        }
    }

    private final Path directory;
    private final Authority authority;

    private AuthorityDirectory(Path directory, Authority authority) {
        this.directory = directory;
        this.authority = authority;
    }

    /** Makes a new authority; an old one is never overwritten. */
    static AuthorityDirectory init(Path directory) {
        Path key = directory.resolve(KEY);
        if (Files.exists(key)) {
            throw new CommandFailure(ExitCode.FAILED, key + " is there already: an authority is not made twice");
        }
        Authority authority = Authority.generate();
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(key, authority.text());
            Files.writeString(directory.resolve(PUBLIC), authority.key().text());
        } catch (IOException e) {
            throw failed("authority", key, e);
        }
        return new AuthorityDirectory(directory, authority);
    }

    static AuthorityDirectory open(Path directory) {
        Path key = directory.resolve(KEY);
        if (!Files.exists(key)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "there is no authority in " + directory + ": make one by 'weft authority init " + directory
                            + "', or say where it is (--dir DIR)");
        }
        return new AuthorityDirectory(directory, AuthorityFiles.read(key, Authority::readFile));
    }

    Authority authority() {
        return authority;
    }

    Path publicFile() {
        return directory.resolve(PUBLIC);
    }

    Path revocationsFile(String mesh) {
        return directory.resolve("revocations-" + mesh);
    }

    /** Everything that was signed, oldest first. */
    List<Issued> issued() {
        Path file = directory.resolve(ISSUED);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Issued> all = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                all.add(Issued.parse(line));
            }
        } catch (IOException e) {
            throw failed("register", file, e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | java.time.DateTimeException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, file + ", line " + (all.size() + 1) + ": not a line of this register");
        }
        return all;
    }

    /** Numbers rise even where the register was lost: they are milliseconds since 1970 where those are higher. */
    private long nextSerial() {
        long latest = issued().stream().mapToLong(Issued::serial).max().orElse(0);
        return Math.max(latest + 1, Instant.now().toEpochMilli());
    }

    Credential sign(
            String mesh, NodeId node, String name, Instant until, List<Role> roles, List<Permission> permissions) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Credential credential = authority.sign(new Credential.Grant(
                authority.key().fingerprint(), mesh, node, name, nextSerial(), now, until, roles, permissions));
        Credential.Grant grant = credential.grant();
        String may = java.util.stream.Stream.concat(grant.roles().stream(), grant.permissions().stream())
                .map(Object::toString)
                .collect(Collectors.joining(","));
        Issued line = new Issued(grant.serial(), mesh, node, name, until, may);
        Path file = directory.resolve(ISSUED);
        try {
            Files.writeString(
                    file,
                    line.line() + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failed("register", file, e);
        }
        return credential;
    }

    Optional<Revocations> revocations(String mesh) {
        Path file = revocationsFile(mesh);
        return Files.exists(file) ? Optional.of(AuthorityFiles.read(file, Revocations::readFile)) : Optional.empty();
    }

    /** Adds an entry to the list of a mesh; the list with the next number takes the place of the one before. */
    Revocations revoke(String mesh, NodeId node, long serialMax) {
        TreeMap<NodeId, Revocations.Entry> entries = new TreeMap<>();
        Optional<Revocations> before = revocations(mesh);
        before.ifPresent(list -> list.content().entries().forEach(entry -> entries.put(entry.node(), entry)));
        entries.merge(
                node,
                new Revocations.Entry(node, serialMax),
                (old, more) -> old.serialMax() > more.serialMax() ? old : more);
        long number = Math.max(
                before.map(list -> list.content().number()).orElse(0L) + 1,
                Instant.now().toEpochMilli());
        Revocations list = authority.sign(new Revocations.Content(
                authority.key().fingerprint(),
                mesh,
                number,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                List.copyOf(entries.values())));
        Path file = revocationsFile(mesh);
        Path fresh = directory.resolve(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, list.text());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failed("list of revocations", file, e);
        }
        return list;
    }

    private static CommandFailure failed(String what, Path file, IOException why) {
        return new CommandFailure(ExitCode.FAILED, "the " + what + " cannot be kept in " + file + ": " + why);
    }
}
