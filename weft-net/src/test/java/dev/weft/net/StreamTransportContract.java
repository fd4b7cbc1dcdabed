package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every transport over a stream of bytes promises besides: whatever comes in, nothing but frames gets through. */
abstract class StreamTransportContract extends TransportContract {
    /** A socket without a transport. */
    abstract SocketChannel raw(Locator to) throws IOException;

    /** An address of this scheme that cannot be dialled by anybody. */
    abstract Locator malformed();

    @ParameterizedTest
    @ValueSource(strings = {"00", "818040", "ffffff7f", "80808080", "8100", "ff8000"})
    void aLengthThatNoFrameHasClosesTheConnectionWithAReason(String bytes) throws Exception {
        RecordingHandler far = farHandler();
        try (SocketChannel raw = raw(listening(far).locator())) {
            write(raw, HexFormat.of().parseHex("0161"));
            assertThat(far.awaitFrames(1)).containsExactly(ByteView.utf8("a"));
            write(raw, HexFormat.of().parseHex(bytes));
            assertThat(far.awaitClosed()).contains("length");
            assertThat(raw.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(far.frames()).hasSize(1);
        }
    }

    @Test
    void aStreamThatComesByteByByteIsPutTogether() throws Exception {
        RecordingHandler far = farHandler();
        ByteView frame = frame(300, 1);
        try (SocketChannel raw = raw(listening(far).locator())) {
            for (byte one : prefixed(frame)) {
                write(raw, new byte[] {one});
            }
            assertThat(far.awaitFrames(1)).containsExactly(frame);
        }
    }

    @Test
    void aStreamThatEndsAmidAFrameEndsTheConnectionWithoutThatFrame() throws Exception {
        RecordingHandler far = farHandler();
        try (SocketChannel raw = raw(listening(far).locator())) {
            write(raw, new byte[] {5, 1, 2, 3});
        }
        assertThat(far.awaitClosed()).isEqualTo("the other end closed the connection");
        assertThat(far.frames()).isEmpty();
    }

    @Test
    void aFrameOfTheLongestKindComesThroughARawSocketToo() throws Exception {
        RecordingHandler far = farHandler();
        ByteView frame = frame(1 << 20, 9);
        try (SocketChannel raw = raw(listening(far).locator())) {
            write(raw, prefixed(frame));
            assertThat(far.awaitFrames(1)).containsExactly(frame);
        }
    }

    @Test
    void aLongFrameOfAStrangerEndsTheConnectionBeforeItIsThere() throws Exception {
        RecordingHandler far = farHandler().admittingNobody();
        ByteView longest = frame(StreamConnection.STRANGER_BYTES_MAX, 9);
        try (SocketChannel raw = raw(listening(far).locator())) {
            write(raw, prefixed(longest));
            assertThat(far.awaitFrames(1)).containsExactly(longest);
            // A length of 65,537, and nothing behind it.
            write(raw, HexFormat.of().parseHex("818004"));
            assertThat(far.awaitClosed()).contains("length must be from 1 to 65536");
            assertThat(raw.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void whoSpeaksTlsWhereOthersSpeakInPlainIsFoundOut() throws Exception {
        RecordingHandler far = farHandler();
        try (SocketChannel raw = raw(listening(far).locator())) {
            write(raw, HexFormat.of().parseHex("1603010200010001fc0303"));
            assertThat(far.awaitClosed()).isEqualTo("the other end speaks TLS, and this one in plain");
            assertThat(far.frames()).isEmpty();
        }
    }

    @Test
    void aDialToAMalformedAddressEndsInOnClosedWithAReason() throws Exception {
        RecordingHandler near = nearHandler();
        dial(malformed(), near);
        assertThat(near.awaitClosed()).isNotBlank();
        assertThat(near.calls()).containsExactly("onClosed");
    }

    private static void write(SocketChannel to, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            to.write(left);
        }
    }

    private static byte[] prefixed(ByteView frame) {
        return new WireWriter(16).varint(frame.length()).bytes(frame).view().toByteArray();
    }
}
