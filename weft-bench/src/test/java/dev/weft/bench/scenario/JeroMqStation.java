package dev.weft.bench.scenario;

import java.util.ArrayList;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/** JeroMQ: a PULL socket to take messages, a PUSH socket to each target. Each socket is used by one thread alone. */
final class JeroMqStation implements Station {
    private static final int WAITING_MAX = 65_536;

    private final Listener listener;
    private final ZContext context = new ZContext(1);
    private final List<ZMQ.Socket> targets = new ArrayList<>();

    JeroMqStation(Listener listener) {
        this.listener = listener;
        context.setLinger(0);
    }

    @Override
    public String listen() {
        ZMQ.Socket pull = context.createSocket(SocketType.PULL);
        pull.setRcvHWM(WAITING_MAX);
        pull.bind("tcp://127.0.0.1:*");
        String at = pull.getLastEndpoint();
        Thread taker = new Thread(() -> take(pull), "jeromq-taker");
        taker.setDaemon(true);
        taker.start();
        return at;
    }

    private void take(ZMQ.Socket pull) {
        try {
            for (byte[] message = pull.recv(); message != null; message = pull.recv()) {
                listener.onMessage(message);
            }
        } catch (ZMQException ended) {
            return; // the context has been closed
        }
    }

    @Override
    public void dial(List<String> addresses) {
        for (String address : addresses) {
            ZMQ.Socket push = context.createSocket(SocketType.PUSH);
            push.setSndHWM(WAITING_MAX);
            push.connect(address);
            targets.add(push);
        }
    }

    @Override
    public void send(byte[] message) {
        for (ZMQ.Socket target : targets) {
            target.send(message, 0);
        }
    }

    @Override
    public void close() {
        // Closing the context waits for threads that are in a call; this process ends anyway.
        context.setLinger(0);
    }
}
