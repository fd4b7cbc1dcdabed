package dev.weft.net;

import dev.weft.Locator;
import dev.weft.core.base.ByteView;
import dev.weft.core.link.Assurance;
import dev.weft.core.wire.EncodedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection over a stream socket: splits what is read into frames, gathers what is written into one buffer per
 * turn. A byte is copied once on its way in and once on its way out.
 */
final class StreamConnection extends ChannelInboundHandlerAdapter implements Connection {
    /** Written to the channel when so much has gathered, before the turn ends. */
    private static final int BATCH_BYTES = 64 << 10;

    /** The longest frame of whoever has not been let in: many times a Hello with a credential. */
    static final int STRANGER_BYTES_MAX = 64 << 10;

    /** How a TLS client begins, which no frame can: a CLOSE of 22 bytes whose body is none. */
    private static final int TLS_HANDSHAKE = 22;

    private static final int TLS_MAJOR_VERSION = 3;
    private static final int TLS_MINOR_VERSION_MAX = 4;

    /** Where the first frame is that large, others will follow. */
    private static final int LARGE_BYTES = 8 << 10;

    private static final int SMALL_BYTES = 4 << 10;

    private final Channel channel;
    private final Locator peer;
    private final Assurance assurance;
    private final Lingering lingering;
    private final long openingNanos;
    private final FrameSplitter splitter = new FrameSplitter();
    private final FrameSplitter.Sink sink = this::hand;
    private final WriteRoom room = new WriteRoom();
    private final @Nullable BareSocket bare;
    private int batchBytes;
    private @Nullable ConnectionHandler handler;
    /** What was written since the last flush; null where nothing was. */
    private @Nullable ByteBuf batch;

    private String closing = "the other end closed the connection";
    private boolean ending;
    private boolean hasRead;
    private boolean hasHeard;

    /** @param openingNanos how long the channel has been open, where it was accepted */
    StreamConnection(Channel channel, Locator peer, Assurance assurance, Lingering lingering, long openingNanos) {
        this.openingNanos = openingNanos;
        this.channel = channel;
        this.peer = peer;
        this.assurance = assurance;
        this.lingering = lingering;
        this.bare = BareSocket.of(channel, assurance).orElse(null);
        splitter.bound(STRANGER_BYTES_MAX);
        applyRoom();
    }

    /** What waits beneath the queue of the link is out of reach for what is more urgent. */
    private void applyRoom() {
        batchBytes = Math.min(BATCH_BYTES, room.bytes());
        if (!channel.isOpen()) {
            return;
        }
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(room.lowBytes(), room.bytes()));
        if (channel instanceof EpollSocketChannel) {
            // Without it the system takes megabytes before it says that it has enough.
            channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) room.unsentBytes());
        }
    }

    /** Calls go to the handler from now on. */
    void attach(ConnectionHandler to) {
        handler = to;
    }

    @Override
    public Locator peer() {
        return peer;
    }

    @Override
    public Assurance assurance() {
        return assurance;
    }

    @Override
    public long openingNanos() {
        return openingNanos;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen() && !ending;
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void admit() {
        splitter.bound(FrameSplitter.FRAME_BYTES_MAX);
    }

    @Override
    public void write(EncodedFrame frame) {
        if (!channel.isOpen()) {
            return;
        }
        int length = frame.length();
        ByteBuf gathered = batch;
        if (gathered == null) {
            int expected = length >= LARGE_BYTES ? batchBytes + length : SMALL_BYTES;
            gathered = channel.alloc().directBuffer(Math.max(expected, length + FrameSplitter.PREFIX_BYTES_MAX));
            batch = gathered;
        }
        gathered.ensureWritable(length + FrameSplitter.PREFIX_BYTES_MAX);
        int left = length;
        for (; left > 0x7f; left >>>= 7) {
            gathered.writeByte(left | 0x80);
        }
        gathered.writeByte(left);
        ByteBuffer room = gathered.internalNioBuffer(gathered.writerIndex(), length);
        frame.copyTo(0, length, room, room.position());
        gathered.writerIndex(gathered.writerIndex() + length);
        if (gathered.readableBytes() >= batchBytes) {
            send(gathered);
        }
    }

    @Override
    public void flush() {
        ByteBuf gathered = batch;
        if (gathered != null && bare != null) {
            bare.send(gathered);
            if (!gathered.isReadable()) {
                batch = null;
                gathered.release();
                return;
            }
        }
        if (gathered != null) {
            send(gathered);
        }
        channel.flush();
    }

    private void send(ByteBuf gathered) {
        batch = null;
        channel.write(gathered, channel.voidPromise());
    }

    @Override
    public void close() {
        if (ending) {
            return;
        }
        flush();
        ending = true;
        closing = "this end closed the connection";
        // By half first: closed outright while something is unread, the system drops what it has yet to send.
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
            if (sent.isSuccess() && channel instanceof DuplexChannel both) {
                both.shutdownOutput();
            } else {
                channel.close();
            }
        });
        lingering.add(channel);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf read = (ByteBuf) message;
        hasRead = true;
        try {
            if (!hasHeard && assurance.kind() != Assurance.Kind.AUTHENTICATED && isTls(read)) {
                closing = "the other end speaks TLS, and this one in plain";
                channel.close();
                return;
            }
            hasHeard = true;
            splitter.feed(read.nioBuffer(), sink);
        } catch (FrameSplitter.BadLength bad) {
            closing = bad.getMessage() == null ? "bad length" : bad.getMessage();
            channel.close();
        } finally {
            read.release();
        }
    }

    private static boolean isTls(ByteBuf read) {
        int at = read.readerIndex();
        return read.readableBytes() > 2
                && read.getByte(at) == TLS_HANDSHAKE
                && read.getByte(at + 1) == TLS_MAJOR_VERSION
                && read.getUnsignedByte(at + 2) <= TLS_MINOR_VERSION_MAX;
    }

    private void hand(ByteView frame) {
        ConnectionHandler to = handler;
        if (to != null && !ending && channel.isActive()) {
            to.onFrame(this, frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        ConnectionHandler to = handler;
        // Under TLS, a read may hold nothing for anyone above it.
        if (hasRead && to != null && !ending && channel.isActive()) {
            hasRead = false;
            to.onReadComplete(this);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!channel.isWritable()) {
            room.filled(System.nanoTime());
            return;
        }
        room.emptied(System.nanoTime());
        if (handler != null && channel.isActive()) {
            // Later, for the change may come from within a write that the handler made.
            channel.eventLoop().execute(this::tellWritable);
        }
    }

    private void tellWritable() {
        ConnectionHandler to = handler;
        // What has filled up again meanwhile tells again.
        if (to == null || ending || !channel.isActive() || !channel.isWritable()) {
            return;
        }
        if (room.settle()) {
            applyRoom();
        }
        to.onWritable(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ByteBuf unsent = batch;
        batch = null;
        if (unsent != null) {
            unsent.release();
        }
        ConnectionHandler to = handler;
        handler = null;
        if (to != null) {
            String why = closing;
            channel.eventLoop().execute(() -> to.onClosed(why));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!ending) {
            closing = StreamTransport.reason(cause);
        }
        channel.close();
    }
}
