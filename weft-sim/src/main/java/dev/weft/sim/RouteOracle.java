package dev.weft.sim;

import dev.weft.NodeId;
import dev.weft.core.engine.Engine;
import dev.weft.core.route.Route;
import dev.weft.core.wire.Adjacencies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What routes ought to cost, computed another way than nodes do: from what each node itself says of its links, by
 * relaxing every link until nothing gets shorter (Bellman 1958).
 */
final class RouteOracle {
    private static final long FAR = Long.MAX_VALUE / 2;

    private record Hop(int from, int to, long cost) {}

    private final List<SimNode> nodes;
    private final List<Hop> hops = new ArrayList<>();

    RouteOracle(List<SimNode> nodes) {
        this.nodes = nodes;
        Map<NodeId, Integer> numbers = new LinkedHashMap<>();
        for (int number = 0; number < nodes.size(); number++) {
            numbers.put(nodes.get(number).id(), number);
        }
        for (int from = 0; from < nodes.size(); from++) {
            for (Adjacencies.Adjacency link : announced(from)) {
                Integer to = numbers.get(link.neighbor());
                NodeId back = nodes.get(from).id();
                if (to != null
                        && announced(to).stream()
                                .anyMatch(their -> their.neighbor().equals(back))) {
                    hops.add(new Hop(from, to, link.cost()));
                }
            }
        }
    }

    private List<Adjacencies.Adjacency> announced(int number) {
        SimNode node = nodes.get(number);
        Engine engine = node.engine();
        return engine == null ? List.of() : engine.lsdb().adjacenciesOf(node.id());
    }

    /** What is wrong with the routes of one node. */
    List<String> wrongRoutesOf(SimNode node) {
        int source = nodes.indexOf(node);
        long[] cost = new long[nodes.size()];
        Arrays.fill(cost, FAR);
        cost[source] = 0;
        boolean shorter = true;
        while (shorter) {
            shorter = false;
            for (Hop hop : hops) {
                if (cost[hop.from] + hop.cost < cost[hop.to]) {
                    cost[hop.to] = cost[hop.from] + hop.cost;
                    shorter = true;
                }
            }
        }
        List<String> wrong = new ArrayList<>();
        Engine engine = node.engine();
        for (int target = 0; engine != null && target < nodes.size(); target++) {
            if (target != source) {
                Optional<Route> route = engine.route(nodes.get(target).id());
                long theirs = route.map(Route::cost).orElse(FAR);
                if (theirs != cost[target]) {
                    wrong.add("node " + node.index + " reaches node " + nodes.get(target).index
                            + " at a cost of " + (theirs == FAR ? "nothing, for it has no route" : theirs)
                            + ", and it ought to be " + cost[target]);
                }
            }
        }
        return wrong;
    }
}
