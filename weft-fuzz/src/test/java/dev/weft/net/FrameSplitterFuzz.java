package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.core.base.ByteView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** However a stream is cut into reads, the same frames come out of it, and the same end. */
class FrameSplitterFuzz {
    private static final int CUTS = 4;

    @FuzzTest
    void theCutsOfAStreamDoNotMatter(byte[] input) {
        judge(input);
    }

    @Test
    void framesOfSeveralLengthsComeOut() {
        byte[] stream = new byte[CUTS + 3 + 202];
        stream[1] = 100;
        stream[CUTS] = 2;
        stream[CUTS + 3] = (byte) 0xc8;
        stream[CUTS + 4] = 1;
        judge(stream);
        assertThat(split(Arrays.copyOfRange(stream, CUTS, stream.length), 0).frames)
                .hasSize(2);
    }

    private record Result(List<ByteView> frames, boolean bad) {}

    private static void judge(byte[] input) {
        if (input.length <= CUTS) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, CUTS, input.length);
        Result whole = split(stream, 0);
        assertThat(split(stream, 1)).isEqualTo(whole);
        List<ByteView> frames = new ArrayList<>();
        assertThat(new Result(frames, feedByCuts(stream, input, frames))).isEqualTo(whole);
    }

    /** @param chunk how long each read is, 0 for one read of everything */
    private static Result split(byte[] stream, int chunk) {
        List<ByteView> frames = new ArrayList<>();
        FrameSplitter splitter = new FrameSplitter();
        int step = chunk == 0 ? stream.length : chunk;
        try {
            for (int at = 0; at < stream.length; at += step) {
                splitter.feed(
                        ByteBuffer.wrap(Arrays.copyOfRange(stream, at, Math.min(stream.length, at + step))),
                        frames::add);
            }
        } catch (FrameSplitter.BadLength expected) {
            return new Result(frames, true);
        }
        return new Result(frames, false);
    }

    private static boolean feedByCuts(byte[] stream, byte[] cuts, List<ByteView> frames) {
        FrameSplitter splitter = new FrameSplitter();
        int at = 0;
        try {
            for (int turn = 0; at < stream.length; turn++) {
                int end = Math.min(stream.length, at + 1 + (cuts[turn % CUTS] & 0xff));
                splitter.feed(ByteBuffer.wrap(Arrays.copyOfRange(stream, at, end)), frames::add);
                at = end;
            }
        } catch (FrameSplitter.BadLength expected) {
            return true;
        }
        return false;
    }
}
