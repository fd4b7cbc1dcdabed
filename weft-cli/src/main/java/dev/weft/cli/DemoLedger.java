package dev.weft.cli;

/**
 * What the demo has sent and what became of it, and whether that is right. Immutable.
 *
 * @param sent messages handed to the mesh
 * @param delivered tickets of the sender that ended as delivered
 * @param received different messages that the receiver has
 * @param duplicates messages that the receiver got once more
 * @param rerouteMillis the longest time between two arrivals
 */
record DemoLedger(int sent, int delivered, int received, int duplicates, long rerouteMillis) {
    /** From what the nodes of the demo say: {@code sent COUNT DELIVERED OPEN} and {@code received DISTINCT DOUBLE MILLIS}. */
    static DemoLedger of(String sentLine, String receivedLine) {
        String[] sent = sentLine.split(" ");
        String[] received = receivedLine.split(" ");
        return new DemoLedger(
                Integer.parseInt(sent[1]),
                Integer.parseInt(sent[2]),
                Integer.parseInt(received[1]),
                Integer.parseInt(received[2]),
                Long.parseLong(received[3]));
    }

    int lost() {
        return sent - received;
    }

    /** Everything was delivered, says the sender; everything is here, once, says the receiver. */
    boolean isRight() {
        return sent > 0 && sent == delivered && lost() == 0 && duplicates == 0;
    }

    ExitCode exitCode() {
        return isRight() ? ExitCode.OK : ExitCode.FAILED;
    }

    Json json(int nodes) {
        return new Json()
                .put("sent", sent)
                .put("delivered", delivered)
                .put("lost", lost())
                .put("duplicates", duplicates)
                .put("rerouteMillis", rerouteMillis)
                .put("nodes", nodes);
    }
}
