package dev.weft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Secrecy;
import dev.weft.SocketKind;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.flow.Acceptance;
import dev.weft.core.flow.Manner;
import dev.weft.core.socket.Connections;
import dev.weft.core.wire.Bundle;
import dev.weft.core.wire.FlowLabel;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a connection is given of messages that came together. */
class BundlesToConnectionsTest {
    private static final FlowLabel FROM_ANOTHER = new FlowLabel(
            new NodeId(5, 5), 1, 1, Caller.self().node(), 1, SocketKind.SEQPACKET, WhenFull.WAIT, "there", 0);

    private final List<ByteView> received = new ArrayList<>();
    private final Connections connections = Caller.machines(new Unheard() {
                @Override
                public Acceptance received(long connection, ByteView payload) {
                    received.add(payload);
                    return Acceptance.TAKEN;
                }
            })
            .connections;

    /** Messages that are found by walking only, as those of a bundle are. */
    private static final class WalkedThrough extends AbstractList<ByteView> {
        private final List<ByteView> messages;
        private int walks;

        private WalkedThrough(List<ByteView> messages) {
            this.messages = messages;
        }

        @Override
        public ByteView get(int index) {
            throw new AssertionError("to find message " + index + " all before it are walked over");
        }

        @Override
        public Iterator<ByteView> iterator() {
            walks++;
            return messages.iterator();
        }

        @Override
        public int size() {
            return messages.size();
        }
    }

    @Test
    void aBundleIsWalkedThroughOnceHoweverManyMessagesItHas() {
        connections.listen("there", SocketKind.SEQPACKET, Manner.DEFAULT, 1);
        assertThat(connections.check(FROM_ANOTHER, Secrecy.BY_POLICY, 0)).isEqualTo(Acceptance.TAKEN);
        List<ByteView> messages = new ArrayList<>();
        for (int i = 0; i < Bundle.MESSAGES_MAX; i++) {
            messages.add(ByteView.utf8("message " + i));
        }
        WalkedThrough bundle = new WalkedThrough(messages);
        assertThat(connections.deliver(FROM_ANOTHER, bundle)).isEqualTo(Acceptance.TAKEN);
        assertThat(received).isEqualTo(messages);
        assertThat(bundle.walks).isEqualTo(1);
    }
}
