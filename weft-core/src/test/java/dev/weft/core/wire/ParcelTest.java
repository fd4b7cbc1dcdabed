package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One message for many, or several. */
class ParcelTest {
    private static final List<ByteView> THREE = List.of(ByteView.utf8("one"), ByteView.EMPTY, ByteView.utf8("three"));

    @Test
    void aParcelIsAsTheDocsSay() throws MalformedFrame {
        assertThat(hex(Parcel.encode(List.of(ByteView.utf8("one"))))).isEqualTo("006f6e65");
        assertThat(hex(Parcel.encode(List.of(ByteView.EMPTY)))).isEqualTo("00");
        assertThat(hex(Parcel.encode(THREE))).isEqualTo("01036f6e6500057468726565");
        assertThat(Parcel.decode(Parcel.encode(THREE))).isEqualTo(THREE);
        assertThat(Parcel.decode(Parcel.encode(List.of(ByteView.EMPTY)))).containsExactly(ByteView.EMPTY);
    }

    @Test
    void whatIsNoParcelIsMalformed() {
        for (String hex : List.of("", "02", "ff6f6e65", "01", "01036f6e65", "01036f6e6505746872")) {
            ByteView bytes = ByteView.of(HexFormat.of().parseHex(hex));
            assertThatThrownBy(() -> Parcel.decode(bytes)).as(hex).isInstanceOf(MalformedFrame.class);
        }
    }

    @Test
    void arbitraryBytesAreMalformedOrMessagesThatFitIn() {
        for (long seed = 1; seed <= 5_000; seed++) {
            Prng prng = new Prng(seed);
            byte[] bytes = new byte[prng.below(60)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (prng.chance(500_000) ? prng.below(3) : prng.below(256));
            }
            try {
                List<ByteView> messages = Parcel.decode(ByteView.of(bytes));
                assertThat(messages).as("seed %d", seed).isNotEmpty();
                assertThat(messages.stream().mapToInt(ByteView::length).sum())
                        .as("seed %d", seed)
                        .isLessThan(bytes.length);
            } catch (MalformedFrame expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    private static String hex(ByteView view) {
        return HexFormat.of().formatHex(view.toByteArray());
    }
}
