package dev.weft.bench.scenario;

import java.util.List;

/** A relay for systems that have none of their own: takes each message at one side and sends it on at the other. */
final class TakingRelay implements Relay {
    private final Station front;
    private final Station back;

    TakingRelay(Setting setting) throws Exception {
        Passing toBack = new Passing();
        Passing toFront = new Passing();
        front = setting.contender().open(setting.as(Role.SINK, "front"), toBack);
        back = setting.contender().open(setting.as(Role.SOURCE, "back"), toFront);
        toBack.to = back;
        toFront.to = front;
    }

    @Override
    public String listenFront() throws Exception {
        return front.listen();
    }

    @Override
    public String listenBack() throws Exception {
        return back.listen();
    }

    @Override
    public void dialFront(List<String> addresses) throws Exception {
        front.dial(addresses);
    }

    @Override
    public void dialBack(List<String> addresses) throws Exception {
        back.dial(addresses);
    }

    @Override
    public void close() throws Exception {
        front.close();
        back.close();
    }

    private static final class Passing implements Station.Listener {
        private Station to;

        @Override
        public void onMessage(byte[] message) {
            to.send(message);
            to.flush();
        }

        @Override
        public void onAcknowledged(int target, long messages) {}

        @Override
        public void onFailed(String reason) {
            System.err.println(reason);
        }
    }
}
