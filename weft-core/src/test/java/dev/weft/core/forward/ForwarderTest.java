package dev.weft.core.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.forward.LinkQueue.Taken;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A relay called R with links to A by label 1, B by label 2 and C by label 3. */
class ForwarderTest {
    private static final NodeId R = new NodeId(9, 9);
    private static final NodeId A = new NodeId(1, 1);
    private static final NodeId B = new NodeId(2, 2);
    private static final NodeId C = new NodeId(3, 3);

    private record Out(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {}

    private final TreeMap<Integer, NodeId> labels = new TreeMap<>();
    private final List<Out> sent = new ArrayList<>();
    private final List<Arrival> arrived = new ArrayList<>();
    private Taken answer = Taken.QUEUED;
    private final Forwarder forwarder = new Forwarder(
            R,
            new Forwarder.Labels() {
                @Override
                public Optional<NodeId> neighborOf(int label) {
                    return Optional.ofNullable(labels.get(label));
                }

                @Override
                public int labelOf(NodeId neighbor) {
                    return labels.entrySet().stream()
                            .filter(entry -> entry.getValue().equals(neighbor))
                            .findFirst()
                            .orElseThrow()
                            .getKey();
                }
            },
            new Forwarder.Output() {
                @Override
                public void arrived(RoutedFrame frame, Arrival arrival) {
                    arrived.add(arrival);
                }

                @Override
                public Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {
                    sent.add(new Out(neighbor, frame, urgency));
                    return frame instanceof RoutedFrame routed && routed.type() == FrameType.ROUTE_ERROR
                            ? Taken.QUEUED
                            : answer;
                }
            });

    ForwarderTest() {
        labels.put(1, A);
        labels.put(2, B);
        labels.put(3, C);
    }

    private RouteError errorTo(NodeId neighbor) throws Exception {
        Out last = sent.get(sent.size() - 1);
        assertThat(last.neighbor()).isEqualTo(neighbor);
        RoutedFrame routed = (RoutedFrame) last.frame();
        assertThat(routed.type()).isEqualTo(FrameType.ROUTE_ERROR);
        return RouteError.decode(new WireReader(routed.body()));
    }

    @Test
    void aFrameAtTheEndOfItsRouteHasArrived() {
        forwarder.handle(A, RoutedFrame.of(RouteHeader.DIRECT, new Probe(5)));
        assertThat(arrived).hasSize(1);
        assertThat(sent).isEmpty();
    }

    @Test
    void aFrameGoesOnOverTheLinkThatItsLabelNamesAndRemembersTheWayBack() {
        forwarder.handle(A, RoutedFrame.of(RouteHeader.along(2, 7), new Probe(5)));
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).neighbor()).isEqualTo(B);
        RouteHeader onward = ((RoutedFrame) sent.get(0).frame()).route();
        assertThat(onward.nextLabel()).isEqualTo(7);
        assertThat(onward.back().nextLabel()).as("R's own label for A").isEqualTo(1);
        assertThat(forwarder.forwardedCount()).isEqualTo(1);
    }

    @Test
    void anUnknownLabelIsReportedToTheOriginAtOnce() throws Exception {
        forwarder.handle(A, RoutedFrame.of(RouteHeader.along(8), new Probe(5)));
        RouteError error = errorTo(A);
        assertThat(error.reason()).isEqualTo(RouteError.Reason.NO_LINK);
        assertThat(error.reporter()).isEqualTo(R);
        assertThat(error.failedLabel()).isEqualTo(8);
    }

    @Test
    void aFrameIsNeverSentBackToWhereItCameFrom() throws Exception {
        forwarder.handle(A, RoutedFrame.of(RouteHeader.along(1), new Probe(5)));
        assertThat(errorTo(A).reason()).isEqualTo(RouteError.Reason.LOOP);
    }

    @Test
    void aFullQueueIsReportedAndNothingIsDroppedInSilence() throws Exception {
        answer = Taken.FULL;
        forwarder.handle(A, RoutedFrame.of(RouteHeader.along(2), new Probe(5)));
        assertThat(errorTo(A).reason()).isEqualTo(RouteError.Reason.QUEUE_FULL);
        assertThat(forwarder.refusedCount()).isEqualTo(1);
    }

    @Test
    void errorsAreNotReportedAboutAnswers() {
        Ack ack = new Ack(1, 1, 1, 1, 1, 1, 0, 1, List.of(), List.of());
        forwarder.handle(A, RoutedFrame.of(RouteHeader.along(8), ack));
        assertThat(sent).isEmpty();
        assertThat(forwarder.refusedCount()).isEqualTo(1);
    }

    /** Three relays in a ring, and a frame whose maker has it go round and round: docs/decisions/0022. */
    @Test
    void aFrameThatIsSentInCirclesCrossesNoMoreThan64LinksAndComesToAnEnd() {
        List<NodeId> ring = List.of(A, B, C);
        List<Forwarder> relays = new ArrayList<>();
        ArrayDeque<Runnable> underWay = new ArrayDeque<>();
        int[] crossed = new int[1];
        List<Arrival> ends = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int self = i;
            relays.add(new Forwarder(
                    ring.get(i),
                    new Forwarder.Labels() {
                        @Override
                        public Optional<NodeId> neighborOf(int label) {
                            return Optional.of(ring.get((self + (label == 1 ? 1 : 2)) % 3));
                        }

                        @Override
                        public int labelOf(NodeId neighbor) {
                            return neighbor.equals(ring.get((self + 1) % 3)) ? 1 : 2;
                        }
                    },
                    new Forwarder.Output() {
                        @Override
                        public void arrived(RoutedFrame frame, Arrival arrival) {
                            ends.add(arrival);
                        }

                        @Override
                        public Taken send(NodeId neighbor, Frame frame, LinkQueue.Urgency urgency) {
                            crossed[0]++;
                            underWay.add(() ->
                                    relays.get(ring.indexOf(neighbor)).handle(ring.get(self), (RoutedFrame) frame));
                            return Taken.QUEUED;
                        }
                    }));
        }
        int[] round = new int[RouteHeader.LABELS_MAX];
        Arrays.fill(round, 1);
        relays.get(0).handle(C, RoutedFrame.of(RouteHeader.along(round), new Probe(5)));
        for (Runnable next = underWay.poll(); next != null; next = underWay.poll()) {
            next.run();
        }
        assertThat(crossed[0]).isEqualTo(RouteHeader.LABELS_MAX);
        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).hops()).isEqualTo(1 + RouteHeader.LABELS_MAX);
    }

    @Test
    void moreLabelsThanARouteMayHaveAreNoRoute() {
        assertThatThrownBy(() -> RouteHeader.along(new int[RouteHeader.LABELS_MAX + 1]))
                .hasMessageContaining("64");
        ByteView header = new WireWriter().u8(40).u8(24).view();
        assertThatThrownBy(() -> RouteHeader.decode(new WireReader(header))).hasMessageContaining("at most 63");
    }
}
