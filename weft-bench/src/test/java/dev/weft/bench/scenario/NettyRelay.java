package dev.weft.bench.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;

/**
 * A relay as written by hand over Netty: it reads each frame's header, as it must to know whom it is for, and passes
 * the bytes on as they lie in the buffer that they were read into; one flush per batch of reads.
 */
final class NettyRelay implements Relay {
    private final Setting setting;
    private final NettyParts netty;
    private final Passing toSource = new Passing();
    private final Passing toSink = new Passing();

    NettyRelay(Setting setting) {
        this.setting = setting;
        this.netty = new NettyParts(setting);
        toSource.other = toSink;
        toSink.other = toSource;
    }

    @Override
    public String listenFront() throws InterruptedException {
        return netty.listen(setting.name(), () -> toSource);
    }

    @Override
    public String listenBack() {
        return "none";
    }

    @Override
    public void dialFront(List<String> addresses) {}

    @Override
    public void dialBack(List<String> addresses) throws InterruptedException {
        netty.dial(addresses.get(0), toSink);
    }

    @Override
    public void close() {
        netty.close();
    }

    /** One of the two connections. What comes in here goes out at the other. */
    private static final class Passing extends ChannelInboundHandlerAdapter {
        private Passing other;
        private volatile Channel channel;
        private int skipBytes;
        private int headerBytes;
        private int lengthSoFar;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            ByteBuf in = (ByteBuf) read;
            walk(in);
            other.channel.write(in, other.channel.voidPromise());
        }

        private void walk(ByteBuf in) {
            int at = in.readerIndex();
            int end = in.writerIndex();
            while (at < end) {
                if (skipBytes > 0) {
                    int step = Math.min(skipBytes, end - at);
                    skipBytes -= step;
                    at += step;
                } else if (headerBytes == 0 && end - at >= NettyParts.HEADER_BYTES) {
                    skipBytes = in.getInt(at);
                    at += NettyParts.HEADER_BYTES;
                } else {
                    byte next = in.getByte(at++);
                    if (headerBytes < Integer.BYTES) {
                        lengthSoFar = lengthSoFar << 8 | next & 0xff;
                    }
                    headerBytes++;
                    if (headerBytes == NettyParts.HEADER_BYTES) {
                        skipBytes = lengthSoFar;
                        headerBytes = 0;
                        lengthSoFar = 0;
                    }
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            other.channel.flush();
            if (!other.channel.isWritable()) {
                context.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable() && other.channel != null) {
                other.channel.config().setAutoRead(true);
            }
        }
    }
}
