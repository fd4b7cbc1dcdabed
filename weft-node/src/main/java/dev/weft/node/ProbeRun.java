package dev.weft.node;

import dev.weft.Probed;
import dev.weft.core.engine.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Probes under way to the nodes of one path; all calls come on the loop's thread. */
final class ProbeRun {
    private final List<Engine.ProbeSent> sent;
    private final CompletableFuture<List<Probed>> result;
    private final Executor callbacks;
    private final TreeMap<Long, Duration> answers = new TreeMap<>();
    private Runnable whenComplete = () -> {};
    private boolean ended;

    ProbeRun(List<Engine.ProbeSent> sent, CompletableFuture<List<Probed>> result, Executor callbacks) {
        this.sent = sent;
        this.result = result;
        this.callbacks = callbacks;
    }

    void whenComplete(Runnable then) {
        whenComplete = then;
        if (sent.isEmpty()) {
            then.run();
        }
    }

    void answered(long number, long roundTripNanos) {
        answers.put(number, Duration.ofNanos(roundTripNanos));
        if (answers.size() == sent.size()) {
            whenComplete.run();
        }
    }

    void end() {
        if (ended) {
            return;
        }
        ended = true;
        List<Probed> probed = new ArrayList<>();
        for (Engine.ProbeSent probe : sent) {
            probed.add(new Probed(probe.node(), probe.hops(), Optional.ofNullable(answers.get(probe.number()))));
        }
        callbacks.execute(() -> result.complete(probed));
    }
}
