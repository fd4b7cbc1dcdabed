package dev.weft.cli;

import dev.weft.AuthorityKey;
import dev.weft.Credential;
import dev.weft.CredentialRequest;
import dev.weft.JoinToken;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.NodeId;
import dev.weft.Permission;
import dev.weft.Revocations;
import dev.weft.Right;
import dev.weft.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the authority of a mesh: who belongs to it, and what each may do. */
@Command(
        name = "authority",
        mixinStandardHelpOptions = true,
        description = "Say who belongs to a mesh and what each node may do.",
        subcommands = {
            AuthorityCommand.Init.class,
            AuthorityCommand.Token.class,
            AuthorityCommand.Request.class,
            AuthorityCommand.Sign.class,
            AuthorityCommand.Revoke.class,
            AuthorityCommand.Issued.class,
            AuthorityCommand.Show.class
        })
final class AuthorityCommand implements Callable<Integer> {
    private static final Pattern DAYS = Pattern.compile("(\\d{1,5})d");

    @picocli.CommandLine.ParentCommand
    Main weft = new Main(MeshBuilder::join);

    @Override
    public Integer call() {
        throw new CommandFailure(
                ExitCode.USAGE, "say what to do: weft authority init, token, request, sign, revoke, list or show");
    }

    /** Makes an authority. */
    @Command(name = "init", mixinStandardHelpOptions = true, description = "Make a new authority and keep it in DIR.")
    static final class Init implements Callable<Integer> {
        @Parameters(
                paramLabel = "DIR",
                arity = "0..1",
                description = "Where; default ./authority. Keep a copy where no node runs.")
        Path directory = Path.of("authority");

        @Override
        public Integer call() {
            AuthorityDirectory made = AuthorityDirectory.init(directory);
            System.out.println(made.authority().key().fingerprint());
            System.err.println("weft: give every node " + made.publicFile() + "; keep the rest to yourself");
            return ExitCode.OK.code();
        }
    }

    /** Prints what a node must know to ask. */
    @Command(
            name = "token",
            mixinStandardHelpOptions = true,
            description = "Print a token for 'weft join': the mesh, the authority and where members are. No secret.")
    static final class Token implements Callable<Integer> {
        @Option(names = "--dir", paramLabel = "DIR", description = "The authority; default ./authority.")
        Path directory = Path.of("authority");

        @Option(names = "--mesh", paramLabel = "NAME", description = "The mesh; default \"default\".")
        String mesh = "default";

        @Option(
                names = "--peer",
                paramLabel = "LOCATOR",
                description = "Where a member is, as tcp/host:port; repeatable; default none.")
        List<String> peers = new ArrayList<>();

        @Override
        public Integer call() {
            try {
                AuthorityKey key =
                        AuthorityDirectory.open(directory).authority().key();
                System.out.println(new JoinToken(
                                mesh, key, peers.stream().map(Locator::parse).toList())
                        .text());
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
            }
            return ExitCode.OK.code();
        }
    }

    /** Prints what a node asks with. */
    @Command(
            name = "request",
            mixinStandardHelpOptions = true,
            description = "Print this node's request for a credential; its key is made if there is none yet.")
    static final class Request implements Callable<Integer> {
        @Mixin
        NodeIdentity identity = new NodeIdentity();

        @Override
        public Integer call() {
            System.out.print(Mesh.request(identity.builder().config()).text());
            return ExitCode.OK.code();
        }
    }

    /** Signs a credential. */
    @Command(
            name = "sign",
            mixinStandardHelpOptions = true,
            description =
                    "Sign a credential for the node that made a request: weft authority sign REQUEST > credential")
    static final class Sign implements Callable<Integer> {
        @Parameters(paramLabel = "REQUEST", description = "A file of 'weft join' or 'weft authority request'.")
        Path request = Path.of("request");

        @Option(names = "--dir", paramLabel = "DIR", description = "The authority; default ./authority.")
        Path directory = Path.of("authority");

        @Option(names = "--name", paramLabel = "NAME", description = "The node's name; default what it asks for.")
        @Nullable
        String name;

        @Option(
                names = "--roles",
                split = ",",
                paramLabel = "ROLE",
                description = "Any of member, client, worker, broker, admin, relay; default member.")
        List<String> roles = new ArrayList<>();

        @Option(
                names = "--services",
                split = ",",
                paramLabel = "PATTERN",
                description = "The services that a client may call and a worker may offer; default all.")
        List<String> services = new ArrayList<>();

        @Option(
                names = "--groups",
                split = ",",
                paramLabel = "PATTERN",
                description = "The groups that it may be in; default all for a member, else none.")
        List<String> groups = new ArrayList<>();

        @Option(
                names = "--endpoints",
                split = ",",
                paramLabel = "PATTERN",
                description = "The endpoints that it may send to; default all for a member, else none.")
        List<String> endpoints = new ArrayList<>();

        @Option(
                names = "--deny",
                split = ",",
                paramLabel = "PERMISSION",
                description = "What it may not do whatever else is said, as send:payroll; default nothing.")
        List<String> denied = new ArrayList<>();

        @Option(names = "--valid", paramLabel = "TIME", description = "How long, as 30d or 12h; default 30d.")
        String valid = "30d";

        @Override
        public Integer call() {
            AuthorityDirectory kept = AuthorityDirectory.open(directory);
            CredentialRequest asked = AuthorityFiles.read(request, CredentialRequest::readFile);
            String named = name;
            try {
                TreeSet<Role> granted = new TreeSet<>();
                roles.forEach(role -> granted.add(Role.parse(role)));
                if (granted.isEmpty()) {
                    granted.add(Role.MEMBER);
                }
                Instant until = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(duration(valid));
                Credential credential = kept.sign(
                        asked.mesh(),
                        asked.node(),
                        named == null ? asked.name() : named,
                        until,
                        List.copyOf(granted),
                        permissions(granted));
                System.out.print(credential.text());
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
            }
            return ExitCode.OK.code();
        }

        private List<Permission> permissions(TreeSet<Role> granted) {
            if (!services.isEmpty() && !granted.contains(Role.CLIENT) && !granted.contains(Role.WORKER)) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--services needs --roles client, for calling, or worker, for offering");
            }
            List<Permission> permissions = new ArrayList<>();
            for (String service : services) {
                if (granted.contains(Role.CLIENT)) {
                    permissions.add(Permission.allow(Right.CALL, service));
                }
                if (granted.contains(Role.WORKER)) {
                    permissions.add(Permission.allow(Right.OFFER, service));
                }
            }
            groups.forEach(group -> permissions.add(Permission.allow(Right.JOIN, group)));
            endpoints.forEach(endpoint -> permissions.add(Permission.allow(Right.SEND, endpoint)));
            denied.forEach(text -> {
                Permission permission = Permission.parse(text);
                permissions.add(Permission.deny(permission.right(), permission.pattern()));
            });
            return permissions;
        }
    }

    /** Takes a node back. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Take back a node, or its credentials up to one. With --mesh the mesh is told at once; else"
                    + " hand the list to any node (--revocations FILE).")
    static final class Revoke implements Callable<Integer> {
        @Parameters(paramLabel = "NODE", description = "An id, the beginning of one, or a name that was signed.")
        String node = "";

        @Option(names = "--dir", paramLabel = "DIR", description = "The authority; default ./authority.")
        Path directory = Path.of("authority");

        @Option(
                names = "--serial",
                paramLabel = "NUMBER",
                description = "Only its credentials up to this one; default the node itself, for good.")
        @Nullable
        Long serial;

        @Mixin
        JoinOptions join = new JoinOptions();

        @Override
        public Integer call() throws InterruptedException {
            AuthorityDirectory kept = AuthorityDirectory.open(directory);
            String named = join.mesh;
            AuthorityDirectory.Issued meant = find(kept, Optional.ofNullable(named));
            Long upTo = serial;
            if (upTo != null && upTo < 1) {
                throw new CommandFailure(ExitCode.USAGE, "--serial " + upTo + " must be 1 or more");
            }
            Revocations list = kept.revoke(meant.mesh(), meant.node(), upTo == null ? Revocations.Entry.ALL : upTo);
            Path file = kept.revocationsFile(meant.mesh());
            System.out.println("node " + meant.node() + " is revoked by list "
                    + list.content().number() + " of mesh " + meant.mesh() + ", in " + file);
            if (named == null) {
                System.err.println("weft: hand the list to any node of the mesh (--revocations " + file
                        + "), or say --mesh " + meant.mesh() + " to join and tell it now");
                return ExitCode.OK.code();
            }
            try (Mesh mesh = join.joinBriefly(kept.authority().key())) {
                mesh.revoke(list);
                if (mesh.peers().isEmpty()) {
                    throw new CommandFailure(
                            ExitCode.TIMED_OUT,
                            "nobody of mesh " + named + " was reached: hand the list to any node (--revocations " + file
                                    + ")");
                }
            }
            return ExitCode.OK.code();
        }

        private AuthorityDirectory.Issued find(AuthorityDirectory kept, Optional<String> mesh) {
            List<AuthorityDirectory.Issued> found = new ArrayList<>();
            for (AuthorityDirectory.Issued issued : kept.issued()) {
                boolean isMeant = issued.name().equals(node)
                        || node.length() >= 4
                                && issued.node().toString().startsWith(node.toLowerCase(java.util.Locale.ROOT));
                boolean isKnown = found.stream()
                        .anyMatch(known -> known.node().equals(issued.node())
                                && known.mesh().equals(issued.mesh()));
                if (isMeant && !isKnown && (mesh.isEmpty() || mesh.get().equals(issued.mesh()))) {
                    found.add(issued);
                }
            }
            if (found.isEmpty() && mesh.isPresent() && node.length() == 36) {
                // A register that was lost must not keep anybody in.
                try {
                    return new AuthorityDirectory.Issued(0, mesh.get(), NodeId.parse(node), "", Instant.EPOCH, "");
                } catch (IllegalArgumentException e) {
                    throw new CommandFailure(ExitCode.NOT_FOUND, String.valueOf(e.getMessage()));
                }
            }
            if (found.size() != 1) {
                throw new CommandFailure(
                        ExitCode.NOT_FOUND,
                        found.isEmpty()
                                ? "no credential was signed for '" + Text.harmless(node)
                                        + "': see 'weft authority list', or name it by its whole id and --mesh"
                                : "'" + Text.harmless(node) + "' could be " + found.size()
                                        + " nodes: name it by its id, see 'weft authority list'");
            }
            return found.get(0);
        }
    }

    /** Lists what was signed. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the credentials that were signed.")
    static final class Issued implements Callable<Integer> {
        @Option(names = "--dir", paramLabel = "DIR", description = "The authority; default ./authority.")
        Path directory = Path.of("authority");

        @Option(names = "--json", description = "One object a line; default text.")
        boolean json;

        @Override
        public Integer call() {
            AuthorityDirectory kept = AuthorityDirectory.open(directory);
            Instant now = Instant.now();
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("SERIAL", "NODE", "NAME", "MESH", "UNTIL", "STATE", "MAY"));
            for (AuthorityDirectory.Issued issued : kept.issued()) {
                boolean isRevoked = kept.revocations(issued.mesh())
                        .map(list -> list.revokes(issued.node(), issued.serial()))
                        .orElse(false);
                String state = isRevoked ? "revoked" : now.isAfter(issued.until()) ? "expired" : "valid";
                if (json) {
                    System.out.println(new Json()
                            .put("serial", issued.serial())
                            .put("node", issued.node().toString())
                            .put("name", issued.name())
                            .put("mesh", issued.mesh())
                            .put("until", issued.until().toString())
                            .put("state", state)
                            .put("may", issued.may()));
                }
                rows.add(List.of(
                        Long.toString(issued.serial()),
                        issued.node().brief(),
                        Text.harmless(issued.name()),
                        issued.mesh(),
                        issued.until().toString(),
                        state,
                        Text.harmless(issued.may())));
            }
            if (!json) {
                Text.columns(rows).forEach(System.out::println);
            }
            return ExitCode.OK.code();
        }
    }

    /** Shows a credential. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show what a credential says.")
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A credential.")
        Path file = Path.of("credential");

        @Option(
                names = "--authority",
                paramLabel = "FILE",
                description = "Whose signature it must have; default it is not looked at.")
        @Nullable
        Path authority;

        @Override
        public Integer call() {
            Credential credential = AuthorityFiles.read(file, Credential::readFile);
            Credential.Grant grant = credential.grant();
            Path signer = authority;
            if (signer != null
                    && !AuthorityFiles.read(signer, AuthorityKey::readFile).vouchesFor(credential)) {
                throw new CommandFailure(ExitCode.FAILED, file + " was not signed by the authority of " + signer);
            }
            System.out.println("node       " + grant.node());
            System.out.println("name       " + Text.harmless(grant.name()));
            System.out.println("mesh       " + grant.mesh());
            System.out.println("authority  " + grant.authority());
            System.out.println("serial     " + grant.serial());
            System.out.println("valid      " + grant.notBefore() + " to " + grant.notAfter());
            grant.roles().forEach(role -> System.out.println("role       " + role));
            grant.permissions()
                    .forEach(permission -> System.out.println("permission " + Text.harmless(permission.toString())));
            return ExitCode.OK.code();
        }
    }

    static Duration duration(String text) {
        Matcher days = DAYS.matcher(text);
        Duration duration = days.matches() ? Duration.ofDays(Long.parseLong(days.group(1))) : Text.duration(text);
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new CommandFailure(ExitCode.USAGE, "--valid " + text + " must be 1s or more");
        }
        return duration;
    }
}
