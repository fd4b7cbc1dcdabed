package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.MeshKey;
import dev.weft.core.base.ByteView;
import java.util.List;
import org.junit.jupiter.api.Test;

class CastSealTest {
    private static final ByteView HELLO = ByteView.utf8("hello, all of you");

    private final MeshKey key = MeshKey.random();
    private final CastSeal sender = new CastSeal(List.of(key));
    private final CastSeal reader = new CastSeal(List.of(key));

    @Test
    void whoHasTheKeyReadsWhatNobodyElseDoes() {
        ByteView sealed = sender.seal(HELLO);
        assertThat(sealed.length()).isEqualTo(HELLO.length() + CastSeal.OVERHEAD_BYTES);
        assertThat(reader.open(sealed)).contains(HELLO);
        assertThat(reader.open(sender.seal(HELLO))).contains(HELLO);
        assertThat(reader.refusedCount()).isZero();
        CastSeal stranger = new CastSeal(List.of(MeshKey.random()));
        assertThat(stranger.open(sealed)).isEmpty();
        assertThat(stranger.refusedCount()).isEqualTo(1);
        assertThat(reader.open(stranger.seal(HELLO))).isEmpty();
    }

    @Test
    void everyAlteredByteAndEveryCutIsRefusedAndCounted() {
        byte[] sealed = sender.seal(HELLO).toByteArray();
        reader.open(ByteView.of(sealed.clone()));
        for (int i = 0; i < sealed.length; i++) {
            byte[] altered = sealed.clone();
            altered[i] ^= 1;
            assertThat(reader.open(ByteView.of(altered))).as("byte %d", i).isEmpty();
            assertThat(reader.open(ByteView.of(sealed, 0, i))).as("%d bytes", i).isEmpty();
        }
        assertThat(reader.refusedCount()).isEqualTo(2L * sealed.length);
    }

    @Test
    void equalDatagramsDifferAndSoDoThoseOfTwoLives() {
        ByteView first = sender.seal(HELLO);
        assertThat(sender.seal(HELLO)).isNotEqualTo(first);
        ByteView other = new CastSeal(List.of(key)).seal(HELLO);
        assertThat(other.slice(27, HELLO.length())).isNotEqualTo(first.slice(27, HELLO.length()));
    }

    @Test
    void whileTheKeyIsChangedBothOpenAndTheFirstSeals() {
        MeshKey next = MeshKey.random();
        CastSeal between = new CastSeal(List.of(next, key));
        assertThat(between.open(sender.seal(HELLO))).contains(HELLO);
        assertThat(reader.open(between.seal(HELLO))).isEmpty();
        reader.replace(List.of(next));
        assertThat(reader.open(between.seal(HELLO))).contains(HELLO);
        assertThat(reader.open(sender.seal(HELLO))).isEmpty();
    }
}
