package dev.weft.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.SocketKind;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.WireReader;
import dev.weft.core.wire.WireWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands around a message for many is altered by who passes it on: where nodes seal, no member misses any for it. */
class GroupForgeryTest {
    private static final long SECOND = GroupLab.SECOND;
    private static final long MILLI = GroupLab.MILLI;

    /** What the relay makes of the first copy of each message. */
    // A Function may keep something, which the checker cannot see; these capture nothing.
    @SuppressWarnings("ImmutableEnumChecker")
    private enum Forgery {
        ANOTHER_NUMBER(data -> data(data, data.flow(), data.message() + 1, data.lag(), data.name())),
        ANOTHER_FLOW(data -> data(data, data.flow() + 1, data.message(), data.lag(), data.name())),
        ALL_BELOW_GIVEN_UP(data -> data(data, data.flow(), data.message(), 0, data.name())),
        FAR_AHEAD(data -> data(data, data.flow(), data.message() + 500, 0, data.name())),
        ANOTHER_NAME(data -> data(
                data,
                data.flow(),
                data.message(),
                data.lag(),
                data.name().map(name -> name.with(GroupName.Sealing.PLAIN)))),
        ANOTHER_KIND(data -> data(
                data,
                data.flow(),
                data.message(),
                data.lag(),
                data.name()
                        .map(name -> new GroupName(
                                name.scope(),
                                SocketKind.DGRAM,
                                name.whenFull(),
                                name.sealing(),
                                name.group(),
                                name.endpoint())))),
        A_QUESTION_FROM_AHEAD(data -> new GroupAdvance(data.flow(), data.message() + 500, 0));

        private final Function<GroupData, Frame> maker;

        Forgery(Function<GroupData, Frame> maker) {
            this.maker = maker;
        }

        private static GroupData data(GroupData of, long flow, long message, long lag, Optional<GroupName> name) {
            return new GroupData(flow, message, lag, name, of.index(), of.count(), of.messageBytes(), of.payload());
        }

        private Frame of(Frame frame) {
            return of(frame, maker);
        }

        private static Frame of(Frame frame, Function<GroupData, Frame> maker) {
            if (frame.type() != FrameType.GROUP_DATA || !(frame instanceof TreeFrame tree)) {
                return frame;
            }
            try {
                Frame body = maker.apply(GroupData.decode(new WireReader(tree.body())));
                WireWriter out = new WireWriter();
                body.encodeBody(out);
                return new TreeFrame(body.type(), tree.header(), out.view());
            } catch (MalformedFrame e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Forgery.class)
    void whatTheRelayAltersComesAgainAndIsTaken(Forgery forgery) {
        for (SocketKind kind : List.of(SocketKind.RDM, SocketKind.SEQPACKET)) {
            GroupLab lab = GroupLab.sealedBehindOneRelay();
            int[] copies = new int[1];
            // Every other copy to the member is altered, so that each message comes unaltered too.
            lab.tampering = (from, to, frame) ->
                    to == 2 && frame.type() == FrameType.GROUP_DATA && copies[0]++ % 2 == 0 ? forgery.of(frame) : frame;
            List<String> sent = List.of("a", "b", "c", "d", "e");
            for (String text : sent) {
                lab.send(kind, text, 60 * SECOND, 2, 3);
                lab.run(20 * MILLI);
            }
            lab.run(60 * SECOND);
            assertThat(lab.nodes.get(3).received).as("%s", kind).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(lab.nodes.get(2).received).as("%s", kind).containsExactlyInAnyOrderElementsOf(sent);
            if (kind == SocketKind.SEQPACKET) {
                assertThat(lab.nodes.get(2).received).containsExactlyElementsOf(sent);
            }
            assertThat(lab.nodes.get(2).missed).isZero();
            assertThat(lab.ended).hasSize(sent.size());
            for (long ticket : lab.ended) {
                assertThat(lab.outcome(ticket, 2).isDelivered()).isTrue();
            }
        }
    }

    @Test
    void flowsThatTheRelayInventsLeaveRoomForThoseThatTheirSenderOpens() {
        GroupLab lab = GroupLab.sealedBehindOneRelay(GroupLab.config(1));
        long[] flow = {1_000};
        // All that the member gets for a while is of flows that there are not, far more than it keeps.
        lab.tampering = (from, to, frame) -> to == 2 && lab.nowNanos < SECOND / 2
                ? Forgery.of(frame, data -> Forgery.data(data, flow[0]++, data.message(), data.lag(), data.name()))
                : frame;
        for (int i = 0; i < 40; i++) {
            lab.send(SocketKind.RDM, "m" + i, 60 * SECOND, 2, 3);
            lab.run(10 * MILLI);
        }
        assertThat(flow[0]).isGreaterThan(1_008);
        lab.run(60 * SECOND);
        assertThat(lab.nodes.get(2).received).hasSize(40);
        assertThat(lab.ended)
                .hasSize(40)
                .allSatisfy(ticket ->
                        assertThat(lab.outcome(ticket, 2).isDelivered()).isTrue());
    }

    @Test
    void aMemberSkipsNothingUntilItsSenderHasSaidSoItself() {
        GroupLab lab = GroupLab.sealedBehindOneRelay();
        GroupLab.Node member = lab.nodes.get(2);
        member.isToldFloors = false;
        lab.send(SocketKind.SEQPACKET, "first", SECOND, 2, 3);
        lab.run(SECOND);
        lab.silent.add(GroupLab.link(1, 2));
        lab.send(SocketKind.SEQPACKET, "lost", 300 * MILLI, 2, 3);
        lab.run(SECOND);
        lab.silent.clear();
        lab.send(SocketKind.SEQPACKET, "kept", 60 * SECOND, 2, 3);
        lab.run(SECOND);
        assertThat(member.received).containsExactly("first");
        assertThat(member.wants).isBetween(2, 40);
        member.isToldFloors = true;
        lab.run(SECOND);
        assertThat(member.received).containsExactly("first", "kept");
        assertThat(member.missed).isEqualTo(1);
    }
}
