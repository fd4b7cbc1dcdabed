package dev.weft.fuzz;

import dev.weft.core.base.ByteView;
import dev.weft.core.topology.Edition;
import dev.weft.core.wire.Abort;
import dev.weft.core.wire.Accept;
import dev.weft.core.wire.Ack;
import dev.weft.core.wire.Adjacencies;
import dev.weft.core.wire.Advance;
import dev.weft.core.wire.CastHeard;
import dev.weft.core.wire.Close;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Digest;
import dev.weft.core.wire.Flood;
import dev.weft.core.wire.FloodAck;
import dev.weft.core.wire.FloodWant;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.GroupAck;
import dev.weft.core.wire.GroupAdvance;
import dev.weft.core.wire.GroupData;
import dev.weft.core.wire.GroupKey;
import dev.weft.core.wire.GroupKeyWant;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.Lsa;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.NodeRecord;
import dev.weft.core.wire.Peers;
import dev.weft.core.wire.Ping;
import dev.weft.core.wire.Pong;
import dev.weft.core.wire.Probe;
import dev.weft.core.wire.ProbeReply;
import dev.weft.core.wire.Reset;
import dev.weft.core.wire.Revoked;
import dev.weft.core.wire.RouteError;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.SealAnswer;
import dev.weft.core.wire.SealRecord;
import dev.weft.core.wire.Sealed;
import dev.weft.core.wire.TreeFrame;
import dev.weft.core.wire.WireReader;

/** Reads frames as an engine does that they are meant for, with all their parts. */
final class Frames {
    private Frames() {}

    /** @param body what a routed frame carries; the frame itself for one of a link */
    record Read(Frame frame, Frame body) {}

    static Read read(ByteView bytes) throws MalformedFrame {
        WireReader in = new WireReader(bytes);
        FrameType type = FrameType.decode(in);
        if (type.scope() == FrameType.Scope.ROUTED) {
            RoutedFrame routed = RoutedFrame.decode(type, in);
            return new Read(routed, body(type, new WireReader(routed.body())));
        }
        if (type.scope() == FrameType.Scope.TREE) {
            TreeFrame tree = TreeFrame.decode(type, in);
            return new Read(tree, body(type, new WireReader(tree.body())));
        }
        Frame frame = body(type, in);
        return new Read(frame, frame);
    }

    private static Frame body(FrameType type, WireReader in) throws MalformedFrame {
        return switch (type) {
            case HELLO -> Hello.decode(in);
            case ACCEPT -> Accept.decode(in);
            case CLOSE -> Close.decode(in);
            case PING -> Ping.decode(in);
            case PONG -> Pong.decode(in);
            case PEERS -> Peers.decode(in);
            case FLOOD -> readable(Flood.decode(in));
            case FLOOD_ACK -> FloodAck.decode(in);
            case FLOOD_WANT -> FloodWant.decode(in);
            case CAST_HEARD -> CastHeard.decode(in);
            case DIGEST -> Digest.decode(in);
            case REVOKED -> Revoked.decode(in);
            case DATA -> Data.decode(in);
            case ACK -> Ack.decode(in);
            case ADVANCE -> Advance.decode(in);
            case ROUTE_ERROR -> RouteError.decode(in);
            case PROBE -> Probe.decode(in);
            case PROBE_REPLY -> ProbeReply.decode(in);
            case RESET -> Reset.decode(in);
            case GROUP_DATA -> GroupData.decode(in);
            case GROUP_ACK -> GroupAck.decode(in);
            case GROUP_ADVANCE -> GroupAdvance.decode(in);
            case ABORT -> Abort.decode(in);
            case GROUP_KEY -> GroupKey.decode(in);
            case GROUP_KEY_WANT -> GroupKeyWant.decode(in);
            case SEALED, SEALED_CONTROL -> Sealed.decode(type, in);
            case SEAL_ANSWER -> SealAnswer.decode(in);
        };
    }

    private static Flood readable(Flood flood) throws MalformedFrame {
        for (Flood.Item item : flood.items()) {
            Lsa lsa = item.lsa();
            Edition.read(lsa);
            switch (lsa.key().kind()) {
                case ADJACENCY -> Advertisements.checkAdjacencies(Adjacencies.decode(lsa.content()));
                case CREDENTIAL -> {}
                case NODE -> Advertisements.checkRecord(NodeRecord.decode(lsa.content()));
                case SEAL -> Advertisements.checkSeal(SealRecord.decode(lsa.content()));
            }
        }
        return flood;
    }
}
