package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AcceptTest extends FrameContract<Accept> {
    @Override
    Accept golden() {
        return new Accept(0xfedcba9876543210L, 1);
    }

    @Override
    Accept decode(WireReader in) throws MalformedFrame {
        return Accept.decode(in);
    }

    @Test
    void instanceZeroIsNoInstance() {
        assertThatThrownBy(() -> new Accept(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
