package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.WireWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameSplitterTest {
    /** What came out, and what was wrong in the end; empty if nothing was. */
    private record Outcome(List<ByteView> frames, String wrong) {}

    @Test
    void aStreamCutInTwoAtAnyByteGivesTheSameFrames() {
        List<ByteView> frames = List.of(frame(1), frame(127), frame(128), frame(2), frame(16_384), frame(3));
        byte[] stream = stream(frames);
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(split(stream, cut)).as("cut at %d", cut).isEqualTo(new Outcome(frames, ""));
        }
    }

    @Test
    void aStreamThatComesByteByByteGivesTheSameFrames() {
        List<ByteView> frames = List.of(frame(300), frame(1), frame(16_383), frame(70_000));
        byte[] stream = stream(frames);
        int[] cuts = new int[stream.length];
        Arrays.setAll(cuts, i -> i);
        assertThat(split(stream, cuts)).isEqualTo(new Outcome(frames, ""));
    }

    @Test
    void theLongestFrameComesThroughHoweverItIsCut() {
        List<ByteView> frames = List.of(frame(1 << 20), frame(1 << 20));
        byte[] stream = stream(frames);
        for (int cut : new int[] {1, 2, 3, 4, 1 << 19, stream.length / 2 - 1, stream.length / 2 + 1, stream.length}) {
            assertThat(split(stream, cut, Math.min(stream.length, cut + (1 << 19))))
                    .as("cut at %d", cut)
                    .isEqualTo(new Outcome(frames, ""));
        }
    }

    @Test
    void noiseCutAnywhereComesToTheSameEndAsNoiseInOnePiece() {
        for (int seed = 0; seed < 500; seed++) {
            Prng prng = new Prng(seed);
            byte[] noise = new byte[64];
            for (int i = 0; i < noise.length; i++) {
                // Small lengths, so that some frames come before what is wrong.
                noise[i] = (byte) (prng.below(4) == 0 ? prng.below(256) : prng.below(6));
            }
            Outcome whole = split(noise);
            for (int cut = 0; cut <= noise.length; cut++) {
                assertThat(split(noise, cut))
                        .as("seed %d, cut at %d", seed, cut)
                        .isEqualTo(whole);
            }
        }
    }

    @Test
    void framesInManyRandomCutsAreTheSame() {
        for (int seed = 0; seed < 200; seed++) {
            Prng prng = new Prng(seed);
            List<ByteView> frames = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                frames.add(frame(1 + prng.below(prng.below(4) == 0 ? 20_000 : 200)));
            }
            byte[] stream = stream(frames);
            int[] cuts = new int[1 + prng.below(40)];
            Arrays.setAll(cuts, i -> prng.below(stream.length));
            Arrays.sort(cuts);
            assertThat(split(stream, cuts)).as("seed %d", seed).isEqualTo(new Outcome(frames, ""));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00, from 1 to 1048576 in its shortest form",
        "818040, from 1 to 1048576 in its shortest form",
        "ffffff7f, from 1 to 1048576 in its shortest form",
        "8100, from 1 to 1048576 in its shortest form",
        "80808000, from 1 to 1048576 in its shortest form",
        "80808080, takes more than 4 bytes",
        "ffffffffffffffff7f, takes more than 4 bytes",
    })
    void aLengthThatNoFrameHasIsRefusedWhereverItIsCut(String hex, String reason) {
        byte[] bad = HexFormat.of().parseHex("0161" + hex);
        for (int cut = 0; cut <= bad.length; cut++) {
            Outcome outcome = split(bad, cut);
            assertThat(outcome.wrong()).as("cut at %d", cut).contains(reason);
            assertThat(outcome.frames()).containsExactly(ByteView.utf8("a"));
        }
    }

    @Test
    void aLengthIsRefusedBeforeItsFrameHasCome() {
        FrameSplitter splitter = new FrameSplitter();
        assertThatThrownBy(() -> splitter.feed(ByteBuffer.wrap(HexFormat.of().parseHex("818040")), frame -> {}))
                .isInstanceOf(FrameSplitter.BadLength.class);
    }

    /** A stranger's frames are read, but none that is large; the length alone is enough to tell. */
    @Test
    void aLengthBeyondTheBoundOfStrangersIsRefusedUntilTheBoundIsLifted() throws Exception {
        List<ByteView> frames = new ArrayList<>();
        FrameSplitter splitter = new FrameSplitter();
        splitter.bound(StreamConnection.STRANGER_BYTES_MAX);
        ByteView longest = frame(StreamConnection.STRANGER_BYTES_MAX);
        splitter.feed(ByteBuffer.wrap(stream(List.of(longest))), frames::add);
        assertThat(frames).containsExactly(longest);
        byte[] longer = stream(List.of(frame(StreamConnection.STRANGER_BYTES_MAX + 1)));
        assertThatThrownBy(() -> splitter.feed(ByteBuffer.wrap(longer, 0, 3), frames::add))
                .isInstanceOf(FrameSplitter.BadLength.class)
                .hasMessageContaining("from 1 to 65536");
        FrameSplitter member = new FrameSplitter();
        member.bound(StreamConnection.STRANGER_BYTES_MAX);
        member.feed(ByteBuffer.wrap(stream(List.of(longest))), frames::add);
        member.bound(FrameSplitter.FRAME_BYTES_MAX);
        member.feed(ByteBuffer.wrap(longer), frames::add);
        assertThat(frames).hasSize(3);
    }

    @Test
    void anEmptyReadChangesNothing() {
        byte[] stream = stream(List.of(frame(200)));
        assertThat(split(stream, 0, 1, 1, 1, 50, 50, stream.length, stream.length))
                .isEqualTo(new Outcome(List.of(frame(200)), ""));
    }

    private static Outcome split(byte[] stream, int... cuts) {
        FrameSplitter splitter = new FrameSplitter();
        List<ByteView> frames = new ArrayList<>();
        try {
            int from = 0;
            for (int cut : cuts) {
                splitter.feed(ByteBuffer.wrap(Arrays.copyOfRange(stream, from, cut)), frames::add);
                from = cut;
            }
            splitter.feed(ByteBuffer.wrap(Arrays.copyOfRange(stream, from, stream.length)), frames::add);
            return new Outcome(frames, "");
        } catch (FrameSplitter.BadLength bad) {
            return new Outcome(frames, String.valueOf(bad.getMessage()));
        }
    }

    private static ByteView frame(int size) {
        return TransportContract.frame(size, size);
    }

    private static byte[] stream(List<ByteView> frames) {
        WireWriter writer = new WireWriter(64);
        for (ByteView frame : frames) {
            writer.varint(frame.length()).bytes(frame);
        }
        return writer.view().toByteArray();
    }
}
