package dev.weft.bench.scenario;

import java.util.List;

/** A member of a system that passes on what is for others without being asked. */
final class IdleRelay implements Relay {
    private final Station station;

    IdleRelay(Setting setting) throws Exception {
        station = setting.contender().open(setting, new Station.Listener() {
            @Override
            public void onMessage(byte[] message) {
                throw new IllegalStateException("a message for the relay itself");
            }

            @Override
            public void onAcknowledged(int target, long messages) {}

            @Override
            public void onFailed(String reason) {}
        });
    }

    @Override
    public String listenFront() throws Exception {
        return station.listen();
    }

    @Override
    public String listenBack() throws Exception {
        return "none";
    }

    @Override
    public void dialFront(List<String> addresses) {}

    @Override
    public void dialBack(List<String> addresses) {}

    @Override
    public void close() throws Exception {
        station.close();
    }
}
