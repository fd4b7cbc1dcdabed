package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Claim;
import dev.weft.core.socket.Endpoints;
import dev.weft.core.socket.GroupAcceptance;
import dev.weft.core.socket.GroupArrival;

/** An application that takes everything and listens to nothing; tests hear what they ask for. */
interface Unheard extends Engine.Output {
    @Override
    default void dial(long connection, Locator locator) {}

    @Override
    default void beacon(ByteView datagram) {}

    @Override
    default void beaconTo(String source, ByteView datagram) {}

    @Override
    default void deliver(long endpoint, Endpoints.Delivery delivery) {}

    @Override
    default GroupAcceptance deliverToGroup(GroupArrival arrival) {
        return GroupAcceptance.TAKEN;
    }

    @Override
    default void settledFor(long ticket, NodeId member, Outcome outcome) {}

    @Override
    default void groupSettled(long ticket) {}

    @Override
    default void accepted(long listener, long connection, NodeId from) {}

    @Override
    default void connected(long connection, Outcome outcome) {}

    @Override
    default Acceptance received(long connection, ByteView payload) {
        return Acceptance.TAKEN;
    }

    @Override
    default void inputEnded(long connection) {}

    @Override
    default void outputFinished(long connection) {}

    @Override
    default void outputRefused(long connection, int rejectedCount) {}

    @Override
    default void broken(long connection, Outcome.Reason reason) {}

    @Override
    default void settled(Claim claim, Outcome outcome) {}

    @Override
    default void probed(long probe, NodeId responder, int hops, long roundTripNanos) {}

    @Override
    default void trace(TraceEvent event) {}
}
