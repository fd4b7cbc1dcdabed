package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PingTest extends FrameContract<Ping> {
    @Override
    Ping golden() {
        return new Ping(300, 1_700_000_000_000_000_000L, 0x8000000000000001L, Interest.WANTED, Push.LAZY);
    }

    @Override
    Ping decode(WireReader in) throws MalformedFrame {
        return Ping.decode(in);
    }

    @Test
    void sequenceStartsAtOne() {
        assertThatThrownBy(() -> new Ping(0, 0, 0, Interest.WANTED, Push.EAGER))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyHashTravels() throws MalformedFrame {
        for (long hash : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            Ping ping = new Ping(1, 0, hash, Interest.UNWANTED, Push.EAGER);
            WireReader in = new WireReader(ping.encode());
            in.u8("type");
            assertThat(Ping.decode(in)).isEqualTo(ping);
        }
    }
}
