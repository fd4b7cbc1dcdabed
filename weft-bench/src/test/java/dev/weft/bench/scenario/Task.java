package dev.weft.bench.scenario;

/** What a worker does with its station: sends, counts, plays ping-pong. */
interface Task extends Station.Listener {
    /** Called once, before anything else. */
    void attach(Station opened);

    /** Answers one command of the driver. */
    String answer(String[] words) throws Exception;
}
