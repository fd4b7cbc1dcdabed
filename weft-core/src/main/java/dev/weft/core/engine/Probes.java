package dev.weft.core.engine;

import dev.weft.NodeId;
import dev.weft.Routing;
import dev.weft.core.flow.Paths;
import dev.weft.core.forward.Arrival;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.ProbeReply;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Probes under way: which nodes on a path are asked for a sign of life, and how long the answers took.
 *
 * <p>Called by {@link Engine} and {@link Arrivals}.
 */
final class Probes {
    private static final int PROBES_MAX = 1_024;

    private final NodeId self;
    private final Paths paths;
    private final Post post;
    private final Engine.Output out;
    private final TreeMap<Long, Long> sentNanos = new TreeMap<>();

    Probes(NodeId self, Paths paths, Post post, Engine.Output out) {
        this.self = self;
        this.paths = paths;
        this.post = post;
        this.out = out;
    }

    /** Asks every node on the way to one; numbers them from the first on, nearest first. */
    List<Engine.ProbeSent> send(NodeId destination, long firstNumber, long nowNanos) {
        List<Engine.ProbeSent> sent = new ArrayList<>();
        Optional<Path> way = paths.path(destination, Routing.BEST, Paths.Choice.PRIMARY);
        if (way.isEmpty() || destination.equals(self)) {
            return sent;
        }
        long number = firstNumber;
        for (NodeId node : way.get().nodes()) {
            Optional<Path> path = paths.path(node, Routing.BEST, Paths.Choice.PRIMARY);
            if (path.isPresent() && !node.equals(self) && sentNanos.size() < PROBES_MAX) {
                sentNanos.put(number, nowNanos);
                sent.add(new Engine.ProbeSent(number, node, path.get().hops()));
                post.transmit(path.get(), RouteHeader.PRIORITY_DEFAULT, new Probe(number));
                number++;
            }
        }
        return sent;
    }

    void end(long number) {
        sentNanos.remove(number);
    }

    void handleProbe(Probe probe, Arrival arrival) {
        post.answer(arrival, new ProbeReply(probe.number(), self, arrival.hops()));
    }

    void handleReply(ProbeReply reply, long nowNanos) {
        Long sent = sentNanos.remove(reply.number());
        if (sent != null) {
            out.probed(reply.number(), reply.responder(), reply.hops(), nowNanos - sent);
        }
    }
}
