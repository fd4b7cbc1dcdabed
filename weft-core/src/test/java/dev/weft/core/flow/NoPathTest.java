package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Routing;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.forward.Path;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.RouteHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sends whose destination has become unreachable. */
class NoPathTest {
    /** Too large to share a frame with another. */
    private static final ByteView PAYLOAD = ByteView.of(new byte[9_000]);

    private static final NodeId HERE = new NodeId(1, 1);
    private static final NodeId THERE = new NodeId(2, 2);
    private static final int QUEUED = 100_000;

    private Optional<Path> path = Optional.of(new Path(List.of(HERE, THERE), RouteHeader.DIRECT));
    /** The best way where there is none of those that are asked for in particular. */
    private Optional<Path> anyOther = Optional.empty();

    private final List<Frame> sent = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    private final Paths paths = new Paths() {
        @Override
        public Optional<Path> path(NodeId destination, Routing routing, Choice choice) {
            return routing.equals(Routing.BEST) ? path.or(() -> anyOther) : path;
        }

        @Override
        public boolean isBroken(Path asked) {
            return path.isEmpty();
        }

        @Override
        public long incarnationOf(NodeId node) {
            return 1;
        }
    };

    private final Sender sender = new Sender(HERE, 1, config(), paths, new Sender.Output() {
        @Override
        public void send(Path way, Manner manner, Frame frame) {
            sent.add(frame);
        }

        @Override
        public void settled(Send send, Outcome outcome) {
            outcomes.add(outcome);
        }

        @Override
        public void opened(long flow, Outcome outcome) {}

        @Override
        public void finished(long flow) {}

        @Override
        public void broken(long flow, Outcome.Reason reason) {}

        @Override
        public void refused(long flow, Outcome.Reason reason, int rejectedCount) {}
    });

    private static FlowConfig config() {
        FlowConfig base = FlowConfig.DEFAULT;
        return new FlowConfig(
                base.fragmentBytes(),
                base.windowBytes(),
                1,
                2L << 30,
                base.queuedMessagesMax(),
                base.flowsMax(),
                base.reassemblyBytesMax(),
                base.roomBytes(),
                base.retransmission());
    }

    @Test
    void whoGivesUpAConnectionForWantOfItsWayTellsTheOtherEndByAnother() {
        Manner pinned = new Manner(
                RouteHeader.PRIORITY_DEFAULT, WhenFull.WAIT, Manner.RETRIES_UNBOUNDED, Routing.via(new NodeId(3, 3)));
        long flow = sender.connect(THERE, SocketKind.SEQPACKET, "inbox", pinned, 1_000_000_000L, 0);
        path = Optional.empty();
        anyOther = Optional.of(new Path(List.of(HERE, new NodeId(4, 4), THERE), RouteHeader.DIRECT));
        sent.clear();
        sender.abort(flow, Outcome.Reason.NO_ROUTE, 1);
        sender.handleTime(1);
        assertThat(sent).singleElement().isInstanceOf(Abort.class);
    }

    @Test
    void everyDatagramThatWaitsForTheWindowIsUndeliverableOnceThePathHasGone() {
        for (long ticket = 0; ticket <= QUEUED; ticket++) {
            sender.send(
                    new Send(
                            Claim.of(ticket),
                            THERE,
                            "news",
                            SocketKind.DGRAM,
                            Manner.DEFAULT,
                            PAYLOAD,
                            60_000_000_000L),
                    0);
        }
        sender.flush(0);
        assertThat(sent).hasSize(1);
        Data first = (Data) sent.get(0);
        path = Optional.empty();
        sender.handleAck(
                new Ack(1, first.flow().label().orElseThrow().number(), 9, 1, 1, 0, 0, 1, List.of(), List.of()),
                1_000_000);
        assertThat(outcomes).hasSize(QUEUED + 1);
        assertThat(outcomes.get(0).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        assertThat(outcomes.subList(1, QUEUED + 1))
                .containsOnly(Outcome.of(Outcome.Kind.UNDELIVERABLE, Outcome.Reason.NO_ROUTE));
    }
}
