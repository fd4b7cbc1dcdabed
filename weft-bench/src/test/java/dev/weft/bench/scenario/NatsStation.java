package dev.weft.bench.scenario;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** NATS: one subject per process, one for all, everything by way of the server. */
final class NatsStation implements Station {
    private static final String TO_ALL = "all";

    private final Setting setting;
    private final Connection connection;
    private final Dispatcher dispatcher;
    private final List<String> targets = new ArrayList<>();

    NatsStation(Setting setting, Listener listener) throws IOException, InterruptedException {
        this.setting = setting;
        this.connection = Nats.connect(io.nats.client.Options.builder()
                .server(setting.server())
                .noReconnect()
                .build());
        this.dispatcher = connection.createDispatcher(message -> listener.onMessage(message.getData()));
    }

    /** The server to start: what {@code NATS_SERVER} names, or the one that a package has installed. */
    static Optional<Path> installed() {
        String named = System.getenv("NATS_SERVER");
        List<String> places = new ArrayList<>(List.of("/usr/sbin/nats-server", "/usr/bin/nats-server"));
        if (named != null && !named.isBlank()) {
            places.add(0, named);
        }
        return places.stream().map(Path::of).filter(Files::isExecutable).findFirst();
    }

    static Optional<Server> startServer(Path directory) throws IOException {
        int port = Ports.unused();
        List<String> command =
                List.of(installed().orElseThrow().toString(), "-a", "127.0.0.1", "-p", Integer.toString(port));
        Server server = Server.start("nats://127.0.0.1:" + port, directory.resolve("nats-server.log"), command);
        Ports.awaitListening(port);
        return Optional.of(server);
    }

    @Override
    public String listen() throws Exception {
        dispatcher.subscribe(setting.name());
        if (!setting.role().isOrigin()) {
            dispatcher.subscribe(TO_ALL);
        }
        connection.flush(Duration.ofSeconds(5));
        return setting.name();
    }

    @Override
    public void dial(List<String> addresses) {
        targets.addAll(addresses.size() > 1 ? List.of(TO_ALL) : addresses);
    }

    @Override
    public void send(byte[] message) {
        for (String target : targets) {
            connection.publish(target, message);
        }
    }

    @Override
    public void close() throws InterruptedException {
        connection.close();
    }
}
