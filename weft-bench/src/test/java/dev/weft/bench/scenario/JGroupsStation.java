package dev.weft.bench.scenario;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.protocols.TP;
import org.jgroups.protocols.UDP;

/**
 * JGroups with its stack for TCP, or for UDP with IP multicast, as delivered: members of one group, whose ports all of a run
 * know beforehand. To several targets it sends to the group.
 */
final class JGroupsStation implements Station {
    private static final String GROUP = "bench";
    private static final int TRIES = 400;

    /** Below those that the system gives to whoever asks for any. */
    private static final int PORTS_FIRST = 20_000;

    private static final int PORTS_OF_A_RUN = 32;
    private static final int RUNS = 300;

    private final Setting setting;
    private final Listener listener;
    /** The origin's, of TCP, and that of multicast; those of the ends follow. */
    private final int firstPort;

    private final List<Address> targets = new ArrayList<>();
    private JChannel channel;

    JGroupsStation(Setting setting, Listener listener) {
        this.setting = setting;
        this.listener = listener;
        this.firstPort =
                PORTS_FIRST + PORTS_OF_A_RUN * Math.floorMod(setting.directory().hashCode(), RUNS);
    }

    @Override
    public String listen() throws Exception {
        join();
        return setting.name();
    }

    private boolean isMulticast() {
        return setting.contender() == Contender.JGROUPS_UDP;
    }

    private void join() throws Exception {
        // Read by the stack's description; the port is not, so it is set below.
        System.setProperty(
                "jgroups.tcpping.initial_hosts",
                IntStream.rangeClosed(0, setting.targets())
                        .mapToObj(at -> "127.0.0.1[" + (firstPort + at) + "]")
                        .collect(Collectors.joining(",")));
        channel = new JChannel(isMulticast() ? "udp.xml" : "tcp.xml").name(setting.name());
        TP transport = channel.getProtocolStack().getTransport();
        transport.setBindAddress(InetAddress.getLoopbackAddress());
        if (transport instanceof UDP udp) {
            udp.setMulticastPort(firstPort);
        } else {
            transport
                    .setBindPort(firstPort + (setting.role().isOrigin() ? 0 : 1 + setting.index()))
                    .setPortRange(0);
        }
        channel.setReceiver(new Receiver() {
            @Override
            public void receive(Message message) {
                byte[] payload = new byte[message.getLength()];
                System.arraycopy(message.getArray(), message.getOffset(), payload, 0, payload.length);
                listener.onMessage(payload);
            }
        });
        channel.connect(GROUP);
    }

    @Override
    public void dial(List<String> addresses) throws Exception {
        for (String name : addresses) {
            targets.add(member(name));
        }
    }

    private Address member(String name) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            for (Address member : channel.getView().getMembers()) {
                if (member.toString().equals(name)) {
                    return member;
                }
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException(setting.name() + " has not met " + name + " in the group");
    }

    @Override
    public void send(byte[] message) {
        try {
            Message out = targets.size() > 1
                    ? new BytesMessage(null, message).setFlag(Message.TransientFlag.DONT_LOOPBACK)
                    : new BytesMessage(targets.get(0), message);
            channel.send(out);
        } catch (Exception e) {
            listener.onFailed(e.toString());
        }
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.close();
        }
    }
}
