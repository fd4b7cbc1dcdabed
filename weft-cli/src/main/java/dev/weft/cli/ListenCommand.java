package dev.weft.cli;

import dev.weft.Endpoint;
import dev.weft.GroupMessage;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.Mesh;
import dev.weft.Message;
import dev.weft.SocketKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Receives messages and prints them. */
@Command(name = "listen", mixinStandardHelpOptions = true, description = "Receive messages and print them.")
final class ListenCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Mixin
    SecrecyOption secrecy = new SecrecyOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "ENDPOINT",
            description = "The name to receive under, 1 to 128 bytes; none with --group or --everyone.")
    @Nullable
    String endpoint;

    @Option(names = "--group", paramLabel = "GROUP", description = "Join a group and receive what is sent to it.")
    @Nullable
    String group;

    @Option(names = "--everyone", description = "Receive what is sent to everyone.")
    boolean everyone;

    @Option(
            names = "--when-full",
            paramLabel = "POLICY",
            description = "What to do with messages of a group that are not taken in time: block, drop-oldest,"
                    + " latest-only or detach; default block.")
    String whenFull = "block";

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(names = "--name", paramLabel = "NAME", description = "This node's name; default weft- and the process id.")
    @Nullable
    String name;

    @Option(names = "--count", paramLabel = "N", description = "End after so many messages; default never.")
    long count = Long.MAX_VALUE;

    @Option(
            names = "--type",
            paramLabel = "KIND",
            description = "dgram, rdm, seqpacket or stream; of the last two any number of connections is taken, and a"
                    + " stream is one message, or several of 16 MiB; default rdm. Not with --group or --everyone: there all"
                    + " kinds are received.")
    @Nullable
    String type;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "End, with 5, where nothing has come for so long; default never.")
    @Nullable
    String timeout;

    @Option(
            names = "--json",
            description = "One object a line, the payload in base64; default bare payloads, a line each.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        String typed = type;
        SocketKind kind = SendCommand.kind(typed == null ? "rdm" : typed);
        boolean toMany = group != null || everyone;
        if (group != null && everyone) {
            throw misused(SendCommand.BOTH);
        }
        if (toMany && typed != null) {
            throw misused(
                    "--type is for an ENDPOINT: a place in a group receives what is sent to it, of whatever kind");
        }
        MembershipOptions options =
                MembershipOptions.BLOCK.withWhenFull(whenFull()).withSecrecy(secrecy.secrecy());
        String called = endpoint == null ? "" : endpoint;
        if (toMany == (endpoint != null) && spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required parameter: ENDPOINT, or --group GROUP in its place");
        }
        if (!toMany) {
            SendCommand.requireEndpoint(called);
        }
        Text.requireSome("--count", count);
        String said = timeout;
        Optional<Duration> patience = said == null ? Optional.empty() : Optional.of(Text.duration(said));
        String chosen = name;
        AtomicBoolean leaving = new AtomicBoolean();
        try (Mesh mesh = join.join(join.builder()
                .ephemeral()
                .nodeName(chosen == null ? "weft-" + ProcessHandle.current().pid() : chosen))) {
            JoinOptions.leaveAtExit(mesh, () -> leaving.set(true));
            Receiving inbox = toMany
                    ? received(mesh.group(group == null ? "" : group).join(options))
                    : switch (kind) {
                        case DGRAM, RDM -> received(mesh.open(called, kind, secrecy.secrecy()));
                        case SEQPACKET, STREAM -> new Incoming(mesh, called, kind, secrecy.secrecy())::next;
                    };
            System.err.println("listening as " + mesh.self().name() + ", node "
                    + mesh.self().id());
            for (long received = 0; received < count; received++) {
                Optional<Message> message = inbox.next(patience);
                if (message.isEmpty()) {
                    return ExitCode.TIMED_OUT.code();
                }
                print(message.get());
            }
        } catch (IllegalStateException e) {
            // Ctrl-C closes the inbox under the waiting receiver, which is no failure.
            if (!leaving.get()) {
                throw e;
            }
            return ExitCode.INTERRUPTED.code();
        }
        return ExitCode.OK.code();
    }

    private RuntimeException misused(String complaint) {
        return spec == null
                ? new CommandFailure(ExitCode.USAGE, complaint)
                : new ParameterException(spec.commandLine(), complaint);
    }

    /** Where messages come from: an endpoint, or a place in a group. */
    private interface Receiving {
        /** Empty where none came in time. */
        Optional<Message> next(Optional<Duration> patience) throws InterruptedException;
    }

    private static Receiving received(Endpoint inbox) {
        return patience -> patience.isPresent() ? inbox.receive(patience.get()) : Optional.of(inbox.receive());
    }

    private static Receiving received(Membership membership) {
        return patience -> {
            Optional<GroupMessage> received =
                    patience.isPresent() ? membership.receive(patience.get()) : Optional.of(membership.receive());
            return received.map(message -> {
                if (message.missed() > 0) {
                    System.err.println(
                            message.missed() + " messages of " + message.from().brief() + " are missing here");
                }
                return new Message(message.from(), message.payload(), message.hops());
            });
        };
    }

    private MembershipOptions.WhenFull whenFull() {
        return switch (whenFull) {
            case "block" -> MembershipOptions.WhenFull.BLOCK;
            case "drop-oldest" -> MembershipOptions.WhenFull.DROP_OLDEST;
            case "latest-only" -> MembershipOptions.WhenFull.LATEST_ONLY;
            case "detach" -> MembershipOptions.WhenFull.DETACH;
            default ->
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--when-full " + whenFull + " must be block, drop-oldest, latest-only or detach");
        };
    }

    private void print(Message message) throws IOException {
        if (json) {
            System.out.println(new Json()
                    .put("from", message.from().toString())
                    .put("hops", message.hops())
                    .put("bytes", message.payload().length)
                    .put("payload", Base64.getEncoder().encodeToString(message.payload())));
            return;
        }
        System.err.println("from " + message.from().brief() + ", " + message.payload().length + " bytes over "
                + message.hops() + " hops");
        System.out.write(message.payload());
        System.out.write("\n".getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
