package dev.weft.cli;

import dev.weft.EndpointStatus;
import dev.weft.LinkStatus;
import dev.weft.Mesh;
import dev.weft.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the joining node's counters and links. */
@Command(name = "stats", mixinStandardHelpOptions = true, description = "Show counters and links.")
final class StatsCommand implements Callable<Integer> {
    @Mixin
    JoinOptions join = new JoinOptions();

    @Option(names = "--json", description = "One object; default tables.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (Mesh mesh = join.joinBriefly()) {
            Statistics statistics = mesh.statistics();
            if (json) {
                System.out.println(object(statistics));
            } else {
                print(statistics);
            }
        }
        return ExitCode.OK.code();
    }

    private static void print(Statistics statistics) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("sent", Long.toString(statistics.sent())));
        rows.add(List.of("in flight", Long.toString(statistics.inFlight())));
        statistics
                .outcomes()
                .forEach(
                        (kind, count) -> rows.add(List.of(kind.name().toLowerCase(Locale.ROOT), Long.toString(count))));
        rows.add(List.of("received", Long.toString(statistics.received())));
        rows.add(List.of("refused", Long.toString(statistics.refused())));
        rows.add(List.of("forwarded", Long.toString(statistics.forwarded())));
        statistics.counters().forEach((name, count) -> rows.add(List.of(name, Long.toString(count))));
        Text.columns(rows).forEach(System.out::println);
        List<List<String>> links = new ArrayList<>();
        links.add(List.of("LINK", "BY", "RTT", "MIN", "VARIES", "CLOCK", "DRIFT", "IN", "OUT", "QUEUED", "DROPPED"));
        for (LinkStatus link : statistics.links()) {
            links.add(List.of(
                    link.peer().brief(),
                    link.locator().scheme(),
                    Text.millis(link.roundTrip()),
                    Text.millis(link.roundTripMin()),
                    Text.millis(link.roundTripVariation()),
                    Text.millis(link.clockOffset()),
                    String.format(Locale.ROOT, "%.3f ppm", link.clockDriftPartsPerBillion() / 1e3),
                    link.framesIn() + " frames, " + link.bytesIn() + " B",
                    link.framesOut() + " frames, " + link.bytesOut() + " B",
                    Integer.toString(link.queuedFrames()),
                    dropped(link.dropped(), link.drops())));
        }
        Statistics.LinkSums sums = statistics.linkSums();
        links.add(List.of(
                "all",
                "",
                "",
                "",
                "",
                "",
                "",
                sums.framesIn() + " frames, " + sums.bytesIn() + " B",
                sums.framesOut() + " frames, " + sums.bytesOut() + " B",
                Integer.toString(sums.queuedFrames()),
                dropped(sums.dropped(), sums.drops())));
        System.out.println();
        Text.columns(links).forEach(System.out::println);
        System.out.println();
        Text.columns(endpoints(statistics)).forEach(System.out::println);
        System.out.println();
        Text.columns(rates(statistics)).forEach(System.out::println);
    }

    private static List<List<String>> endpoints(Statistics statistics) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ENDPOINT", "KIND", "RECEIVED", "REFUSED", "HELD"));
        for (EndpointStatus endpoint : statistics.endpoints()) {
            rows.add(List.of(
                    endpoint.name(),
                    endpoint.kind().name().toLowerCase(Locale.ROOT),
                    Long.toString(endpoint.received()),
                    Long.toString(endpoint.refused()),
                    endpoint.heldBytes() + " B"));
        }
        rows.add(List.of(
                "closed or none",
                "",
                Long.toString(statistics.elsewhere().received()),
                Long.toString(statistics.elsewhere().refused()),
                ""));
        return rows;
    }

    private static String dropped(long sum, Map<LinkStatus.Drop, Long> drops) {
        List<String> reasons = new ArrayList<>();
        drops.forEach((reason, count) -> {
            if (count > 0) {
                reasons.add(count + " " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            }
        });
        return reasons.isEmpty() ? "0" : sum + " (" + String.join(", ", reasons) + ")";
    }

    private static Map<String, Long> byReason(Map<LinkStatus.Drop, Long> drops) {
        Map<String, Long> named = new LinkedHashMap<>();
        drops.forEach((reason, count) ->
                named.put(reason.name().toLowerCase(Locale.ROOT).replace('_', '-'), count));
        return named;
    }

    /** Each interval of 10 s that is over, the latest first. */
    private static List<List<String>> rates(Statistics statistics) {
        List<List<String>> rows = new ArrayList<>();
        List<String> heading = new ArrayList<>(List.of("BYTES/S", ""));
        long seconds = LinkStatus.Rates.INTERVAL.toSeconds();
        for (int i = 0; i < LinkStatus.Rates.INTERVALS; i++) {
            heading.add("-" + i * seconds + ".." + (i + 1) * seconds + "s");
        }
        rows.add(heading);
        for (LinkStatus link : statistics.links()) {
            rows.add(rate(link.peer().brief(), "in", link.rates().in()));
            rows.add(rate(link.peer().brief(), "out", link.rates().out()));
        }
        rows.add(rate("all", "in", statistics.linkSums().rates().in()));
        rows.add(rate("all", "out", statistics.linkSums().rates().out()));
        return rows;
    }

    private static List<String> rate(String link, String direction, List<Long> rates) {
        List<String> row = new ArrayList<>(List.of(link, direction));
        rates.forEach(rate -> row.add(Long.toString(rate)));
        return row;
    }

    private static Json object(Statistics.LinkSums sums) {
        return new Json()
                .put("framesIn", sums.framesIn())
                .put("framesOut", sums.framesOut())
                .put("bytesIn", sums.bytesIn())
                .put("bytesOut", sums.bytesOut())
                .put("queuedFrames", sums.queuedFrames())
                .put("dropped", sums.dropped())
                .put("drops", byReason(sums.drops()))
                .put("bytesInPerSecond", sums.rates().in())
                .put("bytesOutPerSecond", sums.rates().out());
    }

    private static Json object(Statistics statistics) {
        Map<String, Object> outcomes = new LinkedHashMap<>();
        statistics.outcomes().forEach((kind, count) -> outcomes.put(kind.name().toLowerCase(Locale.ROOT), count));
        return new Json()
                .put("sent", statistics.sent())
                .put("inFlight", statistics.inFlight())
                .put("outcomes", outcomes)
                .put("received", statistics.received())
                .put("refused", statistics.refused())
                .put("forwarded", statistics.forwarded())
                .put("counters", statistics.counters())
                .put(
                        "links",
                        statistics.links().stream()
                                .map(link -> new Json()
                                        .put("peer", link.peer().toString())
                                        .put("locator", link.locator().toString())
                                        .put("rttMicros", link.roundTrip().toNanos() / 1_000)
                                        .put("rttMinMicros", link.roundTripMin().toNanos() / 1_000)
                                        .put(
                                                "rttVariationMicros",
                                                link.roundTripVariation().toNanos() / 1_000)
                                        .put(
                                                "clockOffsetMicros",
                                                link.clockOffset().toNanos() / 1_000)
                                        .put("clockDriftPartsPerBillion", link.clockDriftPartsPerBillion())
                                        .put("framesIn", link.framesIn())
                                        .put("framesOut", link.framesOut())
                                        .put("bytesIn", link.bytesIn())
                                        .put("bytesOut", link.bytesOut())
                                        .put("queuedFrames", link.queuedFrames())
                                        .put("dropped", link.dropped())
                                        .put("drops", byReason(link.drops()))
                                        .put("bytesInPerSecond", link.rates().in())
                                        .put("bytesOutPerSecond", link.rates().out()))
                                .toList())
                .put("linkSums", object(statistics.linkSums()))
                .put(
                        "endpoints",
                        statistics.endpoints().stream()
                                .map(endpoint -> new Json()
                                        .put("name", endpoint.name())
                                        .put("kind", endpoint.kind().name().toLowerCase(Locale.ROOT))
                                        .put("received", endpoint.received())
                                        .put("refused", endpoint.refused())
                                        .put("heldBytes", endpoint.heldBytes()))
                                .toList())
                .put(
                        "elsewhere",
                        new Json()
                                .put("received", statistics.elsewhere().received())
                                .put("refused", statistics.elsewhere().refused()));
    }
}
