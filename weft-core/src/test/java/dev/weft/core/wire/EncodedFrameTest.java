package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.InvariantError;
import dev.weft.core.base.Prng;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodedFrameTest {
    private static ByteView random(Prng prng, int bytes, int spare) {
        byte[] array = new byte[bytes + spare];
        for (int i = 0; i < array.length; i++) {
            array[i] = (byte) prng.between(0, 255);
        }
        return ByteView.of(array, spare / 2, bytes);
    }

    private static Data data(Prng prng) {
        FlowRef flow = FlowRef.established(prng.between(1, 1 << 20));
        List<ByteView> messages = new ArrayList<>();
        for (int left = (int) prng.between(1, 20); left > 0; left--) {
            int spare = prng.between(0, 3) == 0 ? 20_000 : 0;
            messages.add(random(prng, (int) prng.between(0, 3_000), spare));
        }
        if (prng.between(0, 9) == 0) {
            return Data.end(flow, 9, 2, Outcome.Reason.LIMIT);
        }
        return messages.size() == 1 ? Data.whole(flow, 9, 2, messages.get(0)) : Data.bundle(flow, 9, 2, messages);
    }

    @Test
    void aFrameInPiecesHasTheBytesOfOneInOnePieceWhateverPartIsCopied() {
        for (long seed = 1; seed <= 300; seed++) {
            Prng prng = new Prng(seed);
            RoutedFrame frame = RoutedFrame.of(RouteHeader.along(7, 300), data(prng));
            ByteView whole = frame.encode();
            EncodedFrame pieces = frame.encodeInPieces();
            assertThat(pieces.length()).as("seed %d", seed).isEqualTo(whole.length());
            assertThat(pieces.whole()).as("seed %d", seed).isEqualTo(whole);
            int from = (int) prng.between(0, whole.length());
            int count = (int) prng.between(0, whole.length() - from);
            int at = (int) prng.between(0, 50);
            ByteBuffer target = prng.between(0, 1) == 0
                    ? ByteBuffer.allocate(at + count + 1)
                    : ByteBuffer.allocateDirect(at + count + 1);
            pieces.copyTo(from, count, target, at);
            byte[] copied = new byte[count];
            target.get(at, copied);
            assertThat(copied)
                    .as("seed %d, %d from %d", seed, count, from)
                    .isEqualTo(Arrays.copyOfRange(whole.toByteArray(), from, from + count));
            assertThat(target.get(at + count)).as("seed %d", seed).isZero();
            assertThat(target.position()).isZero();
        }
    }

    @Test
    void whatARelayPassesOnIsWhatItGotButForTheHeader() throws MalformedFrame {
        Prng prng = new Prng(5);
        ByteView payload = random(prng, 4_000, 0);
        Data data = Data.whole(FlowRef.established(1), 9, 2, payload);
        ByteView arrived = RoutedFrame.of(RouteHeader.along(7, 300), data).encode();
        WireReader in = new WireReader(arrived);
        RoutedFrame routed = RoutedFrame.decode(FrameType.decode(in), in);
        RoutedFrame onward = routed.forwarded(5).marked();
        assertThat(onward.encodeInPieces().whole()).isEqualTo(onward.encode());
    }

    @Test
    void aLittleOfALargeArrayIsCopiedLestAQueueKeepAllOfItAlive() {
        byte[] large = new byte[64 << 10];
        ByteView little = ByteView.of(large, 0, 600);
        EncodedFrame frame = Data.whole(FlowRef.established(1), 9, 2, little).encodeInPieces();
        byte[] before = frame.whole().toByteArray();
        Arrays.fill(large, (byte) 1);
        assertThat(frame.whole().toByteArray()).isEqualTo(before);
    }

    @Test
    void aPartBeyondTheFrameIsNotCopied() {
        EncodedFrame frame = EncodedFrame.of(ByteView.utf8("frame"));
        ByteBuffer target = ByteBuffer.allocate(10);
        assertThatThrownBy(() -> frame.copyTo(3, 3, target, 0)).isInstanceOf(InvariantError.class);
        assertThatThrownBy(() -> frame.copyTo(-1, 2, target, 0)).isInstanceOf(InvariantError.class);
    }
}
