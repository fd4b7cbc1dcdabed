package dev.weft.net;

import dev.weft.core.base.ByteView;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Beacons: datagrams to a multicast group on every usable interface, and answers straight to a sender. With a scope of
 * 0 hops nothing leaves this host, only loopback is listened on, and what comes from elsewhere is ignored. Reads on
 * threads of its own and hands over to the loop; what the loop cannot keep up with is dropped.
 */
public final class BeaconSocket implements AutoCloseable {
    /** Takes datagrams, on the loop's thread. */
    public interface Handler {
        /** @param source {@code host:port}, as {@link #sendTo} takes it */
        void onDatagram(ByteView datagram, String source);
    }

    private static final int DATAGRAM_BYTES_MAX = 1_400;
    private static final int WAITING_MAX = 1_024;
    private static final long RESCAN_NANOS = 30_000_000_000L;

    private final Loop loop;
    private final InetSocketAddress group;
    private final int hops;
    private final Handler handler;
    private final MulticastSocket listening;
    private final DatagramSocket sending;
    private final AtomicInteger waiting = new AtomicInteger();
    private final ConcurrentHashMap<String, NetworkInterface> joined = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private BeaconSocket(
            Loop loop,
            InetSocketAddress group,
            int hops,
            Handler handler,
            MulticastSocket listening,
            DatagramSocket sending) {
        this.loop = loop;
        this.group = group;
        this.hops = hops;
        this.handler = handler;
        this.listening = listening;
        this.sending = sending;
    }

    /**
     * Joins the group.
     *
     * @param hops how far datagrams go: 0 stays on this host
     * @throws IOException if the port cannot be listened on, or no interface takes part in multicast; the message says
     *     which
     */
    public static BeaconSocket open(Loop loop, String group, int port, int hops, Handler handler) throws IOException {
        InetAddress address = InetAddress.getByName(group);
        if (!address.isMulticastAddress()) {
            throw new IOException(group + " is no multicast address");
        }
        if (!(address instanceof Inet4Address)) {
            throw new IOException(group + " is a group of IPv6, and beacons are sent over IPv4");
        }
        MulticastSocket listening = new MulticastSocket(null);
        // Answers come to this one, so it must not be there for other hosts where datagrams do not leave this one.
        DatagramSocket sending = new DatagramSocket(
                new InetSocketAddress(Inet4Address.getByName(hops == 0 ? "127.0.0.1" : "0.0.0.0"), 0));
        try {
            listening.setReuseAddress(true);
            // Bound to the group's own address, the socket hears that group alone.
            listening.bind(new InetSocketAddress(address, port));
            BeaconSocket socket =
                    new BeaconSocket(loop, new InetSocketAddress(address, port), hops, handler, listening, sending);
            sending.setOption(StandardSocketOptions.IP_MULTICAST_TTL, hops);
            sending.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            socket.join();
            if (socket.joined.isEmpty()) {
                throw new IOException("no interface takes part in multicast");
            }
            socket.start(listening, "weft-beacon-group");
            socket.start(sending, "weft-beacon-answers");
            loop.schedule(RESCAN_NANOS, socket::rescan);
            return socket;
        } catch (IOException | RuntimeException e) {
            listening.close();
            sending.close();
            throw e;
        }
    }

    /** Sends to the group, on every interface that has been joined. */
    public void send(ByteView datagram) {
        byte[] bytes = datagram.toByteArray();
        for (NetworkInterface on : joined.values()) {
            try {
                synchronized (sending) {
                    sending.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
                    sending.send(new DatagramPacket(bytes, bytes.length, group));
                }
            } catch (IOException unusable) {
                // It may be back at the next scan; the others go on.
                joined.remove(on.getName());
            }
        }
    }

    /** Where answers come to. */
    InetSocketAddress answersAt() {
        return (InetSocketAddress) sending.getLocalSocketAddress();
    }

    /** Where what is sent to all comes to. */
    InetSocketAddress groupAt() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** Sends to where a datagram came from. */
    public void sendTo(String source, ByteView datagram) {
        int colon = source.lastIndexOf(':');
        byte[] bytes = datagram.toByteArray();
        try {
            InetAddress host = InetAddress.getByName(source.substring(0, colon));
            int port = Integer.parseInt(source.substring(colon + 1));
            sending.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(host, port)));
        } catch (IOException unreachable) {
            // An answer that does not arrive is asked for again.
            return;
        }
    }

    @Override
    public void close() {
        closed = true;
        listening.close();
        sending.close();
    }

    void rescan() {
        if (!closed) {
            join();
            loop.schedule(RESCAN_NANOS, this::rescan);
        }
    }

    private void join() {
        for (NetworkInterface candidate : candidates(hops)) {
            if (!joined.containsKey(candidate.getName())) {
                joinOn(candidate);
            }
        }
    }

    private void joinOn(NetworkInterface candidate) {
        try {
            // After a failed send the membership is still there, and joining a second time would be refused.
            listening.leaveGroup(group, candidate);
        } catch (IOException notJoined) {
            joined.remove(candidate.getName());
        }
        try {
            listening.joinGroup(group, candidate);
            joined.put(candidate.getName(), candidate);
        } catch (IOException unusable) {
            // One interface less; the others go on, and the next scan tries again.
            joined.remove(candidate.getName());
        }
    }

    /** The interfaces that datagrams can go over: loopback alone where they are not to leave this host. */
    static List<NetworkInterface> candidates(int hops) {
        List<NetworkInterface> usable = new ArrayList<>();
        try {
            for (NetworkInterface candidate :
                    NetworkInterface.networkInterfaces().toList()) {
                boolean hasV4 = candidate.inetAddresses().anyMatch(Inet4Address.class::isInstance);
                // Linux does not flag loopback as capable of multicast, but it is once a route leads there.
                boolean capable = candidate.isLoopback() || candidate.supportsMulticast() && hops > 0;
                if (candidate.isUp() && hasV4 && capable) {
                    usable.add(candidate);
                }
            }
        } catch (SocketException none) {
            return usable;
        }
        return usable;
    }

    private void start(DatagramSocket socket, String name) {
        Thread thread = new Thread(() -> read(socket), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void read(DatagramSocket socket) {
        byte[] buffer = new byte[DATAGRAM_BYTES_MAX + 1];
        while (!closed) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
            } catch (IOException e) {
                if (socket.isClosed()) {
                    return;
                }
                continue;
            }
            if (packet.getLength() <= DATAGRAM_BYTES_MAX && isWelcome(hops, packet.getAddress())) {
                hand(packet);
            }
        }
    }

    private void hand(DatagramPacket packet) {
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            return;
        }
        ByteView datagram = ByteView.of(
                Arrays.copyOfRange(packet.getData(), packet.getOffset(), packet.getOffset() + packet.getLength()));
        String source = packet.getAddress().getHostAddress() + ":" + packet.getPort();
        boolean taken = loop.tryExecute(() -> {
            waiting.decrementAndGet();
            if (!closed) {
                handler.onDatagram(datagram, source);
            }
        });
        if (!taken) {
            waiting.decrementAndGet();
        }
    }

    static boolean isWelcome(int hops, InetAddress source) {
        return hops > 0 || source.isLoopbackAddress() || isOwn(source).isPresent();
    }

    private static Optional<NetworkInterface> isOwn(InetAddress address) {
        try {
            return Optional.ofNullable(NetworkInterface.getByInetAddress(address));
        } catch (SocketException unknown) {
            return Optional.empty();
        }
    }
}
