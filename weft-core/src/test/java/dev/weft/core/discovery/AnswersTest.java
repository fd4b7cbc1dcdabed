package dev.weft.core.discovery;

import static dev.weft.core.discovery.DiscoveryLab.MILLI;
import static dev.weft.core.discovery.DiscoveryLab.SECOND;
import static dev.weft.core.discovery.DiscoveryLab.beacon;
import static dev.weft.core.discovery.DiscoveryLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.discovery.DiscoveryLab.Node;
import dev.weft.core.discovery.DiscoveryLab.Said;
import dev.weft.core.wire.Beacon;
import dev.weft.core.wire.Beacon.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private final DiscoveryLab lab = new DiscoveryLab(1);

    @Test
    void answerComesWithinAMomentWhereFewAreKnownAndIsSpreadWhereManyAre() {
        for (long seed = 1; seed <= 50; seed++) {
            for (int others : new int[] {1, 300, 2_000}) {
                DiscoveryLab seeded = new DiscoveryLab(seed);
                Node node = seeded.add();
                for (int i = 0; i < others; i++) {
                    node.hear(beacon(Kind.BEACON, id(1_000 + i)), "10.9.9.9");
                }
                node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9.9.9");
                seeded.runFor(3 * SECOND);
                List<Said> answers =
                        node.said.stream().filter(said -> said.to().isPresent()).toList();
                assertThat(answers).as("seed %d", seed).hasSize(1);
                long spread = others == 1 ? 20 * MILLI : Math.min(2 * SECOND, others * (5 * MILLI));
                assertThat(answers.get(0).atNanos()).as("seed %d", seed).isLessThanOrEqualTo(spread);
                assertThat(answers.get(0).to()).contains("10.9.9.9");
            }
        }
    }

    @Test
    void oneSourceIsAnsweredOnceInFiveSeconds() {
        Node node = lab.add();
        for (int i = 0; i < 600; i++) {
            node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9.9.9");
            lab.runFor(100 * MILLI);
        }
        long answers = node.said.stream().filter(said -> said.to().isPresent()).count();
        assertThat(answers).isBetween(11L, 12L);
    }

    @Test
    void whoWasToldAloneIsStillAnsweredWhenItsHostAsksForASignOfLife() {
        Node node = lab.add();
        node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9.9.9");
        lab.runFor(100 * MILLI);
        node.hear(beacon(Kind.PING, id(1_001), node.id), "10.9.9.9");
        lab.runFor(100 * MILLI);
        assertThat(node.said).extracting(Said::to).containsExactly(Optional.of("10.9.9.9"), Optional.empty());
    }

    @Test
    void signsOfLifeForOneSourceAreGivenOnceInFiveSecondsToo() {
        Node node = lab.add();
        for (int i = 0; i < 100; i++) {
            node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9.9.9");
            node.hear(beacon(Kind.PING, id(1_000), node.id), "10.9.9.9");
            lab.runFor(100 * MILLI);
        }
        assertThat(node.said.stream().filter(said -> said.to().isPresent()).count())
                .isBetween(2L, 3L);
        assertThat(node.said.stream().filter(said -> said.to().isEmpty()).count())
                .isBetween(2L, 3L);
    }

    @Test
    void questionsUnderForgedSourcesAreAnsweredAtABoundedRate() {
        Node node = lab.add();
        lab.runFor(100 * SECOND);
        for (int i = 0; i < 10_000; i++) {
            node.hear(beacon(Kind.DISCOVERY, id(1_000)), "10.9." + i / 250 + "." + i % 250);
            lab.runFor(MILLI);
        }
        lab.runFor(20 * SECOND);
        long answers = node.said.stream().filter(said -> said.to().isPresent()).count();
        // A burst of 20 and 10 in each of the 10 seconds.
        assertThat(answers).isBetween(100L, 121L);
    }

    @Test
    void answerIsNeverLargerThanItsQuestion() {
        Node node = lab.add();
        List<Locator> long8 = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            long8.add(Locator.parse("unix//" + "p".repeat(190) + i));
        }
        node.discovery.start(long8, 0);
        ByteView question = beacon(Kind.DISCOVERY, id(1_000)).encode(Beacon.BYTES_MAX);
        node.discovery.handleBeacon(question, "10.9.9.9", 0);
        lab.runFor(SECOND);
        Said answer = node.said.get(node.said.size() - 1);
        assertThat(answer.to()).isPresent();
        assertThat(answer.bytes()).isLessThanOrEqualTo(question.length());
        assertThat(answer.beacon().locators()).hasSize(2);
    }

    @Test
    void questionThatIsTooShortIsNotAnswered() {
        Node node = lab.add();
        ByteView question = beacon(Kind.DISCOVERY, id(1_000)).encode(Beacon.BYTES_MAX);
        node.discovery.handleBeacon(question.slice(0, 511), "10.9.9.9", 0);
        lab.runFor(10 * SECOND);
        assertThat(node.said).isEmpty();
        assertThat(node.discovery.nodes()).containsExactly(id(1_000));
    }
}
