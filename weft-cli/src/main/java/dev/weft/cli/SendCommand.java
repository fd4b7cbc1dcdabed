package dev.weft.cli;

import dev.weft.ConnectOptions;
import dev.weft.ConnectionException;
import dev.weft.Group;
import dev.weft.GroupOutcome;
import dev.weft.GroupSendOptions;
import dev.weft.Mesh;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.PacketSocket;
import dev.weft.Peer;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import dev.weft.StreamSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends one message and says what became of it. */
@Command(name = "send", mixinStandardHelpOptions = true, description = "Send one message and say what became of it.")
final class SendCommand implements Callable<Integer> {
    private static final int BYTES_MAX = 16 << 20;
    private static final int ENDPOINT_BYTES_MAX = 128;
    static final String BOTH = "--group and --everyone exclude each other: say one of them";

    @Mixin
    JoinOptions join = new JoinOptions();

    @Mixin
    SecrecyOption secrecy = new SecrecyOption();

    @Spec
    @Nullable
    CommandSpec spec;

    @Parameters(
            arity = "0..3",
            paramLabel = "NODE ENDPOINT [DATA]",
            hideParamSyntax = true,
            description = {
                "A node by its id, the beginning of one (4 digits or more), or its name; the name of its endpoint; the message, at most"
                        + " 16 MiB. - for the message, or none, reads stdin.",
                "With --group or --everyone the message alone, and --endpoint where it is not for the inboxes of those"
                        + " who have joined."
            })
    List<String> words = new ArrayList<>();

    @Option(names = "--group", paramLabel = "GROUP", description = "Send to all other members of a group.")
    @Nullable
    String group;

    @Option(names = "--everyone", description = "Send to all other nodes.")
    boolean everyone;

    @Option(names = "--endpoint", paramLabel = "ENDPOINT", description = "The endpoint at each member of a group.")
    String memberEndpoint = "";

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "How long to wait for the node, or a member, to be seen; default 3s.")
    String wait = "3s";

    @Option(
            names = "--type",
            paramLabel = "KIND",
            description = "dgram, rdm, seqpacket or stream, as the endpoint is; to groups no stream; default rdm.")
    String type = "rdm";

    @Option(names = "--priority", paramLabel = "0..7", description = "How urgent it is, 7 the most; default 3.")
    @Nullable
    Integer priority;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description =
                    "When to give up, 1ms to 1h; default 30s, of dgram 5s; over connections, after how long a silence.")
    @Nullable
    String timeout;

    @Option(names = "--json", description = "One object; default one line of text.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (group != null && everyone) {
            throw misused(BOTH);
        }
        return group == null && !everyone ? toOne() : toMany();
    }

    private Integer toOne() throws InterruptedException, IOException {
        if (words.size() > 3) {
            throw misused("Unmatched argument: '" + words.get(3) + "'");
        }
        if (words.size() < 2) {
            throw misused("Missing required parameters: NODE ENDPOINT, or --group GROUP");
        }
        Way way = way(kind(type));
        String endpoint = words.get(1);
        requireEndpoint(endpoint);
        Duration patience = Text.duration(wait);
        byte[] payload = payload(2);
        try (Mesh mesh = join.joinBriefly()) {
            String node = words.get(0);
            Peer target = mesh.await(node, patience).orElseGet(() -> mesh.find(node));
            Outcome outcome = way.send(mesh, target.id(), endpoint, payload);
            System.out.println(json ? object(outcome) : outcome.toString());
            return code(outcome.kind());
        }
    }

    private Integer toMany() throws InterruptedException, IOException {
        if (words.size() > 1) {
            throw misused("With --group or --everyone there is only the message to say");
        }
        String name = group == null ? "" : group;
        GroupSendOptions options = groupOptions();
        Duration patience = Text.duration(wait);
        byte[] payload = payload(0);
        try (Mesh mesh = join.joinBriefly()) {
            Group target = mesh.group(name);
            awaitOthers(mesh, target, patience);
            GroupOutcome outcome = target.send(payload, options).await();
            if (json) {
                outcome.byMember()
                        .forEach((member, its) -> System.out.println(object(its).put("member", member.toString())));
            } else {
                System.out.println(outcome);
                outcome.byMember().forEach((member, its) -> System.out.println("  " + member.brief() + "  " + its));
            }
            Outcome.Kind worst = Outcome.Kind.DELIVERED;
            for (Outcome its : outcome.byMember().values()) {
                worst = worst.compareTo(its.kind()) < 0 ? its.kind() : worst;
            }
            return outcome.byMember().isEmpty() ? ExitCode.NOT_FOUND.code() : code(worst);
        }
    }

    /** A node that has only just joined the mesh may not know the members yet. */
    private static void awaitOthers(Mesh mesh, Group target, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        NodeId self = mesh.self().id();
        while (target.members().stream().allMatch(self::equals) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private RuntimeException misused(String complaint) {
        return spec == null
                ? new CommandFailure(ExitCode.USAGE, complaint)
                : new ParameterException(spec.commandLine(), complaint);
    }

    private byte[] payload(int word) throws IOException {
        String given = words.size() > word ? words.get(word) : "-";
        byte[] payload =
                given.equals("-") ? System.in.readNBytes(BYTES_MAX + 1) : given.getBytes(StandardCharsets.UTF_8);
        if (payload.length > BYTES_MAX) {
            throw new CommandFailure(ExitCode.USAGE, "a message has at most " + BYTES_MAX + " bytes");
        }
        return payload;
    }

    private static Json object(Outcome outcome) {
        return new Json()
                .put("outcome", outcome.kind().name().toLowerCase(Locale.ROOT))
                .put("reason", outcome.reason().name().toLowerCase(Locale.ROOT))
                .put("rttMicros", outcome.roundTrip().toNanos() / 1_000)
                .put("hops", outcome.hops());
    }

    private static int code(Outcome.Kind kind) {
        return switch (kind) {
            case DELIVERED -> ExitCode.OK.code();
            case REJECTED, UNDELIVERABLE -> ExitCode.FAILED.code();
            case EXPIRED, UNKNOWN -> ExitCode.TIMED_OUT.code();
        };
    }

    private GroupSendOptions groupOptions() {
        try {
            return new GroupSendOptions(
                            kind(type), patience(kind(type)), memberEndpoint, GroupSendOptions.Hearing.OTHERS_ONLY)
                    .withPriority(urgency())
                    .withSecrecy(secrecy.secrecy());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** What was said, else what the library has for that kind. */
    private Duration patience(SocketKind kind) {
        String said = timeout;
        if (said != null) {
            return Text.duration(said);
        }
        return kind == SocketKind.DGRAM ? SendOptions.DGRAM.timeout() : SendOptions.RDM.timeout();
    }

    private int urgency() {
        int urgency = priority == null ? SendOptions.PRIORITY_DEFAULT : priority;
        if (urgency < 0 || urgency > 7) {
            throw new CommandFailure(ExitCode.USAGE, "--priority " + urgency + " must be from 0 to 7");
        }
        return urgency;
    }

    /** How one message goes to one node, by the kind of its socket. */
    private interface Way {
        Outcome send(Mesh mesh, NodeId to, String endpoint, byte[] payload) throws InterruptedException, IOException;
    }

    private Way way(SocketKind kind) {
        Duration longest = patience(kind);
        int urgency = urgency();
        ConnectOptions connected;
        try {
            connected = ConnectOptions.DEFAULT
                    .withTimeout(longest)
                    .withPriority(urgency)
                    .withSecrecy(secrecy.secrecy());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--timeout " + timeout + " must be from 1ms to 1h");
        }
        return switch (kind) {
            case DGRAM, RDM -> {
                SendOptions options =
                        new SendOptions(kind, longest).withPriority(urgency).withSecrecy(secrecy.secrecy());
                yield (mesh, to, endpoint, payload) ->
                        mesh.send(to, endpoint, payload, options).await();
            }
            case SEQPACKET -> unbroken(overPackets(connected));
            case STREAM -> unbroken(overStream(connected));
        };
    }

    /** What breaks or refuses the connection is the outcome. */
    private static Way unbroken(Way way) {
        return (mesh, to, endpoint, payload) -> {
            try {
                return way.send(mesh, to, endpoint, payload);
            } catch (ConnectionException broken) {
                return broken.outcome();
            }
        };
    }

    private static Way overPackets(ConnectOptions options) {
        return (mesh, to, endpoint, payload) -> {
            try (PacketSocket connection = mesh.connectPackets(to, endpoint, options)) {
                Outcome outcome = connection.send(payload).await();
                connection.finish();
                return outcome;
            }
        };
    }

    /** Delivered is what has arrived to the last byte. */
    private static Way overStream(ConnectOptions options) {
        return (mesh, to, endpoint, payload) -> {
            long began = System.nanoTime();
            try (StreamSocket connection = mesh.connectStream(to, endpoint, options)) {
                connection.output().write(payload);
                connection.finish();
                connection.awaitFinished();
                int hops = Math.max(0, mesh.route(to).size() - 1);
                return new Outcome(
                        Outcome.Kind.DELIVERED, Outcome.Reason.NONE, Duration.ofNanos(System.nanoTime() - began), hops);
            }
        };
    }

    static void requireEndpoint(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > ENDPOINT_BYTES_MAX) {
            throw new CommandFailure(
                    ExitCode.USAGE, "an endpoint's name has 1 to " + ENDPOINT_BYTES_MAX + " bytes, this one " + bytes);
        }
    }

    static SocketKind kind(String name) {
        return switch (name) {
            case "rdm" -> SocketKind.RDM;
            case "dgram" -> SocketKind.DGRAM;
            case "seqpacket" -> SocketKind.SEQPACKET;
            case "stream" -> SocketKind.STREAM;
            default ->
                throw new CommandFailure(ExitCode.USAGE, "--type " + name + " must be dgram, rdm, seqpacket or stream");
        };
    }
}
