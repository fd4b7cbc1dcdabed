package dev.weft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Tells what the nodes of the demo say of each other, as they say it. Nodes are named by their ids there; what is said
 * of a node that has not given its name yet waits for that. Thread-safe: each node's lines come on a thread of its own.
 */
final class DemoFeed {
    private record Said(long atNanos, String by, String kind, String node, String detail) {}

    private final Consumer<String> printer;
    private final long beganNanos;
    private final TreeMap<String, String> names = new TreeMap<>();
    private final List<Said> waiting = new ArrayList<>();
    private boolean mute;

    DemoFeed(Consumer<String> printer, long beganNanos) {
        this.printer = printer;
        this.beganNanos = beganNanos;
    }

    /** A line {@code ready ID} or {@code event KIND ID DETAIL} of a node; others are none of its business. */
    synchronized void heard(String by, String line, long nowNanos) {
        String[] words = line.split(" ", 4);
        if (words[0].equals("ready") && words.length == 2) {
            names.put(words[1], by);
        } else if (words[0].equals("event") && words.length >= 3) {
            waiting.add(new Said(nowNanos, by, words[1], words[2], words.length > 3 ? words[3] : ""));
        }
        waiting.removeIf(said -> {
            String name = names.get(said.node());
            if (name != null && !mute) {
                text(said, name).ifPresent(printer);
            }
            return name != null;
        });
    }

    /** From here on nothing is told: nodes that leave have much to say. */
    synchronized void mute() {
        mute = true;
    }

    private Optional<String> text(Said said, String name) {
        String what = switch (said.kind()) {
            case "PEER_DISCOVERED" -> "discovers " + name + " " + said.detail();
            // Both ends say so; once is enough.
            case "LINK_UP" -> said.by().compareTo(name) < 0 ? "has a link to " + name : "";
            case "LINK_DOWN" -> "has lost its link to " + name;
            default -> "";
        };
        return what.isEmpty()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "   %6.3f s  %s %s", (said.atNanos() - beganNanos) / 1e9, said.by(), what));
    }
}
