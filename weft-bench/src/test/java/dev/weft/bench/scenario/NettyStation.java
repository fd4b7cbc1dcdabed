package dev.weft.bench.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The base that all else is compared to: what somebody who knows Netty writes by hand for two processes. Messages are
 * copied once into the buffer that is being filled while the loop writes the one before; a buffer is one write and one
 * flush, however many messages have gathered. The receiver parses on the loop, gives each message its own array, and
 * answers each batch of reads with one cumulative acknowledgement. No timer, no search, no second copy.
 */
final class NettyStation implements Station {
    private static final int BATCH_BYTES_MAX = 1 << 20;
    private static final int BATCH_BYTES_MIN = 4 << 10;

    private final Setting setting;
    private final Listener listener;
    private final NettyParts netty;
    private final EventLoop loop;
    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    private ByteBuf filling;
    private boolean flushWanted;

    NettyStation(Setting setting, Listener listener) {
        this.setting = setting;
        this.listener = listener;
        this.netty = new NettyParts(setting);
        this.loop = netty.loop();
        this.filling = io.netty.buffer.ByteBufAllocator.DEFAULT.directBuffer(BATCH_BYTES_MIN);
    }

    @Override
    public String listen() throws InterruptedException {
        // The conversation goes both ways over the connection that its origin opens.
        return setting.role().isOrigin() ? "none" : netty.listen(setting.name(), () -> new Frames(0));
    }

    @Override
    public void dial(List<String> addresses) throws InterruptedException {
        if (setting.role().isOrigin()) {
            for (int i = 0; i < addresses.size(); i++) {
                netty.dial(addresses.get(i), new Frames(i));
            }
            while (channels.size() < addresses.size()) {
                Thread.sleep(1);
            }
        }
    }

    @Override
    public void send(byte[] message) {
        boolean inLoop = loop.inEventLoop();
        boolean wake;
        synchronized (lock) {
            if (!inLoop) {
                awaitRoom();
            }
            filling.writeInt(message.length).writeByte(NettyParts.MESSAGE).writeBytes(message);
            wake = !flushWanted && !inLoop;
            flushWanted |= wake;
        }
        if (wake) {
            loop.execute(this::writeBatch);
        }
    }

    /** Called with the lock held. */
    private void awaitRoom() {
        try {
            while (filling.readableBytes() >= BATCH_BYTES_MAX) {
                lock.wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for room", e);
        }
    }

    /** On the loop. While a connection is not writable the batch goes on growing, up to its bound. */
    private void writeBatch() {
        for (Channel channel : channels) {
            if (!channel.isWritable()) {
                return;
            }
        }
        ByteBuf batch;
        synchronized (lock) {
            flushWanted = false;
            if (!filling.isReadable()) {
                return;
            }
            batch = filling;
            int next = Math.max(BATCH_BYTES_MIN, batch.readableBytes() + batch.readableBytes() / 4);
            filling = batch.alloc().directBuffer(next);
            lock.notifyAll();
        }
        for (Channel channel : channels) {
            channel.writeAndFlush(batch.retainedDuplicate(), channel.voidPromise());
        }
        batch.release();
    }

    @Override
    public void close() {
        netty.close();
    }

    /** One connection: bytes to messages, and the acknowledgements. */
    private final class Frames extends ChannelInboundHandlerAdapter {
        private final int target;
        private final ByteBuffer header = ByteBuffer.allocate(NettyParts.HEADER_BYTES);
        private byte[] body;
        private int filledBytes;
        private byte type;
        private long taken;
        private long acknowledged;

        private Frames(int target) {
            this.target = target;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channels.add(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            ByteBuf in = (ByteBuf) read;
            try {
                while (in.isReadable()) {
                    if (body != null || begin(in)) {
                        fill(in);
                    }
                }
            } finally {
                in.release();
            }
        }

        /** Reads a header; false where a part of it has yet to come. */
        private boolean begin(ByteBuf in) {
            if (header.position() == 0 && in.readableBytes() >= NettyParts.HEADER_BYTES) {
                body = new byte[in.readInt()];
                type = in.readByte();
            } else {
                while (header.hasRemaining() && in.isReadable()) {
                    header.put(in.readByte());
                }
                if (header.hasRemaining()) {
                    return false;
                }
                header.flip();
                body = new byte[header.getInt()];
                type = header.get();
                header.clear();
            }
            filledBytes = 0;
            return true;
        }

        private void fill(ByteBuf in) {
            int bytes = Math.min(body.length - filledBytes, in.readableBytes());
            in.readBytes(body, filledBytes, bytes);
            filledBytes += bytes;
            if (filledBytes == body.length) {
                byte[] whole = body;
                body = null;
                if (type == NettyParts.MESSAGE) {
                    taken++;
                    listener.onMessage(whole);
                } else {
                    listener.onAcknowledged(target, ByteBuffer.wrap(whole).getLong());
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (taken > acknowledged) {
                acknowledged = taken;
                synchronized (lock) {
                    filling.writeInt(Long.BYTES)
                            .writeByte(NettyParts.ACKNOWLEDGEMENT)
                            .writeLong(taken);
                }
            }
            writeBatch();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            writeBatch();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            listener.onFailed(cause.toString());
            context.close();
        }
    }
}
