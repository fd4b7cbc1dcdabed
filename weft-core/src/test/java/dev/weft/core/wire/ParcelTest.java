package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Cases;
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
        Cases.check(
                1,
                5_000,
                prng -> Cases.list(prng, 60, draws -> draws.chance(500_000) ? draws.below(3) : draws.below(256)),
                octets -> {
                    byte[] bytes = new byte[octets.size()];
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = (byte) (int) octets.get(i);
                    }
                    try {
                        List<ByteView> messages = Parcel.decode(ByteView.of(bytes));
                        assertThat(messages).isNotEmpty();
                        assertThat(messages.stream().mapToInt(ByteView::length).sum())
                                .isLessThan(bytes.length);
                    } catch (MalformedFrame expected) {
                        assertThat(expected).hasMessageNotContaining("null");
                    }
                });
    }

    private static String hex(ByteView view) {
        return HexFormat.of().formatHex(view.toByteArray());
    }
}
