package dev.weft.cli;

import dev.weft.Mesh;
import dev.weft.Peer;
import java.time.Duration;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which node a command is about; one that has only just started may not be known yet, so it is waited for. */
final class TargetOptions {
    @Parameters(
            index = "0",
            paramLabel = "NODE",
            description = "An id, the beginning of one (4 digits or more), or a name.")
    String node = "";

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "How long to wait for the node to be seen; default 3s.")
    String wait = "3s";

    /** To be asked for before anything is joined: it may be written wrong. */
    Duration patience() {
        return Text.duration(wait);
    }

    /** @throws dev.weft.NodeNotFoundException if it is not seen in time, or several are meant */
    Peer find(Mesh mesh) throws InterruptedException {
        return mesh.await(node, patience()).orElseGet(() -> mesh.find(node));
    }
}
