package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends one message and says what became of it. */
@Command(name = "send", mixinStandardHelpOptions = true, description = "Send one message and say what became of it.")
final class SendCommand implements Callable<Integer> {
    private static final int BYTES_MAX = 16 << 20;
    private static final int ENDPOINT_BYTES_MAX = 128;

    @Mixin
    JoinOptions join = new JoinOptions();

    @Mixin
    TargetOptions target = new TargetOptions();

    @Parameters(index = "1", paramLabel = "ENDPOINT", description = "The name of its endpoint, 1 to 128 bytes.")
    String endpoint = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "DATA",
            description = "The message, at most 16 MiB; - or none reads stdin.")
    @Nullable
    String data;

    @Option(names = "--type", paramLabel = "KIND", description = "dgram or rdm; default rdm.")
    String type = "rdm";

    @Option(names = "--timeout", paramLabel = "TIME", description = "When to give up, 1ms to 1h; default 30s.")
    String timeout = "30s";

    @Option(names = "--json", description = "One object; default one line of text.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        SendOptions options = options();
        requireEndpoint(endpoint);
        target.patience();
        String given = data;
        byte[] payload = given == null || given.equals("-")
                ? System.in.readNBytes(BYTES_MAX + 1)
                : given.getBytes(StandardCharsets.UTF_8);
        if (payload.length > BYTES_MAX) {
            throw new CommandFailure(ExitCode.USAGE, "a message has at most " + BYTES_MAX + " bytes");
        }
        try (Mesh mesh = join.joinBriefly()) {
            Outcome outcome = mesh.send(target.find(mesh).id(), endpoint, payload, options)
                    .await();
            System.out.println(
                    json
                            ? new Json()
                                    .put("outcome", outcome.kind().name().toLowerCase(Locale.ROOT))
                                    .put("reason", outcome.reason().name().toLowerCase(Locale.ROOT))
                                    .put("rttMicros", outcome.roundTrip().toNanos() / 1_000)
                                    .put("hops", outcome.hops())
                            : outcome.toString());
            return switch (outcome.kind()) {
                case DELIVERED -> ExitCode.OK.code();
                case REJECTED, UNDELIVERABLE -> ExitCode.FAILED.code();
                case EXPIRED, UNKNOWN -> ExitCode.TIMED_OUT.code();
            };
        }
    }

    private SendOptions options() {
        try {
            return new SendOptions(kind(type), Text.duration(timeout));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--timeout " + timeout + " must be from 1ms to 1h");
        }
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
            default -> throw new CommandFailure(ExitCode.USAGE, "--type " + name + " must be dgram or rdm");
        };
    }
}
