package dev.weft.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.FrameType;
import dev.weft.core.wire.MalformedFrame;
import dev.weft.core.wire.RouteHeader;
import dev.weft.core.wire.RoutedFrame;
import dev.weft.core.wire.WireReader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are malformed or a frame; a frame is written as it is read. */
class FrameFuzz {
    private static final Frame MALFORMED =
            new RoutedFrame(FrameType.RESET, RouteHeader.DIRECT, ByteView.utf8("this is not what was written"));

    @MethodSource("vectors")
    @FuzzTest
    void bytesAreAFrameOrMalformed(byte[] input) {
        judge(input);
    }

    @Test
    void everyVectorOfTheDocsIsAFrame() throws MalformedFrame {
        for (byte[] vector : Vectors.all().values()) {
            assertThat(Frames.read(ByteView.of(vector)).frame().encode()).isEqualTo(ByteView.of(vector));
            judge(vector);
        }
    }

    static Stream<byte[]> vectors() {
        return Vectors.all().values().stream();
    }

    private static void judge(byte[] input) {
        ByteView bytes = ByteView.of(input.clone());
        excerpt(bytes);
        Frames.Read read;
        try {
            read = Frames.read(bytes);
        } catch (MalformedFrame expected) {
            Allocation.check(input.length, () -> readAgain(bytes));
            return;
        }
        Allocation.check(input.length, () -> readAgain(bytes));
        assertThat(readAgain(read.frame().encode())).isEqualTo(read);
        if (read.frame() instanceof RoutedFrame routed) {
            Frame rewritten = RoutedFrame.of(routed.route(), read.body());
            assertThat(readAgain(rewritten.encode()).body()).isEqualTo(read.body());
            travel(routed);
        }
    }

    /** What a relay says that it could not send on may be anything. */
    private static void excerpt(ByteView bytes) {
        try {
            assertThat(Data.decodeHead(new WireReader(bytes)).sequence()).isNotNegative();
        } catch (MalformedFrame expected) {
            assertThat(expected).hasMessageNotContaining("null");
        }
    }

    /** A relay sends on what it reads, and an answer finds back over as many links. */
    private static void travel(RoutedFrame routed) {
        RouteHeader back = routed.route().back();
        assertThat(back.hopsTravelled()).isEqualTo(1);
        if (!routed.route().isAtEnd()) {
            RoutedFrame onward = routed.forwarded(RouteHeader.LABEL_MAX);
            assertThat(readAgain(onward.encode()).frame()).isEqualTo(onward);
        }
    }

    private static Frames.Read readAgain(ByteView bytes) {
        try {
            return Frames.read(bytes);
        } catch (MalformedFrame e) {
            return new Frames.Read(MALFORMED, MALFORMED);
        }
    }
}
