package dev.weft.bench.scenario;

/** Sends every message back on the thread that brings it. */
final class Echo implements Task {
    private Station station;

    @Override
    public void attach(Station opened) {
        station = opened;
    }

    @Override
    public void onMessage(byte[] message) {
        station.send(message);
        station.flush();
    }

    @Override
    public void onAcknowledged(int target, long messages) {}

    @Override
    public void onFailed(String reason) {
        System.err.println(reason);
    }

    @Override
    public String answer(String[] words) {
        throw new IllegalArgumentException(words[0]);
    }
}
