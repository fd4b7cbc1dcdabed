package dev.weft.bench.scenario;

import dev.weft.Endpoint;
import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.MeshBuilder;
import dev.weft.MeshConfig;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.SendOptions;
import dev.weft.SocketKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Weft by its public API: one ticket per message, whose outcome is the acknowledgement. */
final class WeftStation implements Station {
    private static final String ENDPOINT = "bench";
    private static final Duration FINDING = Duration.ofSeconds(20);

    private record Target(NodeId node, AtomicLong delivered) {}

    private final Listener listener;
    private final SendOptions options;
    private final String name;
    private final Mesh mesh;
    private final List<Target> targets = new ArrayList<>();

    WeftStation(Setting setting, Listener listener) {
        this.listener = listener;
        this.name = setting.name();
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
            NodeId node = mesh.await(target, FINDING)
                    .orElseThrow(() -> new IllegalStateException(name + " has not found " + target))
                    .id();
            targets.add(new Target(node, new AtomicLong()));
        }
    }

    @Override
    public void send(byte[] message) {
        for (int i = 0; i < targets.size(); i++) {
            int index = i;
            Target target = targets.get(i);
            mesh.send(target.node(), ENDPOINT, message, options)
                    .outcome()
                    .thenAccept(outcome -> settled(index, target, outcome));
        }
    }

    private void settled(int index, Target target, Outcome outcome) {
        if (outcome.kind() != Outcome.Kind.DELIVERED) {
            listener.onFailed(outcome.kind() + " (" + outcome.reason() + ")");
        }
        listener.onAcknowledged(index, target.delivered().incrementAndGet());
    }

    @Override
    public void close() {
        mesh.close();
    }
}
