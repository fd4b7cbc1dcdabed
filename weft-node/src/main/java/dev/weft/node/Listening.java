package dev.weft.node;

import dev.weft.Locator;
import dev.weft.MeshConfig;
import dev.weft.MeshStartException;
import dev.weft.NodeId;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Where a node takes connections, and where others reach it. Nothing listens beyond the host unless configuration
 * allows it. Opened once by {@link NodeLife}, closed on the loop's thread.
 */
final class Listening {
    private final MeshConfig config;
    private final NodeId self;
    private final List<Transport> transports;
    private final Secrets secrets;
    private final List<Transport.Listener> listeners = new ArrayList<>();
    private final List<Locator> locators = new ArrayList<>();

    Listening(MeshConfig config, NodeId self, List<Transport> transports, Secrets secrets) {
        this.config = config;
        this.self = self;
        this.transports = transports;
        this.secrets = secrets;
    }

    /** @throws MeshStartException if one of the places is not to be had; those before it stay open until closed */
    void open(Function<Connection, ConnectionHandler> accept) {
        for (Locator at : wanted()) {
            secrets.requireMayListen(at);
            try {
                Transport.Listener listener = transport(at).listen(at, accept::apply);
                listeners.add(listener);
                locators.addAll(Reachable.at(listener.locator()));
            } catch (IOException e) {
                throw new MeshStartException("cannot listen at " + at + ": " + e.getMessage(), e);
            }
        }
    }

    /** Where others reach this node. */
    List<Locator> locators() {
        return List.copyOf(locators);
    }

    void close() {
        listeners.forEach(Transport.Listener::close);
    }

    private List<Locator> wanted() {
        List<Locator> wanted = new ArrayList<>(config.listen());
        if (wanted.isEmpty()) {
            Path directory = config.runtimeDirectory().resolve(config.mesh());
            // In the order they are dialled: whoever cannot share memory refuses, and the socket is next.
            wanted.add(
                    new Locator("shm", directory.resolve(self.brief() + ".shm").toString()));
            wanted.add(new Locator(
                    "unix", directory.resolve(self.brief() + ".sock").toString()));
            if (config.remoteHops() > 0) {
                wanted.add(Locator.parse("tcp/0.0.0.0:0"));
            }
        }
        return wanted;
    }

    private Transport transport(Locator locator) {
        return transports.stream()
                .filter(transport -> transport.scheme().equals(locator.scheme()))
                .findFirst()
                .orElseThrow(() -> new MeshStartException(
                        "no transport is called '" + locator.scheme() + "': there are shm, tcp and unix"));
    }
}
