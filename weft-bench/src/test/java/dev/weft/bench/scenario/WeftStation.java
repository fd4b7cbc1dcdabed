package dev.weft.bench.scenario;

import dev.weft.Endpoint;
import dev.weft.GroupSendOptions;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.MeshKey;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Weft by its public API: a handler hears the outcome of each message. An outcome says that the message is in the
 * endpoint's queue, not that the application has taken it. In the scenarios that compare systems the window is the
 * harness's all the same, as it is for the others.
 */
final class WeftStation implements Station {
    private static final String ENDPOINT = "bench";

    /** Of benchmarks and of nothing else. */
    private static final MeshKey KEY =
            MeshKey.parse("weft-key-1-wfkagui2lm-nuynrkbqy5-72j7zlw5e6-iyqs7u7q62-j32xuhk4kw-nrtgu6hu");

    private static final Duration FINDING = Duration.ofSeconds(20);

    private final Listener listener;
    private final SendOptions options;
    private final String name;
    private final Mesh mesh;
    private final List<NodeId> targets = new ArrayList<>();
    private final Consumer<Outcome> settled = this::settled;
    private final boolean isToMany;

    WeftStation(Setting setting, Listener listener) {
        this.listener = listener;
        this.name = setting.name();
        this.isToMany = setting.contender().isToMany();
        SocketKind kind = SocketKind.valueOf(setting.kind().toUpperCase(Locale.ROOT));
        this.options = kind == SocketKind.DGRAM ? SendOptions.DGRAM : new SendOptions(kind, Duration.ofSeconds(30));
        this.mesh = builder(setting).join();
        Endpoint endpoint = mesh.open(ENDPOINT, kind);
        endpoint.onMessage(message -> listener.onMessage(message.payload()));
    }

    private static MeshBuilder builder(Setting setting) {
        MeshBuilder builder = Mesh.builder("bench")
                .nodeName(setting.name())
                .ephemeral()
                .stateDirectory(setting.directory().resolve(setting.name()))
                .runtimeDirectory(setting.directory().resolve("run"))
                .beacon(MeshConfig.Beacon.NONE);
        if (!setting.pins().isEmpty()) {
            builder.links(new MeshConfig.Links(MeshConfig.Links.Policy.PINNED_ONLY, setting.pins(), List.of()));
        }
        if (setting.contender().word().contains("tcp")) {
            builder.listen(Locator.parse("tcp/127.0.0.1:0"));
        }
        switch (setting.contender()) {
            // By default a start on a busy machine may end over a Unix socket, whose figures would stand here unseen.
            case WEFT, WEFT_DIRECT, WEFT_GROUP ->
                builder.listen(new Locator(
                        "shm",
                        setting.directory().resolve(setting.name() + ".shm").toString()));
            case WEFT_PLAIN, WEFT_GROUP_PLAIN -> builder.plaintext();
            case WEFT_TLS, WEFT_TLS_JDK, WEFT_SEALED -> builder.key(KEY);
            case WEFT_GROUP_SEALED -> builder.key(KEY);
            case WEFT_MULTICAST -> builder.key(KEY).multicast(MeshConfig.Multicast.ON);
            case WEFT_UNSEALED -> builder.key(KEY).sealing(MeshConfig.Sealing.NEVER);
            default -> {}
        }
        if (setting.contender().word().contains("unix")) {
            builder.listen(new Locator(
                    "unix",
                    setting.directory().resolve(setting.name() + ".sock").toString()));
        }
        if (setting.contender().word().contains("direct")) {
            builder.callbacks(Runnable::run);
        }
        return builder;
    }

    Mesh mesh() {
        return mesh;
    }

    @Override
    public String listen() {
        return name;
    }

    @Override
    public void dial(List<String> names) throws InterruptedException {
        for (String target : names) {
            targets.add(mesh.await(target, FINDING)
                    .orElseThrow(() -> new IllegalStateException(name + " has not found " + target))
                    .id());
        }
    }

    @Override
    public void send(byte[] message) {
        if (isToMany) {
            mesh.sendToAll(targets, message, GroupSendOptions.RDM.withEndpoint(ENDPOINT))
                    .outcome()
                    .thenAccept(outcome -> outcome.byMember().values().forEach(this::settled));
            return;
        }
        for (NodeId target : targets) {
            mesh.send(target, ENDPOINT, message, options, settled);
        }
    }

    private void settled(Outcome outcome) {
        if (outcome.kind() != Outcome.Kind.DELIVERED) {
            listener.onFailed(outcome.kind() + " (" + outcome.reason() + ")");
        }
    }

    @Override
    public void close() {
        mesh.close();
    }
}
