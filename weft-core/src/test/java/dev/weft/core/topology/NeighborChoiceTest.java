package dev.weft.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.Prng;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NeighborChoiceTest {
    private static List<NodeId> nodes(Prng prng, int count) {
        TreeSet<NodeId> nodes = new TreeSet<>();
        while (nodes.size() < count) {
            nodes.add(new NodeId(prng.nextLong(), prng.nextLong()));
        }
        return new ArrayList<>(nodes);
    }

    private static SortedSet<NodeId> choose(NodeId self, TreeMap<NodeId, Long> costs) {
        return NeighborChoice.choose(self, List.copyOf(costs.keySet()), costs::get);
    }

    /** What every node chooses; costs where {@code isMeasured}, from two sites far apart. */
    private static TreeMap<NodeId, SortedSet<NodeId>> choices(List<NodeId> nodes, boolean isMeasured) {
        TreeMap<NodeId, SortedSet<NodeId>> choices = new TreeMap<>();
        for (NodeId self : nodes) {
            TreeMap<NodeId, Long> candidates = new TreeMap<>();
            for (NodeId other : nodes) {
                if (!other.equals(self)) {
                    boolean near = (self.low() & 1) == (other.low() & 1);
                    candidates.put(other, isMeasured ? (near ? 1_000L : 50_000L) : Long.MAX_VALUE);
                }
            }
            choices.put(self, choose(self, candidates));
        }
        return choices;
    }

    private static boolean isConnected(TreeMap<NodeId, SortedSet<NodeId>> choices) {
        TreeMap<NodeId, TreeSet<NodeId>> links = new TreeMap<>();
        choices.forEach((self, chosen) -> chosen.forEach(other -> {
            links.computeIfAbsent(self, any -> new TreeSet<>()).add(other);
            links.computeIfAbsent(other, any -> new TreeSet<>()).add(self);
        }));
        TreeSet<NodeId> reached = new TreeSet<>(List.of(choices.firstKey()));
        ArrayDeque<NodeId> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            for (NodeId next : links.getOrDefault(open.remove(), new TreeSet<>())) {
                if (reached.add(next)) {
                    open.add(next);
                }
            }
        }
        return reached.size() == choices.size();
    }

    @Test
    void everybodyLinksToEverybodyUpToSixteenNodes() {
        for (int count = 1; count <= 16; count++) {
            List<NodeId> nodes = nodes(new Prng(count), count);
            for (SortedSet<NodeId> chosen : choices(nodes, true).values()) {
                assertThat(chosen).hasSize(count - 1);
            }
        }
    }

    @Test
    void degreeGrowsWithTheLogarithm() {
        assertThat(NeighborChoice.degree(1)).isZero();
        assertThat(NeighborChoice.degree(16)).isEqualTo(15);
        assertThat(NeighborChoice.degree(17)).isEqualTo(8);
        assertThat(NeighborChoice.degree(256)).isEqualTo(8);
        assertThat(NeighborChoice.degree(1_024)).isEqualTo(8);
        assertThat(NeighborChoice.degree(1 << 20)).isEqualTo(18);
        for (int count = 17; count < 100_000; count++) {
            assertThat(NeighborChoice.degree(count + 1)).isGreaterThanOrEqualTo(NeighborChoice.degree(count));
        }
    }

    @Test
    void everyNodeChoosesAsManyAsItsDegree() {
        for (int count : new int[] {17, 33, 100, 500}) {
            List<NodeId> nodes = nodes(new Prng(count), count);
            choices(nodes, true)
                    .forEach((self, chosen) -> assertThat(chosen)
                            .hasSize(NeighborChoice.degree(count))
                            .doesNotContain(self));
        }
    }

    @Test
    void linksThatAnyEndWantsMakeOneMesh() {
        for (long seed = 1; seed <= 60; seed++) {
            Prng prng = new Prng(seed);
            int count = seed == 1 ? 17 : seed == 2 ? 500 : Math.toIntExact(prng.between(17, 200));
            List<NodeId> nodes = nodes(prng, count);
            assertThat(isConnected(choices(nodes, false)))
                    .as("seed %d, %d nodes", seed, count)
                    .isTrue();
            assertThat(isConnected(choices(nodes, true)))
                    .as("seed %d, two sites", seed)
                    .isTrue();
        }
    }

    @Test
    void halfOfTheLinksGoToTheNearest() {
        List<NodeId> nodes = nodes(new Prng(5), 100);
        choices(nodes, true).forEach((self, chosen) -> {
            long near = chosen.stream()
                    .filter(other -> (other.low() & 1) == (self.low() & 1))
                    .count();
            assertThat(near).isGreaterThanOrEqualTo(4);
        });
    }

    @Test
    void withinASiteNobodyIsNearerThanAnother() {
        List<NodeId> nodes = nodes(new Prng(6), 60);
        NodeId self = nodes.get(0);
        Prng prng = new Prng(7);
        TreeMap<NodeId, Long> equal = new TreeMap<>();
        TreeMap<NodeId, Long> measured = new TreeMap<>();
        for (NodeId other : nodes.subList(1, 60)) {
            equal.put(other, (long) LinkCost.HOP);
            measured.put(other, LinkCost.HOP + prng.between(50, 3_999));
        }
        assertThat(choose(self, measured)).isEqualTo(choose(self, equal));
    }

    @Test
    void oneNodeMoreChangesFewChoices() {
        for (long seed = 1; seed <= 20; seed++) {
            List<NodeId> more = nodes(new Prng(seed), 101);
            NodeId newcomer = more.get((int) (seed * 5 % 101));
            List<NodeId> fewer = new ArrayList<>(more);
            fewer.remove(newcomer);
            TreeMap<NodeId, SortedSet<NodeId>> before = choices(fewer, false);
            TreeMap<NodeId, SortedSet<NodeId>> after = choices(more, false);
            int dropped = 0;
            for (NodeId self : fewer) {
                TreeSet<NodeId> gone = new TreeSet<>(before.get(self));
                gone.removeAll(after.get(self));
                assertThat(gone.size()).as("seed %d", seed).isLessThanOrEqualTo(2);
                dropped += gone.size();
            }
            // Of 800 choices about 8 go to the newcomer, each in place of another.
            assertThat(dropped).as("seed %d", seed).isLessThanOrEqualTo(32);
        }
    }

    @Test
    void choiceIsAFunctionOfItsArguments() {
        for (long seed = 1; seed <= 10; seed++) {
            List<NodeId> nodes = nodes(new Prng(seed), 60);
            assertThat(choices(nodes, true)).as("seed %d", seed).isEqualTo(choices(nodes, true));
        }
    }
}
