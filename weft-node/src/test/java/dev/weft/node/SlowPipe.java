package dev.weft.node;

import dev.weft.Locator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;

/**
 * A slow line before an address: whoever dials it talks to that address, and what it says is passed on at so many bytes
 * a second and no faster; of what has not been passed on little is taken in. What comes back is not slowed.
 */
final class SlowPipe implements AutoCloseable {
    private static final int PIECE_BYTES = 4 << 10;
    private static final int BUFFER_BYTES = 16 << 10;

    private final ServerSocket listening = new ServerSocket();
    private final Locator far;
    private final long bytesPerSecond;

    SlowPipe(Locator far, long bytesPerSecond) throws IOException {
        this.far = far;
        this.bytesPerSecond = bytesPerSecond;
        listening.setReceiveBufferSize(BUFFER_BYTES);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        start(this::accept);
    }

    Locator locator() {
        return Locator.parse("tcp/127.0.0.1:" + listening.getLocalPort());
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "slow-pipe");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket near = listening.accept();
                String address = far.address();
                int colon = address.lastIndexOf(':');
                Socket beyond = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
                start(() -> copy(near, beyond, bytesPerSecond));
                start(() -> copy(beyond, near, Long.MAX_VALUE));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void copy(Socket from, Socket to, long bytesPerSecond) {
        byte[] piece = new byte[PIECE_BYTES];
        long freeNanos = System.nanoTime();
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                long now = System.nanoTime();
                if (bytesPerSecond < Long.MAX_VALUE) {
                    freeNanos = Math.max(now, freeNanos) + count * 1_000_000_000L / bytesPerSecond;
                    LockSupport.parkNanos(freeNanos - now);
                }
                out.write(piece, 0, count);
            }
        } catch (IOException gone) {
            // The other direction ends too, for both sockets are closed now.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
