package dev.weft.cli;

import dev.weft.Locator;
import dev.weft.Mesh;
import dev.weft.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the nodes that can be reached. */
@Command(name = "peers", mixinStandardHelpOptions = true, description = "List the nodes of the mesh.")
final class PeersCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Option(names = "--json", description = "One object a line; default a table.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (Mesh mesh = join.joinBriefly()) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("NODE", "NAME", "HOPS", "RTT", "LOCATORS"));
            for (Peer peer : mesh.peers()) {
                if (json) {
                    System.out.println(object(peer));
                }
                rows.add(List.of(
                        peer.id().brief(),
                        Text.harmless(peer.name()),
                        peer.hops().isPresent() ? Integer.toString(peer.hops().getAsInt()) : "-",
                        peer.roundTrip().map(Text::millis).orElse("-"),
                        String.join(
                                " ",
                                peer.locators().stream()
                                        .map(locator -> Text.harmless(locator.toString()))
                                        .toList())));
            }
            if (!json) {
                Text.columns(rows).forEach(System.out::println);
            }
        }
        return ExitCode.OK.code();
    }

    static Json object(Peer peer) {
        return new Json()
                .put("id", peer.id().toString())
                .put("name", peer.name())
                .put("hostId", peer.hostId())
                .put("incarnation", peer.incarnation())
                .put("locators", peer.locators().stream().map(Locator::toString).toList())
                .put("groups", peer.groups())
                .put("tags", peer.tags())
                .put("attributes", peer.attributes())
                .put("receiveBitsPerSecond", peer.bandwidth().receiveBitsPerSecond())
                .put("sendBitsPerSecond", peer.bandwidth().sendBitsPerSecond())
                .put(
                        "rttMicros",
                        peer.roundTrip()
                                .<Object>map(rtt -> rtt.toNanos() / 1_000)
                                .orElse(Json.NULL))
                .put("hops", peer.hops().isPresent() ? (Object) peer.hops().getAsInt() : Json.NULL);
    }
}
