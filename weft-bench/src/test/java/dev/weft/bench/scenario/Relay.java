package dev.weft.bench.scenario;

import java.util.List;

/** A process between two others: its front looks to the source, its back to the sink. */
interface Relay extends AutoCloseable {
    String listenFront() throws Exception;

    String listenBack() throws Exception;

    void dialFront(List<String> addresses) throws Exception;

    void dialBack(List<String> addresses) throws Exception;

    @Override
    void close() throws Exception;
}
