package dev.weft.bench.scenario;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;

/**
 * JGroups with its stack for TCP as delivered: members of one group, which the ends found and the origin joins. To
 * several targets it sends to the group.
 */
final class JGroupsStation implements Station {
    private static final String GROUP = "bench";
    private static final int TRIES = 400;

    private final Setting setting;
    private final Listener listener;
    private final int port;
    private final List<Address> targets = new ArrayList<>();
    private JChannel channel;

    JGroupsStation(Setting setting, Listener listener) throws Exception {
        this.setting = setting;
        this.listener = listener;
        this.port = Ports.unused();
    }

    @Override
    public String listen() throws Exception {
        if (!setting.role().isOrigin()) {
            join("127.0.0.1[" + port + "]");
        }
        return setting.name() + "@127.0.0.1[" + port + "]";
    }

    private void join(String members) throws Exception {
        // Read by the stack's description; the port is not, so it is set below.
        System.setProperty("jgroups.tcpping.initial_hosts", members);
        channel = new JChannel("tcp.xml").name(setting.name());
        channel.getProtocolStack()
                .getTransport()
                .setBindAddress(InetAddress.getLoopbackAddress())
                .setBindPort(port)
                .setPortRange(0);
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
        if (channel == null) {
            String members = String.join(
                    ",",
                    addresses.stream()
                            .map(address -> address.substring(address.indexOf('@') + 1))
                            .toList());
            join(members);
        }
        for (String address : addresses) {
            targets.add(member(address.substring(0, address.indexOf('@'))));
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
