package dev.weft.core.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ByteViewTest {
    private static final ByteView DIGITS = ByteView.utf8("0123456789");

    @Test
    void sliceOfASliceSeesTheSameBytes() {
        ByteView slice = DIGITS.slice(2, 6).slice(1, 3);
        assertThat(slice.utf8()).isEqualTo("345");
        assertThat(slice.at(2)).isEqualTo((byte) '5');
        assertThat(slice.toByteArray()).containsExactly('3', '4', '5');
        assertThat(DIGITS.slice(10, 0).isEmpty()).isTrue();
    }

    @Test
    void eightBytesAreANumberWithTheFirstAsTheHighest() {
        ByteView view = ByteView.of(new byte[] {9, 1, 2, 3, 4, 5, 6, 7, 8, 9}).slice(1, 8);
        assertThat(view.longAt(0)).isEqualTo(0x0102030405060708L);
        assertThatThrownBy(() -> view.longAt(1)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> view.longAt(-1)).isInstanceOf(InvariantError.class);
    }

    @Test
    void viewsAreEqualByTheirBytesAndNotByWhereTheyLie() {
        ByteView here = ByteView.utf8("xabcx").slice(1, 3);
        ByteView there = ByteView.utf8("abc");
        assertThat(here).isEqualTo(there).hasSameHashCodeAs(there);
        assertThat(here.hash64()).isEqualTo(there.hash64());
        assertThat(here).isNotEqualTo(ByteView.utf8("abd")).isNotEqualTo(ByteView.utf8("ab"));
        assertThat(ByteView.of(new byte[1]).hash64())
                .isNotEqualTo(ByteView.of(new byte[2]).hash64());
    }

    @Test
    void reachingBeyondAViewIsRefusedEvenWhereItsArrayGoesOn() {
        ByteView slice = DIGITS.slice(2, 3);
        assertThatThrownBy(() -> slice.at(3)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> slice.at(-1)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> slice.slice(1, 3)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> slice.slice(-1, 1)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> slice.slice(4, 0)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> slice.slice(1, Integer.MAX_VALUE)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> ByteView.of(new byte[4], 3, 2)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> ByteView.of(new byte[4], Integer.MAX_VALUE, 2)).isInstanceOf(InvariantError.class);
    }

    @Test
    void compactingFreesALargeArrayAndKeepsASmallOne() {
        ByteView small = ByteView.of(new byte[1_000]).slice(10, 20);
        assertThat(small.compact()).isEqualTo(small).isNotSameAs(small);
        ByteView most = ByteView.of(new byte[1_000]).slice(10, 900);
        assertThat(most.compact()).isSameAs(most);
    }

    @Test
    void copyGoesWhereItIsTold() {
        byte[] target = new byte[6];
        DIGITS.slice(4, 3).copyTo(target, 2);
        assertThat(target).containsExactly(0, 0, '4', '5', '6', 0);
    }

    @Test
    void textOfALongViewIsCutShort() {
        assertThat(ByteView.of(new byte[] {1, (byte) 0xab})).hasToString("01ab");
        assertThat(ByteView.of(new byte[65]).toString())
                .hasSize(128 + "… (65 bytes)".length())
                .endsWith("… (65 bytes)");
    }
}
